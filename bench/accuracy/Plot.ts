/** AP and F1 by number of detectors, as SVG. */
import type { Comparison } from "./Comparison.ts"
import type { Scores } from "./Evaluation.ts"

interface Line {
  readonly label: string
  readonly values: ReadonlyArray<number>
  readonly isOurs: boolean
}

const panel = { width: 420, height: 320, left: 44, right: 150, top: 48, bottom: 44 }
const shownInPlot = ["quorum", "wbf", "soft_nms", "nms", "consensus", "cross_service_clustering_v1", "original_h7"]

/** Left: AP of all boxes. Right: F1 at IoU 0.5 of what is shown, which for the default are its confirmed boxes. */
export const plot = (self: Comparison): string => {
  const lines = (name: string, measure: keyof Scores): ReadonlyArray<Line> =>
    shownInPlot.flatMap((label) => {
      const row = self.rows.find((row) => row.name === (label === "quorum" ? name : label))
      return row === undefined
        ? []
        : [
            {
              label,
              values: row.results.map(({ scores }) => scores.all[measure]),
              isOurs: label === "quorum"
            }
          ]
    })
  const counts = self.rows[0]!.results.map(({ detectors }) => String(detectors))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * panel.width} ${panel.height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    drawPanel(0, `AP (COCO) · ${self.title}`, counts, lines("quorum", "ap")),
    drawPanel(panel.width, "F1 at IoU 0.5 of the boxes shown", counts, lines("quorum, confirmed", "f1")),
    "</svg>",
    ""
  ].join("\n")
}

const drawPanel = (
  offset: number,
  title: string,
  counts: ReadonlyArray<string>,
  lines: ReadonlyArray<Line>
): string => {
  const values = lines.flatMap(({ values }) => values)
  const step = Math.max(...values) - Math.min(...values) > 25 ? 10 : 5
  const low = Math.floor(Math.min(...values) / step) * step
  const high = Math.max(Math.ceil(Math.max(...values) / step) * step, low + step)
  const x = (i: number): number =>
    offset + panel.left + (i / Math.max(1, counts.length - 1)) * (panel.width - panel.left - panel.right)
  const y = (value: number): number =>
    panel.top + ((high - value) / (high - low)) * (panel.height - panel.top - panel.bottom)
  const ticks = Array.from({ length: (high - low) / step + 1 }, (_, k) => low + k * step)
  const heights = spread(lines.map(({ values }) => y(values.at(-1)!)))
  return [
    `<text x="${offset + panel.left}" y="24" font-size="13" font-weight="bold">${title}</text>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${x(0)}" x2="${x(counts.length - 1)}" y1="${n(y(tick))}" y2="${n(y(tick))}" stroke="#e5e5e5"/>` +
        `<text x="${x(0) - 6}" y="${n(y(tick) + 4)}" text-anchor="end" fill="#666">${n(tick)}</text>`
    ),
    ...counts.map(
      (count, i) => `<text x="${n(x(i))}" y="${panel.height - 24}" text-anchor="middle" fill="#666">${count}</text>`
    ),
    `<text x="${n((x(0) + x(counts.length - 1)) / 2)}" y="${panel.height - 8}" text-anchor="middle" fill="#666">detectors that have answered</text>`,
    ...lines.map(({ isOurs, label, values }, i) => {
      const color = isOurs ? "#c2410c" : "#64748b"
      const points = values.map((value, k) => `${n(x(k))},${n(y(value))}`).join(" ")
      const end = x(counts.length - 1)
      return (
        `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="${isOurs ? 3 : 1.2}"/>` +
        `<line x1="${end + 3}" y1="${n(y(values.at(-1)!))}" x2="${end + 12}" y2="${n(heights[i]!)}" stroke="${color}" stroke-width="0.6"/>` +
        `<text x="${end + 15}" y="${n(heights[i]! + 4)}" fill="${color}"${isOurs ? ' font-weight="bold"' : ""}>${shortened(label)} ${values.at(-1)!.toFixed(1)}</text>`
      )
    })
  ].join("\n")
}

/** Moves labels down until none covers another, keeping their order. */
const spread = (heights: ReadonlyArray<number>): ReadonlyArray<number> => {
  const spaced = [...heights]
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]!)
  for (let k = 1; k < order.length; k++) {
    spaced[order[k]!] = Math.max(spaced[order[k]!]!, spaced[order[k - 1]!]! + 13)
  }
  return spaced
}

const shortened = (label: string): string => label.replace("cross_service_clustering_", "")

const n = (value: number): string => String(Math.round(value * 100) / 100)
