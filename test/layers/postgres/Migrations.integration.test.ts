import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import { migrate } from "../../../src/layers/postgres/Migrations.ts"
import * as Databases from "../../support/Databases.ts"

const tables = ["consensus", "images", "merged_boxes", "postprocessing", "results"]

const steps = PgClient.PgClient.use(
  (sql) => sql<{ name: string }>`SELECT name FROM windmill_migrations ORDER BY migration_id`
)

describe("migrate", () => {
  it.effect("makes the tables once, however many programs start at once", () =>
    Effect.gen(function* () {
      const program = Effect.provide(migrate, Layer.fresh(PgDatabase.layer))
      yield* Effect.all(
        Array.from({ length: 6 }, () => program),
        { concurrency: "unbounded" }
      )
      const sql = yield* PgClient.PgClient
      const found = yield* sql<{ name: string }>`
        SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_name = ANY (${tables}) ORDER BY table_name`
      assert.deepStrictEqual(
        found.map(({ name }) => name),
        tables
      )
      const before = yield* steps
      yield* program
      assert.deepStrictEqual(yield* steps, before)
      assert.strictEqual(before[0]?.name, "create_tables")
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("refuses a database with steps it does not know, and names the remedy (B07)", () =>
    Effect.gen(function* () {
      yield* migrate
      const sql = yield* PgClient.PgClient
      yield* sql`INSERT INTO windmill_migrations (migration_id, name) VALUES (9999, 'from_the_future')`
      const error = yield* Effect.flip(migrate)
      assert.strictEqual(error._tag, "DatabaseTooNew")
      assert.match(error.message, /step 9999, this one knows \d+.*Update windmill/)
    }).pipe(Effect.provide(Databases.client))
  )
})
