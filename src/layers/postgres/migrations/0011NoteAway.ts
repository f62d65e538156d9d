/** Where programs cannot read pictures from, and which services they know. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const noteAway = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    ALTER TABLE workers
      ADD COLUMN away jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN catalog jsonb`
})
