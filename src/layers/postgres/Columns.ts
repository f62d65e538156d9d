/**
 * Values on their way into the database: whole columns at a time, and only what PostgreSQL can hold.
 *
 * A batch is passed as one array per column and unnested in the statement, so it takes the same few parameters whatever
 * its size. The planner is not shown how long an array is: it would plan a statement for so many rows, and the next time
 * again, where it keeps one plan for any number.
 *
 * PostgreSQL holds no NUL in text, and no half of a surrogate pair; replies of models contain both. They become U+FFFD,
 * here and nowhere else: refusing the reply would lose what else it says.
 */
import { PgTypes } from "@effect/sql-pg"
import { Result } from "effect"
import { Statement } from "effect/sql"

/** The text with U+FFFD for what PostgreSQL cannot hold. */
export const storable = (text: string): string => text.replace(/[\0\p{Surrogate}]/gu, "\uFFFD")

/** The JSON of a value with U+FFFD for what PostgreSQL cannot hold, in values and in keys. */
export const json = (value: unknown): string => {
  const text = JSON.stringify(value)
  // Hardly any text has one of these escapes, and a plain search is over sooner.
  return text.includes("\\u") && unstorableEscape.test(text)
    ? text.replace(anyEscape, (escape) => (escape.length === 6 ? "\uFFFD" : escape))
    : text
}

// JSON.stringify writes NUL and lone surrogates as escapes, and nothing else that is hard to hold.
const unstorableEscape = /\\u(?:0000|d[89a-f][0-9a-f]{2})/
// Every escape is matched, so that the second backslash of an escaped one is not taken for the beginning of another.
const anyEscape = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g

/** A `bigint[]`. */
export const bigints = (values: ReadonlyArray<number>): Statement.Fragment => array(values.map(BigInt), "int8")

/** A `text[]` of texts the program did not make itself. */
export const texts = (values: ReadonlyArray<string | undefined>): Statement.Fragment =>
  array(
    values.map((value) => (value === undefined ? null : storable(value))),
    "text"
  )

/** A `text[]` of JSON documents; `undefined` is no document. */
export const documents = (values: ReadonlyArray<unknown>): Statement.Fragment =>
  array(
    values.map((value) => (value === undefined ? null : json(value))),
    "text"
  )

/** A `double precision[]`. `-0` becomes `0`, as it does in JSON. */
export const floats = (values: ReadonlyArray<number | undefined>): Statement.Fragment =>
  array(
    values.map((value) => (value === undefined ? null : value + 0)),
    "float8"
  )

const array = (values: ReadonlyArray<unknown>, type: "int8" | "text" | "float8"): Statement.Fragment =>
  Statement.fragment([
    Statement.literal("(SELECT "),
    Statement.parameter(Result.getOrThrow(PgTypes.array(values, PgTypes.OID[type]))),
    Statement.literal(`)::${type}[]`)
  ])
