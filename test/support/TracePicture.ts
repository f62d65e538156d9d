/** A picture of one image's trace, for the documentation: the pipeline runs over real servers, and its spans are drawn. */
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import sharp from "sharp"
import * as Farm from "#farm/simulated/Farm"
import * as Samples from "#farm/simulated/Samples"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Browsers from "./Browsers.ts"
import * as Collector from "./Collector.ts"
import * as Databases from "./Databases.ts"
import * as Folders from "./Folders.ts"
import * as Programs from "./Programs.ts"
import * as RabbitQueues from "./RabbitQueues.ts"
import * as TraceHtml from "./TraceHtml.ts"

/** A detector, one that fails at the first try (which the seed makes sure of), and two that see the crops of persons. */
const names = ["clip", "face", "pose", "yolov8"]
const asked = "clip,yolov8"
const farm = {
  catalog: Farm.anyPorts.filter(({ id }) => names.includes(id)),
  services: { clip: { error: 0.5, errorStatuses: [500] } },
  seed: 0
}

/** The number of the sample whose trace is drawn: a rider among animals. With the first ones the programs get warm. */
const drawn = 15
const warm = 4

/** The programs of the pipeline, in processes of their own, which send their spans to a collector of ours. */
const deployment = Effect.gen(function* () {
  const broker = yield* Address
  const database = yield* PgDatabase.Address
  const collector = yield* Collector.make
  const queues = [...names.map((name) => `queue_${name}`), ...Object.values(hintQueue)]
  yield* Effect.addFinalizer(() => Effect.orDie(RabbitQueues.deleteQueues(broker, queues)))
  const home = yield* Folders.temporary
  const { catalog } = yield* Farm.make(farm)
  const config = NodePath.join(home, "services.json")
  const services = Object.fromEntries(catalog.map(({ host, id, port }) => [id, { host, port }]))
  yield* Effect.promise(() => NodeFs.writeFile(config, JSON.stringify({ services })))
  const pictures = yield* Samples.write(home, { limit: drawn })
  const url = Object.assign(new URL(Redacted.value(database.url!)), { pathname: `/${database.database}` })
  const env = {
    DATABASE_URL: url.href,
    QUEUE_HOST: broker.host,
    QUEUE_PORT: String(broker.port),
    QUEUE_USER: broker.username,
    QUEUE_PASSWORD: Redacted.value(broker.password),
    QUEUE_PREFIX: broker.queuePrefix,
    SERVICE_CONFIG: config,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint
  }
  return { collector, pictures, ...Programs.inFolder(home, env) }
})

const untilDone = Effect.fnUntraced(function* (images: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql<{ n: number }>`
    SELECT count(*)::int AS n FROM images
    WHERE coalesce(owing, boxes_stale, consensus_stale, enrichment_stale) IS NULL`.pipe(
    Effect.repeat({ until: ([row]) => row!.n === images, schedule: Programs.soon }),
    Effect.timeout("60 seconds")
  )
})

/** The page that shows the spans of one image. */
const page = Effect.gen(function* () {
  const { collector, pictures, start, succeed } = yield* deployment
  const worker = yield* start("worker", "--service", asked)
  const postprocess = yield* start("postprocess")
  const submit = (files: ReadonlyArray<string>) => succeed("producer", "--services", asked, ...files)
  yield* submit(pictures.slice(0, warm))
  yield* untilDone(warm)
  yield* submit(pictures.slice(-1))
  yield* untilDone(warm + 1)
  yield* Effect.all([worker.end("SIGTERM"), postprocess.end("SIGTERM")])
  const sql = yield* SqlClient.SqlClient
  const [image] = yield* sql<{ trace_parent: string }>`
    SELECT trace_parent FROM images ORDER BY image_id DESC LIMIT 1`
  const [, traceId] = image!.trace_parent.split("-")
  return TraceHtml.render(collector.spans(), traceId!)
}).pipe(Effect.scoped, Effect.provide(Layer.merge(Databases.store, RabbitQueues.address)))

/** Draws the trace into a file. The programs must have been built. */
export const take = (file: string): Promise<void> =>
  Effect.gen(function* () {
    const html = yield* page
    const browser = yield* Browsers.Chromium
    const viewport = { width: TraceHtml.width, height: 400 }
    yield* Effect.promise(async () => {
      const page = await browser.newPage({ viewport, deviceScaleFactor: 2 })
      await page.setContent(html)
      const picture = await page.screenshot({ fullPage: true })
      // A palette is enough for so few colors, and takes a third of the bytes.
      await sharp(picture).png({ palette: true, colors: 128, effort: 10 }).toFile(file)
    })
  }).pipe(Effect.provide(Browsers.layer), Effect.scoped, Effect.runPromise)
