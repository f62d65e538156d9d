/** How the default's parameters were chosen: each varied by itself, on the tuning half of the images. */
import { type Options, quorum } from "../../src/domain/harmonization/Quorum.ts"
import * as Comparison from "./Comparison.ts"
import * as Evaluation from "./Evaluation.ts"
import { oneDecimal, table } from "./Table.ts"

const variations: ReadonlyArray<Options> = [
  {},
  ...[0.4, 0.45, 0.55, 0.6].map((mergeIou) => ({ mergeIou })),
  ...[0.5, 0.55, 0.65, 0.7].map((iou) => ({ duplicateIou: iou, overlapIou: iou })),
  ...[0, 1, 2, 8].map((agreementPower) => ({ agreementPower })),
  ...[0.15, 0.2, 0.3, 0.35].map((gateBase) => ({ gateBase })),
  ...[0.1, 0.15, 0.25, 0.3].map((gateStep) => ({ gateStep })),
  ...(["affirmative", "majority", "unanimous"] as const).map((gate) => ({ gate }))
]

/** For two and more detectors: AP and best F1 of all boxes, and F1 of those shown, which is what the gate decides. */
export const report = ({ detectors, title, truth }: Comparison.Dataset): string => {
  const { tuning } = Comparison.split(truth)
  const rows = variations.map((options) => {
    const strategy = quorum(options)
    const several = (shownOnly: boolean) =>
      Evaluation.evaluate({ name: "quorum", strategy, shownOnly }, detectors, tuning).results.slice(1)
    const all = several(false)
    const shown = several(true)
    return {
      counts: all.map(({ detectors }) => detectors),
      cells: [
        JSON.stringify(options).replaceAll(/["{}]/g, "") || "the defaults",
        ...all.map(({ scores }) => oneDecimal(scores.all.ap)),
        ...all.map(({ scores }) => oneDecimal(scores.all.bestF1)),
        ...shown.map(({ scores }) => oneDecimal(scores.all.f1))
      ]
    }
  })
  const counts = rows[0]!.counts
  const head = ["AP", "best F1", "F1 shown"].flatMap((measure) => counts.map((count) => `${measure} ${count}`))
  return [
    `## Tuning half of ${title}: ${tuning.images.length} images`,
    table(
      ["options", ...head],
      rows.map(({ cells }) => cells)
    )
  ].join("\n\n")
}
