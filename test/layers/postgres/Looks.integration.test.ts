import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Looks from "../../../src/layers/postgres/Looks.ts"
import * as Migrations from "../../../src/layers/postgres/Migrations.ts"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as Databases from "../../support/Databases.ts"

const pause = (step: string) =>
  SqlClient.SqlClient.use((sql) => sql`INSERT INTO pauses (step, paused_by, reason) VALUES (${step}, 'Ada', '')`)

/** The connections of the server that hear what is told. */
const listeners = SqlClient.SqlClient.use(
  (sql) => sql<{ pid: number }>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`
)

/** Waits for less than the minute after which there is a look in any case. */
const soon = <A, E, R>(work: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(work, { until: holds, schedule: Schedule.spaced("20 millis") }).pipe(Effect.timeout("30 seconds"))

/** A program that looks at what is paused; how often it has looked, and what it saw last. */
const looking = Effect.gen(function* () {
  const looks = Context.get(yield* Layer.build(Layer.fresh(Looks.layer)), Looks.Looks)
  const sql = yield* SqlClient.SqlClient
  const sight: { count: number; steps: ReadonlyArray<string> } = { count: 0, steps: [] }
  yield* looks.follow(
    ["pauses"],
    Effect.map(sql<{ step: string }>`SELECT step FROM pauses`, (rows) => {
      sight.count++
      sight.steps = rows.map(({ step }) => step)
    })
  )
  return sight
})

const database = Layer.provideMerge(Migrations.layer, Databases.client)

describe("looks", () => {
  it.live("are taken when the table changes, and not when another does", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* pause("blip")
      const sight = yield* looking
      assert.deepStrictEqual(sight, { count: 1, steps: ["blip"] })
      // Who begins to listen looks once more, for what was told before.
      yield* soon(
        Effect.sync(() => sight.count),
        (count) => count === 2
      )
      yield* sql`INSERT INTO tunings (service, tuning) VALUES ('clip', '{}')`
      yield* pause("clip")
      yield* soon(
        Effect.sync(() => sight.steps),
        (steps) => steps.length === 2
      )
      assert.strictEqual(sight.count, 3)
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  it.live("see what changed while the connection was lost, and go on", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sight = yield* looking
      for (const step of ["blip", "clip"]) {
        const [listener] = yield* soon(listeners, (found) => found.length === 1)
        yield* sql`SELECT pg_terminate_backend(${listener!.pid})`
        yield* pause(step)
        yield* soon(
          Effect.sync(() => sight.steps),
          (steps) => steps.includes(step)
        )
      }
      yield* soon(listeners, (found) => found.length === 1)
      yield* pause("ocr")
      yield* soon(
        Effect.sync(() => sight.steps),
        (steps) => steps.length === 3
      )
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  for (const variables of [{ DB_POOLER: "transaction" }, { DB_POOL_SIZE: "2" }]) {
    const [name, value] = Object.entries(variables)[0]!
    it.live(`are taken all the time where nothing is told: ${name}=${value}`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`ALTER TABLE pauses DISABLE TRIGGER tell_change`
        const sight = yield* looking
        yield* pause("blip")
        yield* soon(
          Effect.sync(() => sight.steps),
          (steps) => steps.length === 1
        )
        yield* soon(
          Effect.sync(() => sight.count),
          (count) => count > 3
        )
        assert.deepStrictEqual(yield* listeners, [])
      }).pipe(
        Effect.scoped,
        Effect.provide(
          Migrations.layer.pipe(
            Layer.provideMerge(PgDatabase.layer),
            Layer.provide(Databases.address),
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))
          )
        )
      )
    )
  }
})
