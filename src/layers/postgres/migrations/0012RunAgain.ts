/** Operations on many images, and answers that stay until another one takes their place. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const runAgain = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE operations (
      operation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      request jsonb NOT NULL,
      asked_by text NOT NULL,
      state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'stopped')),
      began timestamptz NOT NULL DEFAULT now(),
      ended timestamptz,
      total bigint NOT NULL,
      taken bigint NOT NULL DEFAULT 0,
      -- It was done to images up to this one, and is to be done up to the other; null when it was.
      after_image bigint NOT NULL DEFAULT 0,
      last_image bigint
    )`
  yield* sql`CREATE INDEX operations_running ON operations (operation_id) WHERE state = 'running'`
  for (const table of ["results", "postprocessing"]) {
    // The operation that asks for another answer, until that has come.
    yield* sql`ALTER TABLE ${sql(table)} ADD COLUMN renewal bigint`
    yield* sql`CREATE INDEX ${sql(`${table}_renewal`)} ON ${sql(table)} (renewal) WHERE renewal IS NOT NULL`
  }
})
