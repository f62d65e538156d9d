/** The programs themselves, as `npm run build` makes them, killed with SIGKILL while they work. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import sharp from "sharp"
import type { Service } from "../../src/domain/ServiceCatalog.ts"
import * as HttpServers from "../support/HttpServers.ts"
import * as Programs from "../support/Programs.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

/** A directory that goes with the scope. */
const directory = Effect.acquireRelease(
  Effect.promise(() => NodeFs.mkdtemp(NodePath.join(NodeOs.tmpdir(), "windmill-"))),
  (path) => Effect.promise(() => NodeFs.rm(path, { recursive: true, force: true }))
)

/** Serves the replies of the scenario over HTTP, each service on a port of its own. */
const serving = (scenario: ReturnType<typeof Scenes.scenario>) =>
  Effect.forEach(scenario.catalog, (service) =>
    HttpServers.serve((_, response) => {
      const { data } = Effect.runSync(Effect.orDie(scenario.says(service, "any")))
      setTimeout(() => HttpServers.json(response, 200, data), 20)
    }).pipe(Effect.map((port): Service => ({ ...service, host: "127.0.0.1", port })))
  )

describe("worker and postprocess", () => {
  it.live(
    "lose nothing and do nothing twice when they are killed at any time (B14), and end by themselves on SIGTERM (B22)",
    () =>
      Effect.gen(function* () {
        const home = yield* directory
        const catalog = yield* serving(Scenes.scenario())
        const servers = yield* Deployment.sharedServers
        const deployment = yield* Deployment.make(Scenes.scenario({ catalog }), servers)
        const pictures = Scenes.pictures("picture", 30, catalog).map((picture) => ({
          ...picture,
          reference: { filename: picture.reference.filename, path: NodePath.join(home, picture.reference.filename) }
        }))
        const jpeg = yield* Effect.promise(() =>
          sharp({ create: { width: 305, height: 400, channels: 3, background: "gray" } })
            .jpeg()
            .toBuffer()
        )
        yield* Effect.forEach(pictures, ({ reference }) => Effect.promise(() => NodeFs.writeFile(reference.path, jpeg)))
        const config = NodePath.join(home, "service_config.json")
        const services = Object.fromEntries(catalog.map(({ host, id, port }) => [id, { host, port }]))
        yield* Effect.promise(() => NodeFs.writeFile(config, JSON.stringify({ services })))
        const { broker, database } = servers
        const url = new URL(Redacted.value(database.url!))
        url.pathname = `/${database.database}`
        const login = `${broker.username}:${Redacted.value(broker.password)}`
        const env = {
          AMQP_URL: `amqp://${login}@${broker.host}:${broker.port}/${encodeURIComponent(broker.vhost)}`,
          DATABASE_URL: url.href,
          QUEUE_PREFIX: broker.queuePrefix,
          SERVICE_CONFIG: config
        }
        const { launch } = Programs.inFolder(home, env)
        const start = {
          worker: () => launch("worker", "--service", "all"),
          postprocess: () => launch("postprocess", "--sweep-every", "1 second")
        }
        const running = {
          worker: [yield* start.worker(), yield* start.worker()],
          postprocess: [yield* start.postprocess(), yield* start.postprocess()]
        }
        const ids = []
        for (const [i, name] of (["worker", "postprocess", "worker", "postprocess", "worker"] as const).entries()) {
          const submitted = yield* deployment.submit(pictures.slice(i * 6, i * 6 + 6))
          ids.push(...submitted)
          yield* Effect.repeat(deployment.store.facts(submitted), {
            until: (facts) => facts.some(({ results }) => results.length > 0),
            schedule: Schedule.spaced("5 millis")
          })
          yield* running[name].shift()!.end("SIGKILL")
          running[name].push(yield* start[name]())
        }
        yield* deployment.settled(ids)
        const last = [...running.worker, ...running.postprocess]
        const codes = yield* Effect.forEach(last, ({ end }) => end("SIGTERM"), { concurrency: "unbounded" })
        assert.deepStrictEqual(codes, [0, 0, 0, 0])
        // What they handed back when they stopped, and what they had done, is still what it was.
        yield* deployment.settled(ids)
      }).pipe(Effect.scoped),
    180_000
  )
})
