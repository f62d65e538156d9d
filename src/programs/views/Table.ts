/** Tables of plain text for a terminal. */
import * as TerminalText from "./TerminalText.ts"

/**
 * A row for the titles and one for each of `rows`, in columns as wide as their widest cell, two spaces apart. Columns of
 * numbers are aligned to the right. What terminals would act on is removed from the cells.
 *
 * @example
 * lines(["service", "done"], [["ocr", "1,024"], ["blip", "7"]])
 * // => ["service   done", "ocr      1,024", "blip         7"]
 */
export const lines = (
  titles: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const cells = [titles, ...rows].map((row) => row.map((text) => TerminalText.span(text).text))
  const columns = titles.map((_, column) => ({
    width: Math.max(...cells.map((row) => TerminalText.columns(row[column]!))),
    isNumeric: rows.every((row) => isNumber(row[column]!))
  }))
  return cells.map((row) =>
    row
      .map((text, column) => {
        const { isNumeric, width } = columns[column]!
        const padding = " ".repeat(width - TerminalText.columns(text))
        return isNumeric ? padding + text : text + padding
      })
      .join("  ")
      .trimEnd()
  )
}

/**
 * The same without as many of the `dispensable` columns, the first of them first, as do not fit into `width` columns of
 * the terminal.
 */
export const fitting = (
  titles: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  { dispensable, width }: { readonly dispensable: ReadonlyArray<string>; readonly width: number }
): ReadonlyArray<string> => {
  const table = lines(titles, rows)
  const [title, ...others] = dispensable
  if (title === undefined || table.every((line) => TerminalText.columns(line) <= width)) return table
  const without = (row: ReadonlyArray<string>) => row.filter((_, column) => titles[column] !== title)
  return fitting(without(titles), rows.map(without), { dispensable: others, width })
}

const isNumber = (text: string): boolean => /^([0-9.,]+|\?)$/.test(text)
