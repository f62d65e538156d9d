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
  if (isInterval(value)) return intervalText(value)
  return typeof value === "string" || typeof value === "bigint" ? String(value) : JSON.stringify(value, numbers)
}

/** Numbers of 64 bits, which JSON has no other word for; those that it would round, as text. */
const numbers = (_: string, value: unknown): unknown =>
  typeof value !== "bigint" ? value : Number.isSafeInteger(Number(value)) ? Number(value) : String(value)

/** A span of time as PostgreSQL has it: a month has no fixed length, nor has a day. */
interface Interval {
  readonly months: number
  readonly days: number
  readonly microseconds: bigint
}

const isInterval = (value: unknown): value is Interval =>
  typeof value === "object" && value !== null && "months" in value && "days" in value && "microseconds" in value

/** As `psql` writes it: `2 mons 1 day 03:04:05.5`. */
const intervalText = ({ days, microseconds, months }: Interval): string => {
  const micros = microseconds < 0n ? -microseconds : microseconds
  const seconds = Number(micros / 1_000_000n)
  const two = (value: number) => String(value).padStart(2, "0")
  const fraction = String(micros % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "")
  const time =
    `${microseconds < 0n ? "-" : ""}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}` +
    (fraction === "" ? "" : `.${fraction}`)
  const parts = [...(months === 0 ? [] : [counted(months, "mon")]), ...(days === 0 ? [] : [counted(days, "day")])]
  return [...parts, ...(micros === 0n && parts.length > 0 ? [] : [time])].join(" ")
}

const counted = (count: number, what: string): string => `${count} ${what}${Math.abs(count) === 1 ? "" : "s"}`
