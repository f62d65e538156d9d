/** Rows of a database as a plain table. */
import { columns } from "./TerminalText.ts"

/** A header, then a line per row; values that are not text are written as JSON. */
export const render = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<string> => {
  const names = Object.keys(rows[0] ?? {})
  const cells = [names, ...rows.map((row) => names.map((name) => text(row[name])))]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => columns(row[column] ?? ""))))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - columns(cell)))
      .join("  ")
      .trimEnd()
  )
  const count = `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`
  return names.length === 0
    ? [count]
    : [lines[0]!, widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1), count]
}

const text = (value: unknown): string => {
  if (value === null || value === undefined) return ""
  if (typeof value === "string") return value
  if (typeof value === "bigint") return String(value)
  return value instanceof Date ? value.toISOString() : JSON.stringify(value)
}
