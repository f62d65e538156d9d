import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, Tracer } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as TraceContext from "../../../src/domain/TraceContext.ts"
import * as OtelTracing from "../../../src/layers/telemetry/OtelTracing.ts"
import * as Collector from "../../support/Collector.ts"
import { serve } from "../../support/HttpServers.ts"

const incoming = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/** Tracing as the environment says, and what it logs. */
const tracing = (env: Record<string, string>, log: Array<string> = []) =>
  OtelTracing.layer({ serviceName: "windmill-test", serviceVersion: "1.2.3" }).pipe(
    Layer.provideMerge(Logger.layer([Logger.make(({ message }) => void log.push(String(message)))])),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
  )

const work = Effect.withSpan(Effect.void, "work", { attributes: { "windmill.image_id": 7 } })

describe("OtelTracing", () => {
  it.live("sends spans with the resource the environment describes", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.make
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
      yield* Effect.provide(work, tracing(env))
      yield* Effect.provide(work, tracing({ ...env, OTEL_SERVICE_NAME: "mine" }))
      assert.deepEqual(
        collector.spans().map(({ name, service }) => [service, name]),
        [
          ["windmill-test", "work"],
          ["mine", "work"]
        ]
      )
      assert.include(collector.received(), '{"key":"service.version","value":{"stringValue":"1.2.3"}}')
    })
  )

  it.live("continues a trace, and follows its decision on sampling", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.make
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
      const continued = (traceParent: string) =>
        Effect.withSpan(Effect.void, "continued", { parent: TraceContext.decode(traceParent) })
      yield* Effect.provide(continued(incoming), tracing(env))
      yield* Effect.provide(continued(incoming.replace(/01$/, "00")), tracing(env))
      yield* Effect.provide(work, tracing({ ...env, OTEL_TRACES_SAMPLER: "always_off" }))
      const [span, ...others] = collector.spans()
      assert.isEmpty(others)
      assert.deepInclude(span, { traceId: incoming.slice(3, 35), parentSpanId: incoming.slice(36, 52) })
    })
  )

  it.live("makes no spans without an endpoint, and passes on the context that came in", () =>
    Effect.gen(function* () {
      const made: Array<string> = []
      const spy = Tracer.make({
        span: (options) => {
          made.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      const headers = yield* Effect.currentSpan.pipe(
        Effect.map(TraceContext.headersOf),
        Effect.withSpan("inner"),
        Effect.withSpan("outer", { parent: TraceContext.decode(incoming) }),
        Effect.withTracer(spy),
        Effect.provide(tracing({}))
      )
      assert.isEmpty(made)
      assert.deepEqual(headers, { traceparent: incoming })
    })
  )

  it.live("sends no trace headers to services without an endpoint", () =>
    Effect.gen(function* () {
      const names: Array<string> = []
      const port = yield* serve((request, response) => {
        names.push(...Object.keys(request.headers))
        response.end()
      })
      yield* HttpClient.get(`http://127.0.0.1:${port}`).pipe(
        Effect.withSpan("outer"),
        Effect.provide([FetchHttpClient.layer, tracing({})])
      )
      assert.notIncludeMembers(names, ["traceparent", "b3"])
      assert.include(names, "host")
    })
  )

  it.live("says once that the collector is away, and goes on", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        OTEL_EXPORTER_OTLP_TIMEOUT: "100",
        OTEL_BSP_SCHEDULE_DELAY: "10"
      }
      yield* Effect.forEach(Array.from({ length: 5 }), () => Effect.andThen(work, Effect.sleep("60 millis"))).pipe(
        Effect.provide(tracing(env, log))
      )
      assert.lengthOf(log, 1)
      assert.include(log[0], "Traces cannot be sent to http://127.0.0.1:1, and are lost")
    })
  )

  it.live("says once that the collector hangs", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      let requests = 0
      const port = yield* serve(() => void requests++)
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_TIMEOUT: "50",
        OTEL_BSP_SCHEDULE_DELAY: "10"
      }
      yield* Effect.andThen(work, Effect.sleep("20 millis")).pipe(
        Effect.repeat({ until: () => requests >= 3 }),
        Effect.timeout("10 seconds"),
        Effect.provide(tracing(env, log))
      )
      assert.lengthOf(log, 1)
      assert.include(log[0], `Traces cannot be sent to http://127.0.0.1:${port}, and are lost`)
    })
  )

  it.live("says when the collector is back", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      let up = false
      const port = yield* serve((_, response) => void response.writeHead(up ? 200 : 400).end("{}"))
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: "10" }
      const until = (count: number) =>
        work.pipe(
          Effect.andThen(Effect.sleep("20 millis")),
          Effect.repeat({ until: () => log.length === count }),
          Effect.timeout("10 seconds")
        )
      yield* Effect.gen(function* () {
        yield* until(1)
        up = true
        yield* until(2)
      }).pipe(Effect.provide(tracing(env, log)))
      assert.match(log[1]!, /^Traces are sent again; \d+ spans were lost$/)
    })
  )

  it.live("goes on while the collector hangs, and keeps no more spans for it than it may", () =>
    Effect.gen(function* () {
      const held: Array<() => void> = []
      let received = 0
      const port = yield* serve((_, response, body) => {
        received += body.toString().split('"spanId"').length - 1
        held.push(() => response.end("{}"))
      })
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_MAX_QUEUE_SIZE: "100" }
      yield* Effect.gen(function* () {
        yield* Effect.repeat(work, { times: 9999 })
        yield* Effect.yieldNow.pipe(
          Effect.andThen(Effect.sleep("5 millis")),
          Effect.repeat({ until: () => held.length > 0 })
        )
        for (const release of held.splice(0)) release()
        yield* Effect.forkChild(
          Effect.forever(
            Effect.andThen(
              Effect.sleep("5 millis"),
              Effect.sync(() => held.splice(0).forEach((go) => go()))
            )
          )
        )
      }).pipe(Effect.provide(tracing(env)))
      assert.isAtLeast(received, 100)
      assert.isAtMost(received, 1000)
    })
  )

  it.effect("refuses an endpoint that is no URL", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(work, tracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector" })))
      assert.include(error.message, "OTEL_EXPORTER_OTLP_ENDPOINT")
    })
  )
})
