/** Tables that read well in a terminal and in Markdown. */

/** A Markdown table with aligned columns: the first to the left, the others, numbers, to the right. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length), 3))
  const line = (cells: ReadonlyArray<string>): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`
  return [line(head), rule, ...rows.map(line)].join("\n")
}

/** One decimal; a dash for what cannot be measured. */
export const oneDecimal = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(1)

/** `+0.3 … +1.9`. */
export const range = ({ high, low }: { readonly low: number; readonly high: number }): string =>
  `${signed(low)} … ${signed(high)}`

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`
