/** Answered requests in PostgreSQL, for a day. */
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { type Replay, Replays } from "../../services/Replays.ts"
import * as Columns from "./Columns.ts"
import { storeError } from "./Failures.ts"
import { inTransaction } from "./Transactions.ts"
import * as Migrations from "./Migrations.ts"

export const layer = Layer.effect(
  Replays,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const read = Effect.fnUntraced(function* (key: string) {
      const [row] = yield* sql<Replay>`
        SELECT request, response FROM idempotency_keys
        WHERE key = ${Columns.storable(key)} AND created > now() - interval '1 day'`
      return Option.fromUndefinedOr(row)
    })

    const write = Effect.fnUntraced(function* (key: string, { request, response }: Replay) {
      yield* sql`DELETE FROM idempotency_keys WHERE created <= now() - interval '1 day'`
      yield* sql`
        INSERT INTO idempotency_keys (key, request, response)
        VALUES (${Columns.storable(key)}, ${request}, ${Columns.json(response)}::text::jsonb)
        ON CONFLICT (key) DO NOTHING`
      return Option.getOrElse(yield* read(key), () => ({ request, response }))
    })

    return Replays.of({
      find: Effect.fn("Replays.find")((key) => Effect.mapError(read(key), storeError)),
      remember: Effect.fn("Replays.remember")((key, replay) =>
        inTransaction(write(key, replay)).pipe(
          Effect.provideService(SqlClient.SqlClient, sql),
          Effect.mapError(storeError)
        )
      )
    })
  })
).pipe(Layer.provide(Migrations.layer))
