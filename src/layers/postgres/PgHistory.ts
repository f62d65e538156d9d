/** Forgetting the past in PostgreSQL, some rows of each table in a transaction of its own. */
import { Duration, Effect, Layer } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { History } from "../../services/History.ts"
import { storeError } from "./Failures.ts"
import * as Migrations from "./Migrations.ts"

/** Rows of one statement. */
const page = 5000

export const layer = Layer.effect(
  History,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const some = (table: string, which: Statement.Fragment) =>
      Effect.map(
        sql<{ gone: number }>`
          WITH gone AS (
            DELETE FROM ${sql(table)} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${sql(table)} AS past WHERE ${which} LIMIT ${page}))
            RETURNING 1
          )
          SELECT count(*) AS gone FROM gone`,
        ([row]) => row!.gone
      )

    return History.of({
      forget: Effect.fn("History.forget")((age: Duration.Duration) => {
        const isOlder = (column: string) =>
          sql`${sql(column)} < now() - ${Duration.toSeconds(age)} * interval '1 second'`
        const counts = Effect.all([
          some(
            "derivations",
            sql`${isOlder("created")} AND EXISTS (
              SELECT FROM derivations AS later
              WHERE later.image_id = past.image_id AND later.stage = past.stage AND later.created > past.created)`
          ),
          some("deleted_images", isOlder("deleted")),
          some("workers", isOlder("last_beat")),
          some("operations", isOlder("ended")),
          some("actions", isOlder("done"))
        ])
        return counts.pipe(
          Effect.map((each) => each.reduce((sum, count) => sum + count, 0)),
          Effect.mapError(storeError)
        )
      })
    })
  })
).pipe(Layer.provide(Migrations.layer))
