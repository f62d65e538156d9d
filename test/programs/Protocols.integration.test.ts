/** The programs with a server of each protocol, over HTTP and by https with a certificate of the test's own. */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { hintQueue } from "../../src/domain/Messages.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Certificates from "../support/Certificates.ts"
import * as Databases from "../support/Databases.ts"
import * as Folders from "../support/Folders.ts"
import * as ModelEntries from "../support/ModelEntries.ts"
import * as ModelServers from "../support/ModelServers.ts"
import * as Programs from "../support/Programs.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as ServerVariables from "../support/ServerVariables.ts"

const box = { x: 200, y: 80, width: 120, height: 160 }

const { MODEL_KEY } = ModelEntries.environment

/** A folder with a picture in it, and how files are written into it. */
const home = Effect.gen(function* () {
  const folder = yield* Folders.temporary
  const write = (name: string, content: string | Uint8Array) => {
    NodeFs.writeFileSync(NodePath.join(folder, name), content)
    return name
  }
  const picture = yield* Effect.promise(() => ModelServers.redPicture({ width: 640, height: 400, box }))
  write("red.png", picture.bytes)
  return { folder, write }
})

/** The services by https, whose authority is known to the catalog alone. */
const secured = Effect.gen(function* () {
  const authority = yield* Certificates.authority
  const { certificate, key } = authority.issue(["DNS:localhost"])
  return yield* ModelEntries.serveAll({ authority: authority.path, server: { cert: certificate, key } })
})

interface Merged {
  readonly merged_bbox: ModelServers.Box
  readonly detection_count: number
  readonly status: string
}

const isSeenByAll = (boxes: ReadonlyArray<Merged>) => {
  assert.deepEqual(
    boxes.map(({ detection_count, status }) => [detection_count, status]),
    [[ModelEntries.names.length, "confirmed"]]
  )
  for (const side of ["x", "y", "width", "height"] as const) {
    assert.approximately(boxes[0]!.merged_bbox[side], box[side], 4)
  }
}

describe("windmill start with a server of each protocol", { timeout: 180_000 }, () => {
  it.live("asks them all, and merges what they see", () =>
    Effect.gen(function* () {
      const { folder, write } = yield* home
      const detectors = yield* ModelEntries.serveAll()
      const { openai } = yield* secured
      const { port } = yield* ModelServers.serve(ModelServers.ollama)
      const captions = {
        kind: "semantic",
        api: "ollama",
        url: `http://127.0.0.1:${port}`,
        options: { model: "llava" }
      }
      write("service_config.json", JSON.stringify({ services: { ...detectors, openai, captions } }))
      const programs = Programs.inFolder(folder, ModelEntries.environment)
      const args = ["--no-dashboard", "--farm", "none", "--config", "service_config.json", "red.png"]
      const said = yield* programs.run("start", ...args)
      assert.strictEqual(said.code, 0, said.stdout + said.stderr)
      assert.notInclude(said.stdout + said.stderr, MODEL_KEY)
      const sql = yield* programs.succeed("sql", "SELECT jsonb_agg(merged_data) FROM merged_boxes")
      isSeenByAll(JSON.parse(/\[\{.*\}\]/.exec(sql)?.[0] ?? "[]"))
    }).pipe(Effect.scoped)
  )
})

describe("windmill worker with a server of each protocol", { timeout: 180_000 }, () => {
  it.live("asks them over HTTP, and by https when the catalog says so, and keeps their keys to itself", () =>
    Effect.gen(function* () {
      const queues = [...ModelEntries.names.map((name) => `queue_${name}`), ...Object.values(hintQueue)]
      const broker = yield* Address
      yield* Effect.addFinalizer(() => Effect.orDie(RabbitQueues.deleteQueues(broker, queues)))
      const { folder, write } = yield* home
      const env = { ...(yield* ServerVariables.make()), ...ModelEntries.environment }
      const sql = yield* PgClient.PgClient
      const boxesOf = (filename: string) =>
        sql<{ readonly merged_data: Merged }>`
          SELECT merged_data FROM merged_boxes JOIN images USING (image_id) WHERE image_filename = ${filename}
        `.pipe(Effect.map((rows) => rows.map(({ merged_data }) => merged_data)))

      /** Lets a worker with this catalog answer about a picture, and returns what it said. */
      const answer = Effect.fnUntraced(function* (picture: string, services: object) {
        const config = write(`${picture}.json`, JSON.stringify({ services }))
        const { start, succeed } = Programs.inFolder(folder, { ...env, SERVICE_CONFIG: config, LOG_LEVEL: "debug" })
        yield* succeed("producer", "--services", "all", "--images", picture)
        const worker = yield* start("worker", "--service", "all")
        const postprocess = yield* start("postprocess")
        const boxes = yield* boxesOf(picture).pipe(
          Effect.repeat({
            until: ([box]) => box?.detection_count === ModelEntries.names.length,
            schedule: Programs.soon
          }),
          Effect.timeoutOrElse({
            duration: "60 seconds",
            orElse: () => Effect.die(new Error(worker.said.stderr + postprocess.said.stderr))
          })
        )
        isSeenByAll(boxes)
        assert.strictEqual(yield* worker.end("SIGTERM"), 0)
        assert.strictEqual(yield* postprocess.end("SIGTERM"), 0)
        return worker.said.stdout + worker.said.stderr
      })

      const overHttp = yield* answer("red.png", yield* ModelEntries.serveAll())
      const another = yield* Effect.promise(() => ModelServers.redPicture({ width: 640, height: 400, box }, "webp"))
      const byHttps = yield* answer(write("red.webp", another.bytes), yield* secured)
      assert.notInclude(overHttp + byHttps, MODEL_KEY)
      const stored = yield* sql`SELECT string_agg(data::text, '') AS text FROM results`
      assert.notInclude(JSON.stringify(stored), MODEL_KEY)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(Databases.client, RabbitQueues.address)))
  )
})
