/** A PostgreSQL of the test's own is ended and started again at the same address. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs/promises"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import * as Binaries from "../../src/layers/postgres/embedded/Binaries.ts"
import * as Cluster from "../../src/layers/postgres/embedded/Cluster.ts"
import * as ServerUser from "../../src/layers/postgres/embedded/ServerUser.ts"
import * as TcpProxy from "../support/TcpProxy.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

/** A PostgreSQL whose data outlive it, until the scope ends. `end` returns once it is gone. */
const postgres = Effect.gen(function* () {
  const home = yield* Effect.acquireRelease(
    Effect.promise(() => NodeFs.mkdtemp(NodePath.join(NodeOs.tmpdir(), "windmill-database-"))),
    (path) => Effect.promise(() => NodeFs.rm(path, { recursive: true, force: true }))
  )
  const data = NodePath.join(home, "data")
  const user = yield* Effect.promise(() => ServerUser.find(data))
  const binaries = yield* Binaries.find(user)
  yield* Cluster.ensure(data, binaries, user)
  const port = yield* TcpProxy.freePort
  let gone = Promise.resolve()
  let child: NodeChildProcess.ChildProcess | undefined
  const start = Effect.sync(() => {
    const server = NodeChildProcess.spawn(
      binaries.postgres,
      ["-D", Cluster.pathFor(data, user), "-k", "", "-h", "127.0.0.1", "-p", String(port)],
      { ...user, cwd: data, env: Cluster.environment, stdio: "ignore" }
    )
    gone = new Promise((resolve) => server.once("close", () => resolve()))
    child = server
  })
  const end = (signal: NodeJS.Signals) =>
    Effect.promise(() => {
      child?.kill(signal)
      return gone
    })
  yield* Effect.addFinalizer(() => end("SIGQUIT"))
  const url = Redacted.make(`postgres://${Cluster.role}@127.0.0.1:${port}/postgres`)
  return { database: { url, database: "postgres" }, start, end }
})

describe("a database", () => {
  it.live.each([
    ["is stopped", "SIGINT"],
    ["crashes", "SIGQUIT"]
  ] as const)(
    "that %s and comes back finds everybody at work again; nothing is lost, or counted against a job (B04, B13)",
    ([, signal]) =>
      Effect.gen(function* () {
        const shared = yield* Deployment.sharedServers
        const { database, end, start: startDatabase } = yield* postgres
        yield* startDatabase
        const scenario = Scenes.scenario({ takes: () => 30 })
        const deployment = yield* Deployment.make(scenario, { ...shared, database }).pipe(
          Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 100 })
        )
        const { broker, postprocessor, queues, settled, sql, start, store, submit, worker, world } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        const ids = yield* submit(Scenes.pictures("restarted", 40))
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => world.asked.size >= 20 })
        yield* end(signal)
        assert.isBelow(world.asked.size, 2 * ids.length)
        yield* Effect.sleep("1 second")
        yield* startDatabase
        yield* Effect.retry(store.progress({ _tag: "Images", ids }), {
          schedule: Schedule.spaced("100 millis"),
          times: 300
        })
        yield* settled(ids)
        const attempts = yield* sql<{ attempts: number }>`SELECT DISTINCT attempts FROM results`
        assert.deepStrictEqual(attempts, [{ attempts: 1 }])
        const dead = yield* Effect.forEach(queues, (queue) => broker.deadLetters(queue, 10))
        assert.deepStrictEqual(dead.flat(), [])
        for (const [name, times] of world.asked) assert.strictEqual(times, 1, name)
      }).pipe(Effect.scoped),
    90_000
  )
})
