import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Activity } from "../../../src/domain/Worker.ts"
import * as PgWorkerRegistry from "../../../src/layers/postgres/PgWorkerRegistry.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import * as Databases from "../../support/Databases.ts"
import { serviceId } from "../../support/Facts.ts"

const step = serviceId("ocr")

const beat = (workerId: string, ...activities: ReadonlyArray<Activity>) =>
  WorkerRegistry.use((registry) => registry.beat({ workerId, host: "farm", version: "1", activities }))

/** Has the last beats of a program happened earlier. */
const age = (workerId: string, interval: string) =>
  SqlClient.SqlClient.use(
    (sql) => sql`
      UPDATE workers SET last_beat = last_beat - ${interval}::text::interval,
        previous_beat = previous_beat - ${interval}::text::interval
      WHERE worker_id = ${workerId}`
  )

const workers = WorkerRegistry.use((registry) => registry.workers)

layer(PgWorkerRegistry.layer.pipe(Layer.provideMerge(Databases.client)), { excludeTestServices: true })(
  "the registry of workers",
  (it) => {
    it.effect("tells the alive from the dead, and forgets the dead after a day (B44)", () =>
      Effect.gen(function* () {
        yield* beat("a", { step, inFlight: 1, handled: 2 })
        yield* beat("b", { step: "enrich", inFlight: 0, handled: 0 })
        yield* age("a", "21 seconds")
        assert.deepStrictEqual(
          (yield* workers).map(({ isAlive, workerId }) => [workerId, isAlive]),
          [
            ["b", true],
            ["a", false]
          ]
        )
        yield* age("a", "1 day")
        assert.deepStrictEqual(
          (yield* workers).map(({ workerId }) => workerId),
          ["b"]
        )
        yield* WorkerRegistry.use((registry) => registry.leave("b"))
        assert.deepStrictEqual(yield* workers, [])
      })
    )

    it.effect("knows the rate from the last two beats (B44)", () =>
      Effect.gen(function* () {
        const rate = Effect.map(workers, ([worker]) => worker!.activities[0]!.rate)
        yield* beat("c", { step, inFlight: 0, handled: 100 })
        assert.strictEqual(yield* rate, 0)
        yield* age("c", "10 seconds")
        yield* beat("c", { step, inFlight: 0, handled: 150 })
        assert.approximately(yield* rate, 5, 0.1)
        yield* age("c", "10 seconds")
        yield* beat("c", { step, inFlight: 0, handled: 3 })
        assert.strictEqual(yield* rate, 0)
      })
    )
  }
)
