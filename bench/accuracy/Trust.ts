/**
 * Two ways to learn how far each detector can be trusted: from labels, and from agreement alone.
 *
 * Trust multiplies a service's confidences; only its proportions matter, and the most trusted has 1.
 */
import type { Strategy } from "../../src/domain/Harmonization.ts"
import type { GroundTruth } from "./Coco.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Evaluation from "./Evaluation.ts"

export type Trust = Readonly<Record<string, number>>

const steps = [1, 0.8, 0.6, 0.4]

/**
 * The trust that serves best on labeled images: one service's after another's is set to the step with the highest sum of
 * AP and best F1, until none changes.
 */
export const fromLabels = (
  strategy: Strategy,
  detectors: ReadonlyArray<Ensemble.Detector>,
  truth: GroundTruth
): Trust => {
  const worth = (trust: Trust): number => {
    const { all } = Ensemble.fuse(strategy, detectors, truth.images, trust)
    const { ap, bestF1 } = Evaluation.scoresOf(Evaluation.measurable(truth, all))
    return ap + bestF1
  }
  let best: Trust = Object.fromEntries(detectors.map(({ service }) => [service, 1]))
  let most = worth(best)
  for (let changed = true; changed;) {
    changed = false
    for (const { service } of detectors) {
      for (const step of steps) {
        const trust = { ...best, [service]: step }
        const value = worth(trust)
        if (value <= most) continue
        best = trust
        most = value
        changed = true
      }
    }
  }
  return best
}

/**
 * The trust that agreement suggests, without labels: each service's share of boxes that are objects, as estimated by
 * expectation maximization from who sees which box, relative to the best.
 *
 * Assumes that services err independently, which detectors of one family do not, and needs three of them.
 *
 * @see Dawid, Skene (1979), "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm"
 */
export const fromAgreement = (
  strategy: Strategy,
  detectors: ReadonlyArray<Ensemble.Detector>,
  images: ReadonlyArray<number>
): Trust => {
  const services = detectors.map(({ service }) => service)
  const boxes = images.flatMap((image) => {
    const detections = detectors.flatMap((detector) => detector.detections.get(image) ?? [])
    return strategy.harmonize({ detections, reporters: detectors }).boxes
  })
  const votes = boxes.map((box) => services.map((service) => box.services.includes(service)))
  let chances = boxes.map(({ evidence }) => evidence)
  for (let round = 0; round < 200; round++) {
    const prior = mean(chances)
    const rates = services.map((_, s) => ({
      seen: rate(votes, chances, s),
      imagined: rate(
        votes,
        chances.map((chance) => 1 - chance),
        s
      )
    }))
    chances = votes.map((ballot) => {
      let odds = prior / (1 - prior)
      for (const [s, { imagined, seen }] of rates.entries()) {
        odds *= ballot[s] === true ? seen / imagined : (1 - seen) / (1 - imagined)
      }
      return odds / (1 + odds)
    })
  }
  const precisions = services.map((_, s) => mean(chances.filter((_, i) => votes[i]![s]!)))
  const most = Math.max(...precisions)
  return Object.fromEntries(services.map((service, s) => [service, precisions[s]! / most]))
}

/** How often service `s` votes for a box that is what `chances` weigh; one vote in two is assumed beforehand. */
const rate = (votes: ReadonlyArray<ReadonlyArray<boolean>>, chances: ReadonlyArray<number>, s: number): number => {
  let voted = 1
  let total = 2
  chances.forEach((chance, i) => {
    if (votes[i]![s] === true) voted += chance
    total += chance
  })
  return voted / total
}

const mean = (numbers: ReadonlyArray<number>): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length
