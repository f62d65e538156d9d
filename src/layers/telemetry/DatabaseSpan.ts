/**
 * Spans of queries, named after what the query does: `INSERT results`. The database client names all of them after the
 * database, which says nothing.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/#name
 */
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"

/** The span of a query by its summary; any other span as it is. */
export const named = (span: ReadableSpan): ReadableSpan => {
  const text = span.attributes["db.query.text"]
  if (typeof text !== "string") return span
  const name = summary(text)
  return Object.create(span, {
    name: { value: name },
    attributes: { value: { ...span.attributes, "db.query.summary": name } }
  }) as ReadableSpan
}

/**
 * What a statement does, and to which table: what it changes if it changes something, or else where it reads first.
 *
 * @example
 * summary("WITH new AS (INSERT INTO results SELECT * FROM unnest($1)) SELECT * FROM new") // => "INSERT results"
 */
export const summary = (statement: string): string => {
  const change = changes.exec(statement)
  if (change !== null) return `${verbs[change[1]![0]!.toUpperCase()]} ${change[2]}`
  const [, verb = "query"] = firstWord.exec(statement) ?? []
  if (!/^(select|with)$/i.test(verb)) return verb.toUpperCase()
  const table = reads.exec(statement)
  return table === null ? "SELECT" : `SELECT ${table[1]}`
}

const verbs: Readonly<Record<string, string>> = { I: "INSERT", U: "UPDATE", D: "DELETE" }

/** At the beginning, or in a `WITH`: elsewhere the words mean something else, as in `FOR UPDATE`. */
const changes = /(?:^|\()\s*(insert\s+into|update|delete\s+from)\s+"?(\w+)/i

const reads = /\bfrom\s+"?(\w+)\b"?(?!\s*\()/i

const firstWord = /^\s*([a-z]+)/i
