/**
 * What spans may say outside this machine: ids, names, times and reasons; never a payload, a secret or the query of a URL.
 *
 * Texts of errors are not written for this, so they lose what may hide in them: the user and query of every URL, and
 * everything in double quotes, which is how errors quote replies. Stack traces stay at home.
 */
import type { Attributes } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"

/** The span as it may leave. */
export const redact = (span: ReadableSpan): ReadableSpan =>
  Object.create(span, {
    attributes: { value: attributes(span.attributes) },
    status: {
      value: span.status.message === undefined ? span.status : { ...span.status, message: text(span.status.message) }
    },
    events: {
      value: span.events.map((event) => ({
        ...event,
        name: text(event.name),
        ...(event.attributes === undefined ? {} : { attributes: attributes(event.attributes) })
      }))
    }
  }) as ReadableSpan

/**
 * A text without what may be secret.
 *
 * @example
 * text('GET https://me:pw@host/a?sig=1 said "no"') // => 'GET https://host/a said "…"'
 */
export const text = (words: string): string => words.replace(url, "$1$2").replace(quoted, '"…"')

const attributes = (all: Attributes): Attributes => {
  const kept: Attributes = {}
  for (const name in all) {
    if (withheld.has(name)) continue
    const value = all[name]
    kept[name] = typeof value === "string" && name !== "db.query.text" ? text(value) : value
  }
  return kept
}

const withheld = new Set(["url.query", "exception.stacktrace", "code.stacktrace", "effect.fiberId"])

/** A URL: its scheme, perhaps a user, the host and path, perhaps a query and a fragment. */
const url = /([a-z][a-z\d+.-]*:\/\/)(?:[^\s/?#"'@]*@)?([^\s?#"']*)(?:[?#][^\s"']*)?/gi

const quoted = /"(?:[^"\\]|\\.)*"/gs
