/**
 * What aligning detectors is worth.
 *
 * First with the detectors as they are; then, because theirs may be right already, with one of them at a time made to draw
 * its boxes 10 % inside the object on the left, the right and the top, as hulls of keypoints are. Offsets are learned on
 * the tuning half and measured on the report half.
 */
import { imageBox } from "../../src/domain/BoundingBox.ts"
import type { Strategy } from "../../src/domain/Harmonization.ts"
import * as Alignment from "../../src/domain/harmonization/Alignment.ts"
import { softNonMaximumSuppression } from "../../src/domain/harmonization/SoftNonMaximumSuppression.ts"
import { defaultStrategy } from "../../src/domain/harmonization/Strategies.ts"
import * as Bootstrap from "./Bootstrap.ts"
import type { GroundTruth } from "./Coco.ts"
import * as Comparison from "./Comparison.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Evaluation from "./Evaluation.ts"
import * as Measures from "./Measures.ts"
import { range, table } from "./Table.ts"

type Align = Readonly<Record<string, Alignment.Offsets>>
type Detectors = ReadonlyArray<Ensemble.Detector>

/** Images that one would label by hand to align by. */
const labeled = 25

/** All reports as one page. */
export const document = (reports: ReadonlyArray<string>, samples: number): string =>
  [
    "# Accuracy of aligned detectors",
    "Written by `npm run bench:accuracy`. AP is COCO's and F1 that of the boxes shown, at IoU 0.5, in percent; the mean over " +
      "all choices of so many detectors. Offsets are learned on the tuning half of the images and measured on the other. " +
      `Intervals (95 %) are paired bootstraps over images (${samples} samples) of the gain over \`quorum\` without alignment.`,
    ...reports
  ].join("\n\n") + "\n"

/** The tables of one data set. */
export const report = ({ detectors, title, truth }: Comparison.Dataset, samples: number): string => {
  const { report, tuning } = Comparison.split(truth)
  const draws = Bootstrap.draw(report.images.length, samples)
  const few = tuning.images.slice(0, labeled)
  const asTheyAre = detectors.map(({ service }) => {
    const reference = detectors.find((other) => other.service !== service)
    return reference === undefined ? {} : learned([service], detectors, reference, tuning.images)
  })
  const sections = detectors.map((off) => {
    const made = detectors.map((detector) => (detector === off ? drawnInside(detector) : detector))
    const others = made.filter(({ service }) => service !== off.service)
    const byLabels = learned([off.service], made, truthOf(tuning), few)
    const rows: ReadonlyArray<Row> = [
      { name: "quorum", detectors: made },
      ...others.map((reference) => ({
        name: `quorum, ${off.service} aligned to ${reference.service}`,
        detectors: made,
        align: learned([off.service], made, reference, tuning.images)
      })),
      { name: `quorum, aligned by ${labeled} labeled images`, detectors: made, align: byLabels },
      {
        name: `quorum, all aligned to ${off.service} (the wrong reference)`,
        detectors: made,
        align: learned(
          others.map(({ service }) => service),
          made,
          made.find(({ service }) => service === off.service)!,
          tuning.images
        )
      },
      { name: "soft_nms", detectors: made, strategy: softNonMaximumSuppression() },
      { name: "quorum, nothing off", detectors }
    ]
    return [
      `### ${off.service} drawn inside`,
      `Learned from labels: ${inWords(byLabels)}.`,
      compare(rows, report, draws)
    ]
  })
  return [
    `## ${title}: ${report.images.length} images`,
    `As they are, aligned to each other: ${inWords(Object.assign({}, ...asTheyAre) as Align)}.`,
    ...sections.flat()
  ].join("\n\n")
}

interface Row {
  readonly name: string
  readonly detectors: Detectors
  readonly strategy?: Strategy
  readonly align?: Align
}

const compare = (rows: ReadonlyArray<Row>, truth: GroundTruth, draws: ReadonlyArray<Int32Array>): string => {
  const counts = [1, 2, 3].filter((count) => count <= rows[0]!.detectors.length)
  const measured = rows.map(({ align, detectors, strategy = defaultStrategy }) =>
    counts.map((count) => {
      const choices = Ensemble.choose(detectors, count).map((chosen) => {
        const fused = Ensemble.fuse(strategy, chosen, truth.images, {}, align)
        return { all: Evaluation.measurable(truth, fused.all), shown: Evaluation.measurable(truth, fused.shown) }
      })
      const mean = (of: (choice: (typeof choices)[number]) => number): number =>
        (100 * choices.reduce((sum, choice) => sum + of(choice), 0)) / choices.length
      const score = (weights?: Int32Array) => ({
        ap: mean(({ all }) => Measures.averagePrecision(all.matches, weights).ap),
        f1: mean(({ shown }) => Measures.f1(shown.ranking, weights).all.f1)
      })
      return { whole: score(), samples: draws.map(score) }
    })
  )
  const gain = (row: number, count: number, measure: "ap" | "f1"): string =>
    row === 0
      ? measured[0]![count]!.whole[measure].toFixed(1)
      : `${measured[row]![count]!.whole[measure].toFixed(1)} (${range(
          Bootstrap.interval(
            measured[row]![count]!.samples.map(
              (sample, i) => sample[measure] - measured[0]![count]!.samples[i]![measure]
            )
          )
        )})`
  return table(
    ["strategy", ...counts.map((count) => `AP ${count}`), ...counts.map((count) => `F1 shown ${count}`)],
    rows.map(({ name }, row) => [
      name,
      ...counts.map((_, count) => gain(row, count, "ap")),
      ...counts.map((_, count) => gain(row, count, "f1"))
    ])
  )
}

/** The offsets of services against a reference, from the objects both saw on the images. */
const learned = (
  services: ReadonlyArray<string>,
  detectors: Detectors,
  reference: Ensemble.Detector,
  images: ReadonlyArray<number>
): Align =>
  Object.fromEntries(
    services.map((service) => {
      const both = [detectors.find((detector) => detector.service === service)!, reference]
      const boxes = images.flatMap((image) => {
        const detections = both.flatMap((detector) => detector.detections.get(image) ?? [])
        return defaultStrategy.harmonize({ detections, reporters: both }).boxes
      })
      return [service, Alignment.learn(Alignment.pairsOf(boxes, service, reference.service))]
    })
  )

const truthOf = (truth: GroundTruth): Ensemble.Detector =>
  Ensemble.detector(
    "truth",
    truth.truths.filter(({ crowd }) => !crowd).map((object) => ({ ...object, score: 1 }))
  )

const drawnInside = (self: Ensemble.Detector): Ensemble.Detector => ({
  ...self,
  detections: new Map(
    [...self.detections].map(([image, detections]) => [
      image,
      detections.map((detection) => {
        const { height, width, x, y } = detection.box
        const box = { x: x + 0.1 * width, y: y + 0.1 * height, width: 0.8 * width, height: 0.9 * height }
        return { ...detection, box: imageBox(box) }
      })
    ])
  )
})

const inWords = (align: Align): string =>
  Object.entries(align)
    .map(([service, offsets]) => {
      const moved = Alignment.edges.flatMap((edge) => (offsets[edge] === undefined ? [] : [`${edge} ${offsets[edge]}`]))
      return `${service} ${moved.length === 0 ? "not off" : moved.join(", ")}`
    })
    .join("; ")
