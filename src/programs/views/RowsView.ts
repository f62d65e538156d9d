/** What a database answers, as text. */
import * as Table from "./Table.ts"

/** The rows as a table with their number below; values that are not text are written as JSON. */
export const render = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<string> => {
  const names = Object.keys(rows[0] ?? {})
  const count = `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`
  return names.length === 0
    ? [count]
    : [
        ...Table.lines(
          names,
          rows.map((row) => names.map((name) => cell(row[name])))
        ),
        count
      ]
}

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return ""
  if (value instanceof Date) return value.toISOString()
  return typeof value === "string" || typeof value === "bigint" ? String(value) : JSON.stringify(value)
}
