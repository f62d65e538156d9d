/** Reading what a collector has collected. */
import { assert } from "@effect/vitest"
import type { CollectedSpan } from "./Collector.ts"

type Spans = ReadonlyArray<CollectedSpan>

/** The trace that a `traceparent` belongs to: its root, then what began first. Exports may overtake each other. */
export const of = (spans: Spans, traceParent: string): Spans => {
  const [, traceId] = traceParent.split("-")
  const trace = spans.filter((span) => span.traceId === traceId)
  const roots = trace.filter(({ parentSpanId }) => parentSpanId === undefined)
  assert.lengthOf(roots, 1)
  return [...roots, ...trace.filter((span) => span !== roots[0]).toSorted((a, b) => (a.started < b.started ? -1 : 1))]
}

/** Every span is there once, and so is its parent, in the same trace. */
export const assertWhole = (spans: Spans): void => {
  const known = new Map(spans.map((span) => [span.spanId, span]))
  assert.strictEqual(known.size, spans.length)
  for (const { name, parentSpanId, traceId } of spans) {
    if (parentSpanId !== undefined) assert.strictEqual(known.get(parentSpanId)?.traceId, traceId, `parent of ${name}`)
  }
}

/** The spans that a span links to. */
export const linked = (spans: Spans, { links }: CollectedSpan): Spans =>
  links.flatMap(({ spanId }) => spans.filter((span) => span.spanId === spanId))

/** The root of a span's trace. */
export const rootOf = (spans: Spans, { traceId }: CollectedSpan): CollectedSpan =>
  spans.find((span) => span.traceId === traceId && span.parentSpanId === undefined)!

/** The trace as a tree, one span on each line, children in the order of their names. Without single queries. */
export const tree = (trace: Spans): string => {
  const lines = (parent: string | undefined, depth: number): ReadonlyArray<string> =>
    trace
      .filter((span) => span.parentSpanId === parent && !("db.system.name" in span.attributes))
      .map((span) => [describe(span), span.spanId] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([line, id]) => [`${"  ".repeat(depth)}${line.slice(line.indexOf("|") + 1)}`, ...lines(id, depth + 1)])
  return lines(undefined, 0).join("\n")
}

/** The span in words, after its name for the order. */
const describe = ({ attributes, failed, kind, name, service }: CollectedSpan): string => {
  const [attempt, revision] = [attributes["windmill.attempt"], attributes["windmill.revision"]]
  const words = [
    `${service} ${kind} ${name}`,
    ...(attempt === undefined ? [] : [`attempt ${String(attempt)}`]),
    ...(revision === undefined ? [] : [`revision ${String(revision)}`]),
    ...(failed ? ["failed"] : [])
  ].join(", ")
  return `${name} ${String(attempt)}|${words}`
}
