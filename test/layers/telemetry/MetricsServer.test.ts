import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as NodeHttp from "node:http"
import * as NodeNet from "node:net"
import { ConnectionLimits } from "../../../src/layers/http/ConnectionLimits.ts"
import { MetricsAddress, layer } from "../../../src/layers/telemetry/MetricsServer.ts"
import * as Metrics from "../../../src/services/Metrics.ts"
import { Readiness } from "../../../src/services/Readiness.ts"
import { Settlement } from "../../../src/services/MessageBroker.ts"
import { serviceId } from "../../support/Runs.ts"

const server = layer({ host: "127.0.0.1", port: 0, stalledAfter: "10 minutes" }).pipe(
  Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map()))
)

/** What the server of the test answers. */
const get = (path: string) =>
  Effect.gen(function* () {
    const address = yield* MetricsAddress
    return yield* Effect.promise(async () => {
      const response = await fetch(`${address}${path}`)
      return { status: response.status, type: response.headers.get("content-type"), body: await response.text() }
    })
  })

const ocr = serviceId("ocr")

describe("/metrics", () => {
  it.effect("shows what was counted, and how late the event loop is", () =>
    Effect.gen(function* () {
      yield* Metrics.attempted(ocr, "unavailable", 250)
      yield* Metrics.backlog("harmonize", 3, 90_000)
      const { body, status, type } = yield* get("/metrics")
      assert.strictEqual(status, 200)
      assert.include(type, "text/plain; version=0.0.4")
      assert.include(body, 'windmill_attempts_total{service="ocr",outcome="unavailable"} 1\n')
      assert.include(body, 'windmill_service_seconds_sum{service="ocr",outcome="unavailable"} 0.25\n')
      assert.include(body, 'windmill_stale_images{of="harmonize"} 3\n')
      assert.include(body, 'windmill_stale_oldest_seconds{of="harmonize"} 90\n')
      assert.match(body, /windmill_event_loop_lag_seconds\{quantile="1"\} \d/)
    }).pipe(Effect.provide(server))
  )

  it.effect("shows that something kept the thread busy", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
      const end = performance.now() + 200
      while (performance.now() < end);
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
      yield* TestClock.adjust("10 seconds")
      const { body } = yield* get("/metrics")
      const lag = Number(/lag_seconds\{quantile="1"\} (\S+)/.exec(body)![1])
      assert.isAtLeast(lag, 0.1)
    }).pipe(Effect.provide(server))
  )
})

describe("connections to it", () => {
  it.live("are closed when nothing is asked on them", () =>
    Effect.gen(function* () {
      const address = new URL(yield* MetricsAddress)
      const begin = performance.now()
      yield* Effect.callback<void>((resume) => {
        const socket = NodeNet.connect(Number(address.port), address.hostname)
        socket.on("close", () => resume(Effect.void)).resume()
      })
      assert.isBelow(performance.now() - begin, 3000)
    }).pipe(
      Effect.provide(server),
      Effect.updateService(ConnectionLimits, (limits) => ({ ...limits, head: Duration.millis(300) }))
    )
  )
})

describe("what it does not serve", () => {
  it.effect("is refused with words", () =>
    Effect.gen(function* () {
      const { hostname, port } = new URL(yield* MetricsAddress)
      // Not with fetch, which sends no TRACE.
      const answerTo = (method: string, path: string) =>
        Effect.callback<NodeHttp.IncomingMessage & { readonly body: string }>((resume) => {
          NodeHttp.request({ hostname, port, method, path }, (response) => {
            let body = ""
            response.on("data", (part) => (body += String(part)))
            response.on("end", () => resume(Effect.succeed(Object.assign(response, { body }))))
          }).end()
        })
      for (const [method, path, status, code] of [
        ["GET", "/nothing", 404, "NotFound"],
        ["GET", "/%zz", 400, "BadRequest"],
        ["GET", "/metrics%", 400, "BadRequest"],
        ["TRACE", "/metrics", 405, "MethodNotAllowed"],
        ["POST", "/healthz", 405, "MethodNotAllowed"],
        ["PROPFIND", "/%ff", 405, "MethodNotAllowed"]
      ] as const) {
        const { body, headers, statusCode } = yield* answerTo(method, path)
        assert.deepStrictEqual([statusCode, headers["content-type"]], [status, "application/problem+json"])
        const problem = JSON.parse(body) as Record<string, string | number>
        assert.deepInclude(problem, { type: "about:blank", status, code })
        assert.match(String(problem["detail"]), / /)
        assert.strictEqual(headers.allow, status === 405 ? "GET, HEAD" : undefined)
      }
    }).pipe(Effect.provide(server))
  )
})

describe("/healthz", () => {
  it.effect("fails while deliveries are in hand and none is settled", () =>
    Effect.gen(function* () {
      const status = Effect.map(get("/healthz"), ({ status }) => status)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* status, 200)
      yield* Metrics.taken(ocr, undefined)
      yield* Metrics.taken(ocr, undefined)
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(yield* status, 200)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* status, 503)
      yield* Metrics.settled(ocr, Settlement.Ack(), Duration.toMillis("11 minutes"))
      assert.strictEqual(yield* status, 200)
      yield* TestClock.adjust("11 minutes")
      assert.strictEqual(yield* status, 503)
      yield* Metrics.dropped(ocr, 1)
      assert.strictEqual(yield* status, 200)
    }).pipe(Effect.provide(server))
  )
})

describe("/readyz", () => {
  it.effect("fails until something is required and all of it holds, and says what is missing", () =>
    Effect.gen(function* () {
      const { require } = yield* Readiness
      assert.deepInclude(yield* get("/readyz"), { status: 503, body: '{"ready":false,"requirements":{}}' })
      let isThere = false
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* require("database", Effect.succeed(true))
          yield* require("broker", Effect.sync(() => isThere))
          assert.deepInclude(yield* get("/readyz"), {
            status: 503,
            body: '{"ready":false,"requirements":{"database":true,"broker":false}}'
          })
          isThere = true
          assert.strictEqual((yield* get("/readyz")).status, 200)
        })
      )
      assert.strictEqual((yield* get("/readyz")).status, 503)
    }).pipe(Effect.provide(server))
  )

  it.live("does not wait for what does not answer", () =>
    Effect.gen(function* () {
      const { require } = yield* Readiness
      yield* require("database", Effect.never)
      assert.strictEqual((yield* get("/readyz")).status, 503)
    }).pipe(Effect.scoped, Effect.provide(server))
  )
})
