/** A real PostgreSQL for tests: a database that nobody else uses, dropped afterwards. */
import { PgConnection } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeCrypto from "node:crypto"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as PgProgress from "../../src/layers/postgres/PgProgress.ts"
import * as PgResultStore from "../../src/layers/postgres/PgResultStore.ts"

const server = Redacted.make(process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres")

/** A fresh, empty database on the server in `TEST_DATABASE_URL`, or on this machine. Fails when none answers there. */
export const address = Layer.effect(
  PgDatabase.Address,
  Effect.gen(function* () {
    const database = `windmill_test_${NodeCrypto.randomUUID().replaceAll("-", "").slice(0, 16)}`
    yield* Effect.acquireRelease(administer(`CREATE DATABASE ${database} TEMPLATE template0`), () =>
      Effect.orDie(administer(`DROP DATABASE ${database} WITH (FORCE)`))
    )
    return PgDatabase.Address.of({ url: server, database })
  })
)

/** A client of the fresh database. */
export const client = PgDatabase.layer.pipe(Layer.provideMerge(address))

/** A store in the fresh database, how far its images are, and the client for what a test does behind its back. */
export const store = Layer.merge(PgResultStore.layer, PgProgress.layer).pipe(Layer.provideMerge(client))

/**
 * Waits until all transactions that are under way on the server have ended, those of other tests, too: a change is told, and is past,
 * when no transaction is left that began before it.
 */
export const untilOthersEnd = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [now] = yield* sql<{ id: string }>`SELECT pg_current_xact_id()::text AS id`
  yield* sql<{ areOver: boolean }>`
    SELECT pg_snapshot_xmin(pg_current_snapshot()) > ${now!.id}::text::xid8 AS "areOver"`.pipe(
    Effect.repeat({ until: ([row]) => row!.areOver, schedule: Schedule.spaced("20 millis") })
  )
})

/** Milliseconds for a test that waits for transactions of others. */
export const longTimeout = 120_000

const administer = (statement: string) =>
  Effect.scoped(Effect.flatMap(connect, (connection) => connection.query(statement, [], false)))

const connect = PgConnection.make({ url: server }).pipe(
  Effect.mapError(
    ({ reason }) =>
      new Error(
        `No PostgreSQL for the tests at ${new URL(Redacted.value(server)).host} (${String(reason.cause)}). ` +
          "Start one, for example with: docker compose up -d postgres. Or set TEST_DATABASE_URL."
      )
  )
)
