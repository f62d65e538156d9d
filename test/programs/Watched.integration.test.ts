/** What every program lets those who operate it see: metrics, health and traces. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import sharp from "sharp"
import { hintQueue } from "../../src/domain/Messages.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import { MessageBroker, Settlement } from "../../src/services/MessageBroker.ts"
import * as Collector from "../support/Collector.ts"
import * as Databases from "../support/Databases.ts"
import * as Programs from "../support/Programs.ts"
import * as Folders from "../support/Folders.ts"
import { json, serve } from "../support/HttpServers.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import { fixture } from "../support/Replies.ts"
import * as Served from "../support/Served.ts"
import * as Traces from "../support/Traces.ts"
import * as ServerVariables from "../support/ServerVariables.ts"

/** Commands that know the servers and a collector. */
const surroundings = Effect.fnUntraced(function* (more: Readonly<Record<string, string>> = {}) {
  const collector = yield* Collector.make
  const home = yield* Folders.temporary
  const env = {
    ...(yield* ServerVariables.make()),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    ...more
  }
  return { home, collector, ...Programs.inFolder(home, env) }
})

const programs = ["api", "dead-letters", "farm", "postprocess", "producer", "sql", "start", "status", "worker"]

describe("every program", { timeout: 120_000 }, () => {
  it.live.each(programs)("%s refuses a port that is none", (program) =>
    Effect.gen(function* () {
      const args = { "dead-letters": ["list"], worker: ["--service", "all"] }[program] ?? []
      const { run } = Programs.inFolder(NodeOs.tmpdir(), {})
      const { code, stderr } = yield* run(program, ...args, "--metrics-port", "65536")
      assert.strictEqual(code, 1)
      assert.match(stderr, /Invalid value for flag --metrics-port: "65536"/)
      assert.include(stderr, `windmill ${program} `)
    })
  )

  it.live("reads the variables of those who operate it, and refuses what means nothing", () =>
    Effect.gen(function* () {
      const run = (env: Record<string, string>, program: string) =>
        Programs.inFolder(NodeOs.tmpdir(), env).run(program, "--metrics-port", "0")
      const format = yield* run({ LOG_FORMAT: "xml" }, "start")
      assert.deepInclude(format, { code: 1, stderr: "LOG_FORMAT is none of pretty, json\n" })
      const endpoint = yield* run({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector" }, "status")
      assert.strictEqual(endpoint.code, 1)
      assert.match(endpoint.stderr, /OTEL_EXPORTER_OTLP_ENDPOINT "collector" is no URL/)
      const port = yield* Programs.inFolder(NodeOs.tmpdir(), { METRICS_PORT: "many" }).run("sql")
      assert.strictEqual(port.code, 1)
      assert.match(port.stderr, /METRICS_PORT/)
    })
  )

  it.live("farm serves metrics and health, and says where", () =>
    Effect.gen(function* () {
      const home = yield* Folders.temporary
      const port = yield* Served.freePort
      const { start } = Programs.inFolder(home, { LOG_FORMAT: "pretty" })
      yield* start("farm", "--port-base", "0", "--metrics-port", String(port))
      yield* Served.until(port, "/readyz", (body) => body === '{"ready":true,"requirements":{"services":true}}')
      assert.strictEqual(yield* Served.until(port, "/healthz", (body) => body !== ""), "ok\n")
    })
  )
})

const context = { traceId: "11111111111111111111111111111111", spanId: "2222222222222222" }

layer(RabbitQueues.broker.pipe(Layer.provideMerge(Layer.merge(RabbitQueues.address, Databases.address))), {
  excludeTestServices: true
})("commands", (it) => {
  it.effect(
    "dead-letters is traced, with links to what it puts back, and watched while it runs",
    () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const headers = { traceparent: `00-${context.traceId}-${context.spanId}-01` }
        yield* broker.publish([{ queue: "queue_ocr", body: "body-SECRET", headers }])
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { deliveries } = yield* broker.subscribe("queue_ocr", { prefetch: 1 })
            const setAside = Settlement.DeadLetter({ reason: "not a job" })
            yield* Stream.runForEach(Stream.take(deliveries, 1), (delivery) => delivery.settle(setAside))
          })
        )
        const port = yield* Served.freePort
        const { collector, run } = yield* surroundings({ LOG_FORMAT: "json", METRICS_PORT: String(port) })
        const [replayed, health] = yield* Effect.all(
          [run("dead-letters", "replay", "ocr", "--all"), Served.until(port, "/healthz", (body) => body !== "")],
          { concurrency: "unbounded" }
        )
        assert.deepInclude(replayed, { code: 0, stdout: "1 put back\n" })
        assert.deepInclude(JSON.parse(replayed.stderr), { message: `Metrics and health at http://127.0.0.1:${port}` })
        assert.strictEqual(health, "ok\n")

        const spans = collector.spans()
        const published = spans.find(({ name }) => name === "publish queue_ocr")!
        assert.deepInclude(published, { service: "windmill-dead-letters", kind: "producer" })
        assert.deepStrictEqual(
          published.links.map(({ spanId, traceId }) => ({ traceId, spanId })),
          [context]
        )
        assert.strictEqual(Traces.rootOf(spans, published).name, "DeadLetters.replay")
        Traces.assertWhole(spans)
        assert.notInclude(collector.received(), "SECRET")
      }),
    { timeout: 120_000 }
  )

  it.effect(
    "status is a trace for each look, and ready while its servers are",
    () =>
      Effect.gen(function* () {
        const port = yield* Served.freePort
        const { collector, start } = yield* surroundings()
        const watching = yield* start("status", "--follow", "--json", "--metrics-port", String(port))
        yield* Served.until(
          port,
          "/readyz",
          (body) => body === '{"ready":true,"requirements":{"broker":true,"database":true}}'
        )
        const metrics = yield* Served.until(port, "/metrics", (body) => body.includes("windmill_stale_images"))
        assert.strictEqual(Served.value(metrics, 'windmill_stale_images{of="answers"}'), 0)
        yield* Effect.sync(collector.spans).pipe(
          Effect.repeat({ until: (spans) => looks(spans).length > 1, schedule: Programs.soon }),
          Effect.timeout("60 seconds")
        )
        assert.strictEqual(yield* watching.end("SIGTERM"), 0)
        const [look] = looks(collector.spans())
        assert.deepStrictEqual(
          collector
            .spans()
            .filter(({ parentSpanId }) => parentSpanId === look!.spanId)
            .map(({ name, service }) => `${service} ${name}`),
          ["windmill-status Monitor.pipeline", "windmill-status Monitor.progress"]
        )
      }),
    { timeout: 120_000 }
  )
})

const looks = (spans: ReadonlyArray<Collector.CollectedSpan>) =>
  spans.filter(({ name, parentSpanId }) => name === "status" && parentSpanId === undefined)

/** Pictures whose jobs the sweep has to find; yolov8 fails at so many of them that it is left alone. */
const pictures = 6

layer(Layer.merge(Databases.store, RabbitQueues.address), { excludeTestServices: true })("/metrics", (it) => {
  it.effect(
    "has what docs/telemetry.md says, and all of it moves",
    () =>
      Effect.gen(function* () {
        const rabbit = yield* Address
        yield* Effect.addFinalizer(() =>
          Effect.orDie(RabbitQueues.deleteQueues(rabbit, ["queue_yolov8", "queue_face", ...Object.values(hintQueue)]))
        )
        let isDown = true
        const service = yield* serve((request, response) => {
          if (request.url === "/health") return json(response, 200, {})
          if (request.url === "/face") return json(response, 200, fixture("face"))
          if (isDown) return json(response, 500, {})
          const reply = fixture("yolov8") as { readonly predictions: ReadonlyArray<unknown> }
          json(response, 200, { ...reply, predictions: [...reply.predictions, { label: "cat" }] })
        })
        const { home, run, start } = yield* surroundings({ SERVICE_CONFIG: "services.json" })
        const services = {
          yolov8: { port: service, endpoint: "/yolov8", concurrency: 6 },
          face: { host: "localhost", port: service, endpoint: "/face" }
        }
        yield* Effect.promise(() =>
          NodeFs.writeFile(NodePath.join(home, "services.json"), JSON.stringify({ services }))
        )
        yield* Effect.promise(() => drawPictures(home))
        const produced = yield* run("producer", "--services", "yolov8", "--images", "*.png")
        assert.strictEqual(produced.code, 0, produced.stderr)
        const admin = yield* RabbitQueues.channel(rabbit)
        yield* Effect.promise(() => admin.purgeQueue(`${rabbit.queuePrefix}queue_yolov8`))

        const [work, after] = [yield* Served.freePort, yield* Served.freePort]
        yield* start("postprocess", "--sweep-every", "1 second", "--metrics-port", String(after))
        const until = (port: number, series: string, isWanted: (value: number) => boolean) =>
          Served.until(port, "/metrics", (metrics) => isWanted(Served.value(metrics, series) ?? 0))
        const waiting = yield* until(after, 'windmill_stale_images{of="answers"}', (images) => images === pictures)
        assert.isAbove(Served.value(waiting, 'windmill_stale_oldest_seconds{of="answers"}')!, 0)
        yield* until(after, 'windmill_sweep_repairs_total{step="yolov8"}', (repaired) => repaired === pictures)

        yield* start("worker", "--service", "all", "--metrics-port", String(work))
        yield* until(work, 'windmill_in_flight{step="yolov8"}', (held) => held > 0)
        yield* until(work, 'windmill_breaker_open{service="yolov8"}', (open) => open === 1)
        isDown = false
        yield* until(work, 'windmill_breaker_open{service="yolov8"}', (open) => open === 0)
        const acked = 'windmill_deliveries_total{step="yolov8",settlement="ack"}'
        const worked = yield* until(work, acked, (count) => count >= pictures)
        const all = yield* until(
          after,
          'windmill_crops_total{service="face",outcome="succeeded"}',
          (asked) => asked >= pictures
        )
        yield* until(
          after,
          'windmill_derivations_total{stage="harmonize",outcome="changed"}',
          (count) => count >= pictures
        )
        yield* until(after, 'windmill_stale_images{of="answers"}', (images) => images === 0)

        const above = (metrics: string, series: string) => assert.isAbove(Served.value(metrics, series) ?? 0, 0, series)
        above(worked, 'windmill_deliveries_total{step="yolov8",settlement="retry"}')
        above(worked, 'windmill_queue_wait_seconds_sum{step="yolov8"}')
        above(worked, 'windmill_handling_seconds_sum{step="yolov8"}')
        above(worked, 'windmill_attempts_total{service="yolov8",outcome="unavailable"}')
        above(worked, 'windmill_attempts_total{service="yolov8",outcome="answered"}')
        above(worked, 'windmill_service_seconds_sum{service="yolov8",outcome="answered"}')
        above(worked, 'windmill_predictions_set_aside_total{service="yolov8"}')
        yield* until(work, 'windmill_event_loop_lag_seconds{quantile="1"}', (seconds) => seconds > 0)
        above(all, 'windmill_service_seconds_count{service="face",outcome="answered"}')

        const served = new Set([...Served.names(worked), ...Served.names(all)])
        assert.deepStrictEqual([...served].toSorted(), yield* documented)
      }),
    { timeout: 240_000 }
  )
})

const drawPictures = (home: string) =>
  Promise.all(
    Array.from({ length: pictures }, (_, i) =>
      sharp({ create: { width: 640, height: 480, channels: 3, background: { r: 40 * i, g: 90, b: 120 } } }).toFile(
        NodePath.join(home, `${i}.png`)
      )
    )
  )

/** The metrics in the tables of the documentation. */
const documented = Effect.promise(async () => {
  const text = await NodeFs.readFile("docs/telemetry.md", "utf8")
  return [...text.matchAll(/^\| `(windmill_\w+)` \| (?:counter|gauge|histogram) /gm)]
    .map(([, name]) => name!)
    .toSorted()
})
