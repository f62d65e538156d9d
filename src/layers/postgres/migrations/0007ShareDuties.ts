/** Who does what one program alone should do. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const shareDuties = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE duties (duty text PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL)`
})
