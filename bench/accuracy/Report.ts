/** A comparison in words and tables, in Markdown. */
import type { Comparison } from "./Comparison.ts"
import { rivals } from "./Contestants.ts"
import type { Row, Scores } from "./Evaluation.ts"
import type { Size } from "./Matching.ts"
import { oneDecimal, range, table } from "./Table.ts"
import type { Trust } from "./Trust.ts"

/** All comparisons as one page. */
export const document = (comparisons: ReadonlyArray<Comparison>, samples: number): string =>
  [
    "# Accuracy of harmonization",
    "Written by `npm run bench:accuracy`. AP is COCO's, in percent; F1 is at IoU 0.5, pooled over categories, at the best score threshold or " +
      "of all boxes. Measured on every other image; parameters and trusts are chosen on the rest. Intervals are paired " +
      "bootstraps over images " +
      `(${samples} samples) of quorum's lead over the row, with all detectors.`,
    "![AP and F1 by number of detectors](accuracy.svg)",
    ...comparisons.map(report)
  ].join("\n\n") + "\n"

/** All that was measured, as numbers. */
export const numbers = ({ alone, images, leads, rows, title, trust }: Comparison) => ({
  title,
  images,
  alone,
  trust,
  rows: rows.map(({ choices, name, results }) => ({
    name,
    results: results.map(({ detectors, scores }) => ({ detectors, scores })),
    choices: choices.map(({ scores, services }) => ({ services, scores }))
  })),
  leads
})

/** One comparison: scores by number of detectors, scores by size, and whether the targets are met. */
export const report = (self: Comparison): string =>
  [
    `## ${self.title}: ${self.images} images`,
    `Alone: ${self.alone.map(({ scores, service }) => `${service} AP ${oneDecimal(scores.ap)}`).join(", ")}. ` +
      "A column with a number of detectors is the mean over all choices of that many.",
    overall(self),
    `Trust from labels: ${inWords(self.trust.labels)}; from agreement: ${inWords(self.trust.agreement)}.`,
    "By the size of objects, with all detectors:",
    bySize(self),
    targets(self)
  ].join("\n\n")

const inWords = (trust: Trust): string =>
  Object.entries(trust)
    .map(([service, value]) => `${service} ${value.toFixed(2)}`)
    .join(", ")

const overall = ({ leads, rows }: Comparison): string => {
  const counts = rows[0]!.results.map(({ detectors }) => detectors)
  const of = (row: Row, measure: keyof Scores): ReadonlyArray<string> =>
    row.results.map(({ scores }) => oneDecimal(scores.all[measure]))
  const last = (row: Row, measure: keyof Scores): string => oneDecimal(row.results.at(-1)!.scores.all[measure])
  return table(
    [
      "strategy",
      ...counts.map((count) => `AP ${count}`),
      "AP50",
      "AP75",
      ...counts.map((count) => `best F1 ${count}`),
      "F1 of all",
      "lead in AP (95 %)",
      "lead in best F1"
    ],
    rows.map((row) => {
      const lead = leads.find(({ over }) => over === row.name)
      return [
        row.name,
        ...of(row, "ap"),
        last(row, "ap50"),
        last(row, "ap75"),
        ...of(row, "bestF1"),
        last(row, "f1"),
        lead === undefined ? "" : range(lead.ap),
        lead === undefined ? "" : range(lead.bestF1)
      ]
    })
  )
}

const bySize = ({ rows }: Comparison): string => {
  const classes: ReadonlyArray<Size> = ["small", "medium", "large"]
  const cells = (row: Row, measure: keyof Scores): ReadonlyArray<string> =>
    classes.map((size) => oneDecimal(row.results.at(-1)!.scores[size][measure]))
  return table(
    [
      "strategy",
      ...(["AP", "AP50", "AP75", "best F1"] as const).flatMap((measure) => classes.map((size) => `${measure} ${size}`))
    ],
    rows.map((row) => [
      row.name,
      ...(["ap", "ap50", "ap75", "bestF1"] as const).flatMap((measure) => cells(row, measure))
    ])
  )
}

/** Whether the default has the highest AP of all rivals, and how it stands to the best of the detectors it fuses. */
const targets = ({ alone, rows }: Comparison): string => {
  const quorum = rows[0]!
  const ap = (row: Row): number => row.results.at(-1)!.scores.all.ap
  const ahead = rows.filter(({ name }) => rivals.includes(name)).filter((row) => ap(row) >= ap(quorum))
  const gains = quorum.choices.map(({ scores, services }) => ({
    several: services.length > 1,
    gain:
      scores.ap - Math.max(...alone.filter(({ service }) => services.includes(service)).map(({ scores }) => scores.ap))
  }))
  const least = (several: boolean): string =>
    Math.min(...gains.filter((choice) => choice.several === several).map(({ gain }) => gain)).toFixed(2)
  return [
    `- With all detectors quorum's AP is ${ahead.length === 0 ? "above" : "NOT above"} that of ${rivals.join(", ")}` +
      (ahead.length === 0 ? "." : `: ${ahead.map((row) => `${row.name} has ${ap(row).toFixed(2)}`).join(", ")}.`),
    `- Against the best of the detectors it fuses, quorum's AP differs by at least ${least(true)} for every choice of two or ` +
      `more, and by at least ${least(false)} for one alone, whose repetitions it drops.`
  ].join("\n")
}
