/**
 * W3C trace context: how a trace crosses a queue or waits in the database.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
import { Option, Tracer } from "effect"

/** The header that carries the context, in messages and in HTTP. */
export const header = "traceparent"

/**
 * Writes a span as `traceparent`.
 *
 * @example
 * encode(span) // => "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
 */
export const encode = (span: Tracer.AnySpan): string =>
  `00-${span.traceId}-${span.spanId}-${span.sampled ? "01" : "00"}`

/** Reads a `traceparent`; anything that is not one is no parent. */
export const decode = (traceParent: string | undefined): Tracer.ExternalSpan | undefined => {
  const match = traceParent === undefined ? null : format.exec(traceParent)
  if (match === null || match[1] === "0".repeat(32) || match[2] === "0".repeat(16)) return undefined
  return Tracer.externalSpan({
    traceId: match[1]!,
    spanId: match[2]!,
    sampled: (Number.parseInt(match[3]!, 16) & 1) === 1
  })
}

/**
 * The headers of a message that continues `span`; none without a span. Where nothing is traced, spans have no ids: what
 * came in is passed on.
 */
export const headersOf = (span: Tracer.AnySpan | undefined): Readonly<Record<string, string>> => {
  if (span === undefined) return {}
  const traceParent = encode(span)
  if (format.test(traceParent)) return { [header]: traceParent }
  return span._tag === "Span" ? headersOf(Option.getOrUndefined(span.parent)) : {}
}

const format = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
