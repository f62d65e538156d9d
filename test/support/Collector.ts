/** A collector of a test's own: takes spans by OTLP over HTTP, as Jaeger would, and decodes them. */
import { Effect } from "effect"
import { serve } from "./HttpServers.ts"

/** A span as it arrived. */
export interface CollectedSpan {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  /** Absent in a root. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer"
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>
  readonly failed: boolean
  readonly started: bigint
  readonly ended: bigint
}

export interface Collector {
  readonly endpoint: string
  readonly spans: () => ReadonlyArray<CollectedSpan>
  /** Everything that was received, as text. */
  readonly received: () => string
  /** The headers of the requests. */
  readonly headers: () => ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** Collects until the scope closes. */
export const make = Effect.gen(function* () {
  const bodies: Array<string> = []
  const headers: Array<Readonly<Record<string, unknown>>> = []
  const port = yield* serve((request, response, body) => {
    if (request.url !== "/v1/traces") return void response.writeHead(404).end()
    headers.push(request.headers)
    bodies.push(body.toString())
    response.writeHead(200, { "content-type": "application/json" }).end("{}")
  })
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => bodies.flatMap(spansOf),
    received: () => bodies.join("\n"),
    headers: () => headers
  } satisfies Collector
})

const kinds = ["internal", "internal", "server", "client", "producer", "consumer"] as const

const spansOf = (body: string): ReadonlyArray<CollectedSpan> =>
  (JSON.parse(body) as Request).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: String(attributesOf(resource.attributes)["service.name"]),
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        name: span.name,
        kind: kinds[span.kind]!,
        attributes: attributesOf(span.attributes),
        links: span.links,
        failed: span.status.code === 2,
        started: BigInt(span.startTimeUnixNano),
        ended: BigInt(span.endTimeUnixNano)
      }))
    )
  )

const attributesOf = (all: ReadonlyArray<Attribute>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]]))

/** The part of an `ExportTraceServiceRequest` that is looked at, in its JSON encoding. */
interface Request {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Attribute> }
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly name: string
        readonly kind: number
        readonly attributes: ReadonlyArray<Attribute>
        readonly links: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>
        readonly status: { readonly code: number }
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
      }>
    }>
  }>
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
