/** A PostgreSQL of the test's own is ended and started again at the same address. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as PrivatePostgres from "../support/PrivatePostgres.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

describe("a database", () => {
  it.live.each([
    ["is stopped", "SIGINT"],
    ["crashes", "SIGQUIT"]
  ] as const)(
    "that %s and comes back finds everybody at work again; nothing is lost, or counted against a job (B04, B13)",
    ([, signal]) =>
      Effect.gen(function* () {
        const shared = yield* Deployment.sharedServers
        const { database, end, start: startDatabase } = yield* PrivatePostgres.make
        yield* startDatabase
        const scenario = Scenes.scenario({ takes: () => 30 })
        const deployment = yield* Deployment.make(scenario, { ...shared, database }).pipe(
          Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 100 })
        )
        const { broker, postprocessor, queues, settled, sql, start, progress, submit, worker, world } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        const ids = yield* submit(Scenes.pictures("restarted", 40))
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => world.asked.size >= 20 })
        yield* end(signal)
        assert.isBelow(world.asked.size, 2 * ids.length)
        yield* Effect.sleep("1 second")
        yield* startDatabase
        yield* Effect.retry(progress.counts({ _tag: "Images", ids }), {
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
