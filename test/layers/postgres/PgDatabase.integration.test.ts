import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as Databases from "../../support/Databases.ts"

/** A client of a fresh database that reads these variables. */
const clientIn = (env: Record<string, string>) =>
  PgDatabase.layer.pipe(
    Layer.provide(Databases.address),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
  )

describe("PgDatabase", () => {
  it.effect("gives every session the time limits that are configured", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const settings = yield* sql`
        SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
          current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('TimeZone') AS zone`
      assert.deepStrictEqual(settings, [{ statement: "5s", lock: "20s", idle: "30s", zone: "UTC" }])
    }).pipe(Effect.provide(clientIn({ DB_STATEMENT_TIMEOUT: "5 seconds" })))
  )

  it.effect("reads whole numbers as numbers, up to 2^53", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const rows = yield* sql`
        SELECT count(*) AS count, ${Number.MAX_SAFE_INTEGER}::bigint AS large, ARRAY[1::bigint, NULL, -3] AS list`
      assert.deepStrictEqual(rows, [{ count: 1, large: Number.MAX_SAFE_INTEGER, list: [1, null, -3] }])
    }).pipe(Effect.provide(clientIn({})))
  )

  it.effect("reads rows larger than any reply of a service", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const length = 20 * 1024 * 1024
      const [row] = yield* sql<{ text: string }>`SELECT repeat('x', ${length}) AS text`
      assert.strictEqual(row!.text.length, length)
    }).pipe(Effect.provide(clientIn({})))
  )

  it.effect("opens no more connections than it may", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* Effect.all(
        Array.from({ length: 12 }, () => sql`SELECT pg_sleep(0.01)`),
        { concurrency: "unbounded" }
      )
      const [row] = yield* sql<{ sessions: number }>`
        SELECT count(*) AS sessions FROM pg_stat_activity WHERE datname = current_database()`
      assert.strictEqual(row!.sessions, 3)
    }).pipe(Effect.provide(clientIn({ DB_POOL_SIZE: "3" })))
  )
})
