/** The distributed programs together, each in a process of its own, as an operator uses them. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import * as Farm from "#farm/simulated/Farm"
import * as Samples from "#farm/simulated/Samples"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Databases from "../support/Databases.ts"
import * as Folders from "../support/Folders.ts"
import * as Programs from "../support/Programs.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as ServerVariables from "../support/ServerVariables.ts"

const names = ["ocr", "rtdetr", "yolov8"]
const queues = [...names.map((name) => `queue_${name}`), ...Object.values(hintQueue)]

/** Three simulated services, six pictures, and the environment that tells the programs of all servers. */
const deployment = Effect.gen(function* () {
  const broker = yield* Address
  yield* Effect.addFinalizer(() => Effect.orDie(RabbitQueues.deleteQueues(broker, queues)))
  const home = yield* Folders.temporary
  const { catalog } = yield* Farm.make({
    catalog: ServiceCatalog.standard.flatMap((service) =>
      names.includes(service.id) ? [{ ...service, port: 0 }] : []
    ),
    seed: 1,
    behavior: { latency: 0, error: 0, errorStatuses: [500] },
    services: {}
  })
  const services = Object.fromEntries(catalog.map(({ host, id, port }) => [id, { host, port }]))
  const config = NodePath.join(home, "services.json")
  yield* Effect.promise(() => NodeFs.writeFile(config, JSON.stringify({ services })))
  const pictures = NodePath.join(home, "pictures")
  yield* Samples.write(pictures, { limit: 6 })
  const env = yield* ServerVariables.make()
  // Settings come from the environment or from .env: here from both.
  yield* Effect.promise(() => NodeFs.writeFile(NodePath.join(home, ".env"), `SERVICE_CONFIG=${config}\n`))
  return { env, home, pictures, ...Programs.inFolder(home, env) }
})

interface Status {
  readonly progress: { readonly images: number; readonly done: number; readonly boxes: number }
  readonly pipeline: {
    readonly services: ReadonlyArray<{
      readonly service: string
      readonly succeeded: number
      readonly queue: { readonly statistics: { readonly ready: number; readonly dead: number } }
    }>
  }
}

layer(Layer.merge(Databases.address, RabbitQueues.address), { excludeTestServices: true })(
  "producer, worker, postprocess and status",
  (it) => {
    it.effect(
      "submit once, survive a killed worker, finish, and stop with exit code 0",
      () =>
        Effect.gen(function* () {
          const { pictures, run, start } = yield* deployment
          const status = Effect.map(run("status", "--json"), ({ stdout }) => JSON.parse(stdout) as Status)

          assert.deepInclude(yield* run("producer", "--services", "all", "--images", pictures, "--dry-run"), {
            stdout: "6 images for 3 services: at most 18 jobs\n",
            code: 0
          })
          assert.match((yield* run("producer", "--services", "all", "--images", pictures)).stdout, /6 images: 18 jobs/)
          const again = yield* run("producer", "--services", "all", "--images", pictures)
          assert.match(again.stdout, /6 images: 0 jobs .*, 18 published earlier/)
          const before = yield* status
          assert.deepStrictEqual(
            before.pipeline.services.map(({ queue, service }) => [service, queue.statistics.ready]),
            names.map((name) => [name, 6])
          )

          const doomed = yield* start("worker", "--service", "all")
          yield* doomed.end("SIGKILL")
          const worker = yield* start("worker", "--service", "all")
          const postprocess = yield* start("postprocess", "--sweep-every", "1 second")
          const after = yield* status.pipe(
            Effect.repeat({ until: ({ progress }) => progress.done === 6, schedule: Programs.soon })
          )
          assert.isAbove(after.progress.boxes, 0)
          assert.deepStrictEqual(
            after.pipeline.services.map(({ succeeded }) => succeeded),
            [6, 6, 6]
          )
          assert.strictEqual(yield* worker.end("SIGTERM"), 0)
          assert.strictEqual(yield* postprocess.end("SIGTERM"), 0)
          assert.match((yield* run("producer", "--services", "all")).stdout, /6 images: 0 jobs published/)
        }),
      { timeout: 180_000 }
    )

    it.effect(
      "say what cannot be submitted, and fail (B45)",
      () =>
        Effect.gen(function* () {
          const { home, run } = yield* deployment
          const unknown = yield* run("producer", "--services", "ocr,nothing", "--images", ".")
          assert.deepInclude(unknown, { code: 1, stdout: "" })
          assert.match(unknown.stderr, /^No such service: nothing. There are ocr, rtdetr, yolov8;/)
          yield* Effect.promise(() => NodeFs.writeFile(NodePath.join(home, "ids"), "999999\n"))
          const missing = yield* run("producer", "--services", "ocr", "--image-ids-file", "ids")
          assert.strictEqual(missing.code, 1)
          assert.match(missing.stderr, /1 image of the list is not in the database/)
          const noFile = yield* run("producer", "--services", "ocr", "--image-ids-file", "no-file")
          assert.deepInclude(noFile, {
            code: 1,
            stderr: "--image-ids-file no-file cannot be read (NotFound): check the path\n"
          })
          const nowhere = yield* run("producer", "--services", "ocr", "--images", "nowhere")
          assert.deepInclude(nowhere, { code: 1, stderr: "nowhere does not exist: check the path\n" })
        }),
      { timeout: 120_000 }
    )

    it.effect(
      "say at once where a database was looked for, and how to mend it",
      () =>
        Effect.gen(function* () {
          const { env, home } = yield* deployment
          const nothing = Object.assign(new URL(env.DATABASE_URL), { pathname: "/windmill_test_nothing" })
          const { run } = Programs.inFolder(home, { ...env, DATABASE_URL: nothing.href })
          const { code, stderr } = yield* run("status")
          assert.strictEqual(code, 1)
          assert.match(
            stderr,
            /^The database cannot be used: PostgreSQL at .* has no database "windmill_test_nothing"\. Correct .*: createdb .*\n$/
          )
        }),
      { timeout: 120_000 }
    )
  }
)
