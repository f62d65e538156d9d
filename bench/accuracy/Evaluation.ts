/** How well a strategy does with one, two and three detectors. */
import type { Strategy } from "../../src/domain/Harmonization.ts"
import * as Bootstrap from "./Bootstrap.ts"
import type { GroundTruth, Prediction } from "./Coco.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Matching from "./Matching.ts"
import * as Measures from "./Measures.ts"

/** A strategy in the comparison. `shownOnly` measures the boxes it shows by default, and not all of them. */
export interface Contestant {
  readonly name: string
  readonly strategy: Strategy
  readonly trust?: Readonly<Record<string, number>>
  readonly shownOnly?: boolean
}

/** In percent. `bestF1` is that of the best score threshold, `f1` that of all boxes measured. */
export interface Scores {
  readonly ap: number
  readonly ap50: number
  readonly ap75: number
  readonly bestF1: number
  readonly f1: number
}

/** The mean over all choices of `detectors` detectors. */
export interface Result {
  readonly detectors: number
  readonly scores: Readonly<Record<Matching.Size, Scores>>
}

/** Claims, matched: to be measured on the images as they are and on samples of them. */
export interface Measurable {
  readonly matches: ReadonlyArray<Matching.CategoryMatches>
  readonly ranking: Measures.Ranking
}

/** One contestant, measured. */
export interface Row {
  readonly name: string
  readonly results: ReadonlyArray<Result>
  /** Every choice of detectors by itself, all sizes together. */
  readonly choices: ReadonlyArray<{ readonly services: ReadonlyArray<string>; readonly scores: Scores }>
  /** What it claims with all detectors. */
  readonly complete: Measurable
}

/** Measures a contestant with one, two, three and all detectors. */
export const evaluate = (
  contestant: Contestant,
  detectors: ReadonlyArray<Ensemble.Detector>,
  truth: GroundTruth
): Row => {
  const counts = [...new Set([1, 2, 3, detectors.length])].filter((count) => count <= detectors.length)
  const measured = counts.map((count) => {
    const choices = Ensemble.choose(detectors, count).map((chosen) => {
      const fused = Ensemble.fuse(contestant.strategy, chosen, truth.images, contestant.trust)
      const claims = contestant.shownOnly === true ? fused.shown : fused.all
      const complete = measurable(truth, claims)
      return { services: chosen.map(({ service }) => service), claims, complete, scores: scoresOf(complete) }
    })
    const ofSize = (size: Matching.Size): Scores =>
      mean(choices.map(({ claims }) => scoresOf(measurable(truth, claims, size))))
    const scores = {
      all: mean(choices.map(({ scores }) => scores)),
      small: ofSize("small"),
      medium: ofSize("medium"),
      large: ofSize("large")
    }
    return { detectors: count, choices, scores }
  })
  return {
    name: contestant.name,
    results: measured,
    choices: measured.flatMap(({ choices }) => choices),
    complete: measured.at(-1)!.choices[0]!.complete
  }
}

/** The claims, matched. */
export const measurable = (
  truth: GroundTruth,
  claims: ReadonlyArray<Prediction>,
  size: Matching.Size = "all"
): Measurable => {
  const matches = Matching.match(truth, claims, size)
  return { matches, ranking: Measures.rank(matches, truth.images.length) }
}

/** By how many percentage points one row is ahead of another, with all detectors. */
export interface Lead {
  readonly over: string
  readonly ap: Bootstrap.Interval
  readonly bestF1: Bootstrap.Interval
}

/** The lead of the first row over each other row, all measured on the same samples of images. */
export const leads = (rows: ReadonlyArray<Row>, samples: ReadonlyArray<Int32Array>): ReadonlyArray<Lead> => {
  const [first, ...others] = rows.map(({ complete, name }) => ({
    name,
    measured: samples.map((weights) => ({
      ap: 100 * Measures.averagePrecision(complete.matches, weights).ap,
      bestF1: 100 * Measures.f1(complete.ranking, weights).best.f1
    }))
  }))
  const differences = (measured: ReadonlyArray<Record<"ap" | "bestF1", number>>, measure: "ap" | "bestF1") =>
    Bootstrap.interval(measured.map((scores, i) => first!.measured[i]![measure] - scores[measure]))
  return others.map(({ measured, name }) => ({
    over: name,
    ap: differences(measured, "ap"),
    bestF1: differences(measured, "bestF1")
  }))
}

/** All measures of one set of claims. */
export const scoresOf = ({ matches, ranking }: Measurable): Scores => {
  const { ap, ap50, ap75 } = Measures.averagePrecision(matches)
  const { all, best } = Measures.f1(ranking)
  return { ap: 100 * ap, ap50: 100 * ap50, ap75: 100 * ap75, bestF1: 100 * best.f1, f1: 100 * all.f1 }
}

const mean = (scores: ReadonlyArray<Scores>): Scores => {
  const average = (measure: keyof Scores): number =>
    scores.reduce((sum, score) => sum + score[measure], 0) / scores.length
  return {
    ap: average("ap"),
    ap50: average("ap50"),
    ap75: average("ap75"),
    bestF1: average("bestF1"),
    f1: average("f1")
  }
}
