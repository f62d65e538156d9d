import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeFs from "node:fs"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import sharp from "sharp"
import { hintQueue } from "../../src/domain/Messages.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Collector from "../support/Collector.ts"
import * as Databases from "../support/Databases.ts"
import { json, serve } from "../support/HttpServers.ts"
import * as Programs from "../support/Programs.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as Served from "../support/Served.ts"
import { fixture } from "../support/Replies.ts"
import * as Traces from "../support/Traces.ts"
import * as ServerVariables from "../support/ServerVariables.ts"

/** What must never leave in a span: of a picture's URL, of a reply, of an error, of a login. */
const secrets = {
  query: "query-SECRET-1",
  reply: "reply-SECRET-2",
  error: "error-SECRET-3",
  header: "header-SECRET-4",
  password: "password-SECRET-5"
}

/** What a service does with a request, unless it answers. */
type Trouble = "busy" | "refuse" | "hang"

/** yolov8 sees one person, and has troubles with the first requests. face looks at the crop of the person. */
const services = Effect.fnUntraced(function* (troubles: ReadonlyArray<Trouble>) {
  const picture = yield* Effect.promise(() =>
    sharp({ create: { width: 640, height: 480, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer()
  )
  let asked = 0
  const port = yield* serve((request, response) => {
    if (request.url?.startsWith("/picture.jpg")) {
      return void response.writeHead(200, { "content-type": "image/jpeg" }).end(picture)
    }
    if (request.url === "/health") return json(response, 200, {})
    if (request.url === "/face") return json(response, 200, fixture("face"))
    const trouble = troubles[asked++]
    if (trouble === "hang") return
    if (trouble === "refuse") return json(response, 400, { error: `no "${secrets.error}"` })
    if (trouble === "busy") return json(response, 500, { error: `busy with https://x.test/a?sig=${secrets.error}` })
    json(response, 200, {
      service: "yolo",
      status: "success",
      predictions: [{ label: "person", confidence: 0.93, bbox: { x: 33, y: 50, width: 121, height: 309 } }],
      metadata: { note: secrets.reply }
    })
  })
  const file = NodePath.join(NodeFs.mkdtempSync(NodePath.join(NodeOs.tmpdir(), "windmill-trace-")), "services.json")
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      NodeFs.writeFileSync(
        file,
        JSON.stringify({
          services: {
            yolov8: { port, endpoint: "/yolov8" },
            face: { host: "localhost", port, endpoint: "/face" }
          }
        })
      )
    ),
    () => Effect.sync(() => NodeFs.rmSync(NodePath.dirname(file), { recursive: true }))
  )
  return { file, url: `http://127.0.0.1:${port}/picture.jpg?sig=${secrets.query}`, asked: () => asked }
})

/** The environment of the programs of one test, in which yolov8 has these troubles. */
const surroundings = Effect.fnUntraced(function* (troubles: ReadonlyArray<Trouble>) {
  const rabbit = yield* Address
  const collector = yield* Collector.make
  const sql = yield* SqlClient.SqlClient
  // A test that is tried again finds what it left the time before.
  yield* sql`DELETE FROM images`
  const { asked, file, url } = yield* services(troubles)
  yield* Effect.addFinalizer(() =>
    Effect.orDie(RabbitQueues.deleteQueues(rabbit, ["queue_yolov8", "queue_face", ...Object.values(hintQueue)]))
  )
  const env = {
    ...(yield* ServerVariables.make({ password: secrets.password })),
    SERVICE_CONFIG: file,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secrets.header}`,
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test"
  }
  return {
    asked,
    collector,
    url,
    file,
    ...Programs.inFolder(NodePath.dirname(file), env)
  }
})

/** Waits until so many images and crops of them are answered and nothing is stale; returns the first image. */
const done = Effect.fnUntraced(function* (images: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql<{ n: number }>`
    SELECT count(*)::int AS n FROM images
    WHERE coalesce(owing, boxes_stale, consensus_stale, enrichment_stale) IS NULL
      AND EXISTS (SELECT FROM postprocessing WHERE postprocessing.image_id = images.image_id)`.pipe(
    Effect.repeat({ until: ([row]) => row!.n === images, schedule: Programs.soon }),
    Effect.timeout("60 seconds")
  )
  const [row] = yield* sql<{ image_id: number; trace_parent: string }>`SELECT image_id, trace_parent FROM images`
  return row!
})

layer(Layer.merge(Databases.store, RabbitQueues.address), { excludeTestServices: true })("Traces", (it) => {
  it.effect(
    "are one for an image, across processes, attempts and crops",
    () =>
      Effect.gen(function* () {
        const { collector, start, succeed, url } = yield* surroundings(["busy", "busy", "busy"])
        const worker = yield* start("worker", "--service", "all")
        const postprocess = yield* start("postprocess", "--sweep-every", "1 hour")
        yield* succeed("producer", "--services", "yolov8", url)
        const image = yield* done(1)
        yield* Effect.all([worker.end("SIGTERM"), postprocess.end("SIGTERM")])

        const trace = Traces.of(collector.spans(), image.trace_parent)
        assert.strictEqual(Traces.tree(trace), expected)
        Traces.assertWhole(collector.spans())

        // What several images share has a trace of its own, and both link to each other.
        for (const [name, batchName] of [
          ["record answer", "record answers"],
          ["record enrichment", "record enrichments"],
          ["harmonize image", "process queue_bbox_merge"],
          ["consensus image", "process queue_bbox_merge"]
        ] as const) {
          for (const step of trace.filter((span) => span.name === name)) {
            const batch = Traces.linked(collector.spans(), step).find((span) => span.name === batchName)!
            assert.notStrictEqual(batch.traceId, step.traceId)
            assert.isUndefined(batch.parentSpanId)
            assert.include(
              batch.links.map(({ spanId }) => spanId),
              step.parentSpanId
            )
          }
        }

        const first = trace.find(({ name }) => name === "process queue_yolov8")!
        assert.include(first.attributes, {
          "messaging.system": "rabbitmq",
          "messaging.operation.type": "process",
          "messaging.destination.name": "queue_yolov8",
          "windmill.image_id": image.image_id,
          "windmill.service": "yolov8",
          "windmill.outcome": "retry",
          "error.type": "unavailable",
          "windmill.reason": "yolov8 is unavailable: HTTP 500: busy with https://x.test/a"
        })
        assert.isAtLeast(Number(first.attributes["windmill.queue_wait_ms"]), 0)
        assert.include(trace.find(({ name }) => name === "harmonize image")!.attributes, { "windmill.boxes": 1 })
        assert.include(trace.find(({ name }) => name === "POST")!.attributes, {
          "http.request.method": "POST",
          "http.response.status_code": 500,
          "error.type": "500"
        })

        assertNoSecret(collector)
        for (const headers of collector.headers())
          assert.include(headers, { authorization: `Bearer ${secrets.header}` })
      }),
    { timeout: 180_000 }
  )
})

layer(Layer.merge(Databases.store, RabbitQueues.address), { excludeTestServices: true })("The sweep", (it) => {
  it.effect(
    "continues the trace of an image whose messages were lost",
    () =>
      Effect.gen(function* () {
        const { collector, start, succeed, url } = yield* surroundings([])
        yield* succeed("producer", "--services", "yolov8", url)
        const rabbit = yield* Address
        const admin = yield* RabbitQueues.channel(rabbit)
        const { messageCount } = yield* Effect.promise(() => admin.purgeQueue(`${rabbit.queuePrefix}queue_yolov8`))
        assert.strictEqual(messageCount, 1)
        const worker = yield* start("worker", "--service", "all")
        const postprocess = yield* start("postprocess", "--sweep-every", "2 seconds")
        const image = yield* done(1)
        yield* Effect.all([worker.end("SIGTERM"), postprocess.end("SIGTERM")])

        const spans = collector.spans()
        Traces.assertWhole(spans)
        assertNoSecret(collector)
        const trace = Traces.of(spans, image.trace_parent)
        const [root] = trace
        assert.deepInclude(root, { name: "submit image", service: "windmill-producer" })
        const jobs = trace.filter(({ name }) => name === "process queue_yolov8")
        assert.isNotEmpty(jobs)
        for (const job of jobs) {
          assert.deepInclude(job, { service: "windmill-worker", parentSpanId: root!.spanId })
        }
        for (const name of ["record answer", "harmonize image", "consensus image", "Cropper.cut"]) {
          assert.include(
            trace.map((span) => span.name),
            name
          )
        }
        // The sweep has a trace of its own; what it publishes links to the image.
        const repair = spans.find(
          ({ links, name, service }) =>
            service === "windmill-postprocess" &&
            name === "publish queue_yolov8" &&
            links.some(({ spanId }) => spanId === root!.spanId)
        )!
        assert.strictEqual(Traces.rootOf(spans, repair).name, "Sweep")
      }),
    { timeout: 180_000 }
  )
})

layer(Layer.merge(Databases.store, RabbitQueues.address), { excludeTestServices: true })("Redeliveries", (it) => {
  it.effect(
    "and later runs continue the trace of their image",
    () =>
      Effect.gen(function* () {
        const { asked, collector, start, succeed, url } = yield* surroundings(["hang", "refuse"])
        const sql = yield* SqlClient.SqlClient
        yield* succeed("producer", "--services", "yolov8", url)

        // The first worker dies with the job in hand, before it could send a span.
        const doomed = yield* start("worker", "--service", "all")
        yield* Effect.sync(asked).pipe(
          Effect.repeat({ until: (count) => count === 1, schedule: Programs.soon }),
          Effect.timeout("60 seconds")
        )
        yield* doomed.end("SIGKILL")
        const worker = yield* start("worker", "--service", "all")
        const postprocess = yield* start("postprocess", "--sweep-every", "1 hour")
        yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM results WHERE status = 'failed'`.pipe(
          Effect.repeat({ until: ([row]) => row!.n === 1, schedule: Programs.soon }),
          Effect.timeout("60 seconds")
        )
        yield* succeed("producer", "--services", "yolov8", "--retry-failed")
        const image = yield* done(1)
        yield* Effect.all([worker.end("SIGTERM"), postprocess.end("SIGTERM")])

        Traces.assertWhole(collector.spans())
        assertNoSecret(collector)
        const trace = Traces.of(collector.spans(), image.trace_parent)
        const [root] = trace
        const runs = trace.filter(({ name }) => name === "process queue_yolov8")
        assert.deepStrictEqual(
          runs.map(({ attributes, parentSpanId }) => [attributes["windmill.outcome"], parentSpanId]),
          [
            ["failed", root!.spanId],
            ["success", root!.spanId]
          ]
        )
        assert.include(runs[0]!.attributes, {
          "error.type": "refused",
          "windmill.reason": 'yolov8 refused the image: HTTP 400: no "…"'
        })
        assert.lengthOf(
          trace.filter(({ name }) => name === "record answer"),
          2
        )
        // The command that asked again has a trace of its own, which links to the image's.
        const again = collector
          .spans()
          .filter(
            ({ links, name }) => name === "publish queue_yolov8" && links.some(({ spanId }) => spanId === root!.spanId)
          )
          .map((span) => Traces.rootOf(collector.spans(), span).name)
        assert.include(again, "Actions.retryFailed")
      }),
    { timeout: 180_000 }
  )
})

layer(Layer.merge(Databases.store, RabbitQueues.address), { excludeTestServices: true })("npm start", (it) => {
  it.effect(
    "makes the same spans in one process, and serves metrics and health meanwhile",
    () =>
      Effect.gen(function* () {
        const { asked, collector, file, run, url } = yield* surroundings(["busy", "busy", "busy"])
        const port = yield* Served.freePort
        const flags = ["--no-dashboard", "--farm", "none", "--config", file, "--services", "yolov8", "--images", url]
        const [ended, ready, metrics] = yield* Effect.all(
          [
            run("start", ...flags, "--metrics-port", String(port)),
            Served.until(port, "/readyz", (body) => body.includes('"ready":true')),
            // The job waits a second for its next try.
            Served.until(port, "/metrics", (body) => body.includes('{step="yolov8",settlement="retry"} 1'))
          ],
          { concurrency: "unbounded" }
        )
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.strictEqual(ready, '{"ready":true,"requirements":{"broker":true,"database":true}}')
        assert.include(metrics, 'windmill_attempts_total{service="yolov8",outcome="unavailable"} 3')
        assert.strictEqual(asked(), 4)

        Traces.assertWhole(collector.spans())
        assertNoSecret(collector)
        const roots = collector.spans().filter(({ name }) => name === "submit image")
        assert.lengthOf(roots, 1)
        const trace = collector.spans().filter(({ traceId }) => traceId === roots[0]!.traceId)
        assert.strictEqual(Traces.tree(trace.filter(({ name }) => !isReading(name))), inOneProcess(expected))
      }),
    { timeout: 180_000 }
  )
})

/** In one process a picture is read and decoded to its end once, before it is submitted. */
const isReading = (name: string) =>
  ["ImageSource.decodeAll", "ImageSource.fetch", "ImageSource.inspect", "WebPictures.fetch", "GET"].includes(name)

const inOneProcess = (tree: string) =>
  tree
    .split("\n")
    .filter((line) => !isReading(line.split(" ").at(-1)!))
    .join("\n")
    .replaceAll(/windmill-(producer|worker|postprocess)/g, "windmill-start")

const assertNoSecret = (collector: Collector.Collector) => {
  for (const secret of Object.values(secrets)) assert.notInclude(collector.received(), secret)
}

/** Every span of the image but those of single queries, children in the order of their names. */
const expected = `
windmill-producer producer submit image
  windmill-worker consumer process queue_yolov8, attempt 1
    windmill-worker internal ImageSource.load
      windmill-worker internal ImageSource.decodeAll
      windmill-worker internal ImageSource.read
    windmill-worker internal ImageSource.read
      windmill-worker internal ImageSource.fetch
        windmill-worker client WebPictures.fetch
          windmill-worker client GET
      windmill-worker internal ImageSource.inspect
    windmill-worker internal Inference.analyze, failed
      windmill-worker internal Inference.attempt, attempt 1, failed
        windmill-worker internal Inference.decode, failed
        windmill-worker client POST, failed
      windmill-worker internal Inference.attempt, attempt 2, failed
        windmill-worker internal Inference.decode, failed
        windmill-worker client POST, failed
      windmill-worker internal Inference.attempt, attempt 3, failed
        windmill-worker internal Inference.decode, failed
        windmill-worker client POST, failed
    windmill-worker client retry queue_yolov8
  windmill-worker consumer process queue_yolov8, attempt 2
    windmill-worker internal ImageSource.read
    windmill-worker internal Inference.analyze
      windmill-worker internal Inference.attempt, attempt 1
        windmill-worker internal Inference.decode
        windmill-worker client POST
    windmill-worker internal ResultStore.isOwed
    windmill-postprocess internal consensus image, revision 1
    windmill-postprocess internal harmonize image, revision 1
      windmill-postprocess consumer process queue_spatial_enrichment, attempt 1
        windmill-postprocess internal Cropper.cut
        windmill-postprocess internal Cropper.open
        windmill-postprocess internal ImageSource.read
          windmill-postprocess internal ImageSource.fetch
            windmill-postprocess client WebPictures.fetch
              windmill-postprocess client GET
          windmill-postprocess internal ImageSource.inspect
        windmill-postprocess internal Inference.analyze
          windmill-postprocess internal Inference.attempt, attempt 1
            windmill-postprocess internal Inference.decode
            windmill-postprocess client POST
        windmill-postprocess internal ResultStore.croppable
        windmill-postprocess internal consensus image, revision 2
        windmill-postprocess internal harmonize image, revision 2
        windmill-postprocess internal record enrichment
    windmill-worker internal record answer
`.trim()
