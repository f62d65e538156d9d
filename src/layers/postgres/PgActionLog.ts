/** Who did what, in PostgreSQL. */
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { ActionId } from "../../domain/Action.ts"
import { ActionLog } from "../../services/ActionLog.ts"
import * as Columns from "./Columns.ts"
import { storeError } from "./Failures.ts"
import * as Migrations from "./Migrations.ts"

export const layer = Layer.effect(
  ActionLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return ActionLog.of({
      note: Effect.fn("ActionLog.note")(({ by, count, what }) =>
        sql`
          INSERT INTO actions (done_by, what, count)
          VALUES (${Columns.storable(by)}, ${Columns.storable(what)}, ${count ?? null})`.pipe(
          Effect.mapError(storeError),
          Effect.asVoid
        )
      ),
      list: Effect.fn("ActionLog.list")(({ before = Number.MAX_SAFE_INTEGER, limit }) =>
        sql<{ id: ActionId; at: Date; by: string; what: string; count: number | null }>`
          SELECT action_id AS id, done AS at, done_by AS by, what, count FROM actions
          WHERE action_id < ${before}::bigint ORDER BY action_id DESC LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(({ count, ...rest }) => (count === null ? rest : { ...rest, count }))),
          Effect.mapError(storeError)
        )
      ),
      total: sql<{ total: number }>`SELECT count(*) AS total FROM actions`.pipe(
        Effect.map(([row]) => row!.total),
        Effect.mapError(storeError),
        Effect.withSpan("ActionLog.total")
      )
    })
  })
).pipe(Layer.provide(Migrations.layer))
