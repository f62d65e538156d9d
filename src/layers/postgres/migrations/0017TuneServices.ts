/** How services are asked, changed while programs run. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const tuneServices = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE tunings (
      service text PRIMARY KEY,
      tuning jsonb NOT NULL,
      changed timestamptz NOT NULL DEFAULT now()
    )`
})
