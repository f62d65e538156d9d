/** All strategies on one set of images, beside the detectors alone. */
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as Bootstrap from "./Bootstrap.ts"
import * as Coco from "./Coco.ts"
import * as Contestants from "./Contestants.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Evaluation from "./Evaluation.ts"
import * as Trust from "./Trust.ts"

/** Results of detectors, and what is true of the images. */
export interface Dataset {
  readonly title: string
  readonly detectors: ReadonlyArray<Ensemble.Detector>
  readonly truth: Coco.GroundTruth
}

/** What was measured on the images that were not tuned on. */
export interface Comparison {
  readonly title: string
  readonly images: number
  readonly alone: ReadonlyArray<{ readonly service: string; readonly scores: Evaluation.Scores }>
  readonly rows: ReadonlyArray<Evaluation.Row>
  readonly leads: ReadonlyArray<Evaluation.Lead>
  readonly trust: { readonly labels: Trust.Trust; readonly agreement: Trust.Trust }
}

/** Every other image, by ascending id, is for choosing parameters; the rest is for reporting. */
export const split = (
  truth: Coco.GroundTruth
): { readonly tuning: Coco.GroundTruth; readonly report: Coco.GroundTruth } => ({
  tuning: Coco.restrict(
    truth,
    truth.images.filter((_, place) => place % 2 === 0)
  ),
  report: Coco.restrict(
    truth,
    truth.images.filter((_, place) => place % 2 === 1)
  )
})

/**
 * Measures every contestant on the report half of the images, with `samples` bootstrap samples of it.
 *
 * Trust from labels is learned on the tuning half; trust from agreement needs no labels and takes the report half.
 */
export const compare = ({ detectors, title, truth }: Dataset, samples: number): Comparison => {
  const { report, tuning } = split(truth)
  const trust = {
    labels: Trust.fromLabels(Strategies.defaultStrategy, detectors, tuning),
    agreement: Trust.fromAgreement(Strategies.defaultStrategy, detectors, report.images)
  }
  const rows = Contestants.contestants(trust).map((contestant) => Evaluation.evaluate(contestant, detectors, report))
  return {
    title,
    images: report.images.length,
    alone: detectors.map((detector) => ({
      service: detector.service,
      scores: Evaluation.scoresOf(Evaluation.measurable(report, Ensemble.alone(detector, report.images)))
    })),
    rows,
    leads: Evaluation.leads(rows, Bootstrap.draw(report.images.length, samples)),
    trust
  }
}
