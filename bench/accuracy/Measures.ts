/** From matches to numbers: COCO's average precision, and F1. */
import type { CategoryMatches } from "./Matching.ts"
import { iouThresholds } from "./Matching.ts"

/** How often each image counts: once each, or as often as a bootstrap sample drew it. */
export type Weights = ReadonlyArray<number> | Int32Array

/** Average precision over the thresholds .50 to .95, at .50 and at .75, in `[0, 1]`; `NaN` without any object. */
export interface AveragePrecision {
  readonly ap: number
  readonly ap50: number
  readonly ap75: number
}

/**
 * Mean over the categories that have objects of the average precision at 101 recall levels: at each level the highest
 * precision reached at that recall or a higher one, `0` where it is never reached.
 */
export const averagePrecision = (matches: ReadonlyArray<CategoryMatches>, weights?: Weights): AveragePrecision => {
  const sums = iouThresholds.map(() => 0)
  let categories = 0
  for (const category of matches) {
    const objects = weightedSum(category.objects, weights)
    if (objects === 0) continue
    categories++
    iouThresholds.forEach((_, k) => (sums[k]! += interpolated(category, k, objects, weights)))
  }
  return {
    ap: sums.reduce((total, sum) => total + sum, 0) / (categories * sums.length),
    ap50: sums[0]! / categories,
    ap75: sums[5]! / categories
  }
}

const recallLevels = 101

/**
 * One category, one threshold. Precision and recall are noted at every hit: in between, recall stands still and
 * precision falls. Levels are `k * 0.01`, as pycocotools rounds them.
 */
const interpolated = (
  { found, ignored, image }: CategoryMatches,
  threshold: number,
  objects: number,
  weights: Weights | undefined
): number => {
  const bit = 1 << threshold
  const precisions: Array<number> = []
  const recalls: Array<number> = []
  let hits = 0
  let misses = 0
  for (let i = 0; i < found.length; i++) {
    if ((ignored[i]! & bit) !== 0) continue
    const weight = weights === undefined ? 1 : weights[image[i]!]!
    if ((found[i]! & bit) === 0) misses += weight
    else if (weight > 0) {
      hits += weight
      precisions.push(hits / (hits + misses))
      recalls.push(hits / objects)
    }
  }
  for (let i = precisions.length - 1; i > 0; i--) precisions[i - 1] = Math.max(precisions[i - 1]!, precisions[i]!)
  let sum = 0
  let at = 0
  for (let level = 0; level < recallLevels; level++) {
    while (at < recalls.length && recalls[at]! < level * 0.01) at++
    if (at === recalls.length) break
    sum += precisions[at]!
  }
  return sum / recallLevels
}

/** All predictions that count at IoU 0.5, in order of score over all categories. */
export interface Ranking {
  readonly score: Float64Array
  readonly image: Int32Array
  readonly hit: Uint8Array
  /** How many objects each image has. */
  readonly objects: Int32Array
}

/** The predictions of all categories in one order. */
export const rank = (matches: ReadonlyArray<CategoryMatches>, images: number): Ranking => {
  const rows = matches.flatMap(({ found, ignored, image, score }) =>
    Array.from(score, (value, i) => ({
      score: value,
      image: image[i]!,
      hit: found[i]! & 1,
      counts: (ignored[i]! & 1) === 0
    }))
  )
  const ranked = rows.filter(({ counts }) => counts).sort((a, b) => b.score - a.score)
  const objects = new Int32Array(images)
  for (const category of matches) category.objects.forEach((count, image) => (objects[image]! += count))
  return {
    score: Float64Array.from(ranked, ({ score }) => score),
    image: Int32Array.from(ranked, ({ image }) => image),
    hit: Uint8Array.from(ranked, ({ hit }) => hit),
    objects
  }
}

/** `2 hits / (2 hits + misses + objects not found)`, and the score from which it is reached. */
export interface F1 {
  readonly f1: number
  readonly precision: number
  readonly recall: number
  readonly threshold: number
}

/** F1 at IoU 0.5 of all predictions: at the best score threshold, and without any. */
export const f1 = (ranking: Ranking, weights?: Weights): { readonly best: F1; readonly all: F1 } => {
  const { hit, image, score } = ranking
  const objects = weightedSum(ranking.objects, weights)
  let hits = 0
  let claims = 0
  let bestHits = 0
  let bestClaims = 0
  let threshold = Infinity
  for (let i = 0; i < score.length; i++) {
    const weight = weights === undefined ? 1 : weights[image[i]!]!
    claims += weight
    if (hit[i] === 1) hits += weight
    // Claims of one score stand or fall together.
    if (score[i + 1] === score[i] || hits * (bestClaims + objects) <= bestHits * (claims + objects)) continue
    bestHits = hits
    bestClaims = claims
    threshold = score[i]!
  }
  return { best: f1Of(bestHits, bestClaims, objects, threshold), all: f1Of(hits, claims, objects, 0) }
}

const f1Of = (hits: number, claims: number, objects: number, threshold: number): F1 => ({
  f1: hits === 0 ? 0 : (2 * hits) / (claims + objects),
  precision: hits === 0 ? 0 : hits / claims,
  recall: hits === 0 ? 0 : hits / objects,
  threshold
})

const weightedSum = (objects: Int32Array, weights?: Weights): number => {
  let sum = 0
  for (let image = 0; image < objects.length; image++) {
    sum += objects[image]! * (weights === undefined ? 1 : weights[image]!)
  }
  return sum
}
