import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Process } from "./Deployment.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

/** Resets the connections of a process to a server, several times, and lets it wait for new ones. */
const interrupted = (link: "database" | "broker") =>
  Effect.fnUntraced(function* (process: Process) {
    const proxy = process[link]
    for (let i = 0; i < 3; i++) {
      yield* Effect.sleep("200 millis")
      yield* proxy.refuse
      yield* proxy.cut()
      yield* Effect.sleep("300 millis")
      yield* proxy.accept
    }
  })

const faults = {
  "loses its connections to the broker again and again (B17)": interrupted("broker"),
  "loses its connections to the database again and again (B13, B17)": interrupted("database")
}

describe("a deployment that", () => {
  for (const [fault, cause] of Object.entries(faults)) {
    it.live(
      `${fault} goes on by itself and loses nothing`,
      () =>
        Effect.gen(function* () {
          const deployment = yield* Deployment.make(
            Scenes.scenario({ takes: () => 30 }),
            yield* Deployment.sharedServers
          )
          const { postprocessor, settled, start, submit, worker } = deployment
          const processes = [yield* start(worker), yield* start(postprocessor)]
          const ids = yield* submit(Scenes.pictures("cut", 40))
          yield* Effect.forEach(processes, cause, { concurrency: "unbounded" })
          yield* settled(ids)
        }).pipe(Effect.scoped),
      60_000
    )
  }

  it.live(
    "has its database sessions ended by the server does not count that against any job (B04, B13)",
    () =>
      Effect.gen(function* () {
        const deployment = yield* Deployment.make(Scenes.scenario({ takes: () => 30 }), yield* Deployment.sharedServers)
        const { broker, postprocessor, queues, settled, sql, start, submit, worker, world } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        const ids = yield* submit(Scenes.pictures("terminated", 40))
        for (let i = 0; i < 5; i++) {
          yield* Effect.sleep("150 millis")
          yield* sql`
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()`
        }
        yield* settled(ids)
        const dead = yield* Effect.forEach(queues, (queue) => broker.deadLetters(queue, 10))
        assert.deepStrictEqual(dead.flat(), [])
        for (const [name, times] of world.asked) assert.isAtMost(times, 2, name)
      }).pipe(Effect.scoped),
    60_000
  )
})
