/** Who did what, and how long the past is kept. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const rememberActions = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE actions (
      action_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      done timestamptz NOT NULL DEFAULT now(),
      done_by text NOT NULL,
      what text NOT NULL,
      count bigint
    )`
  yield* sql`ALTER TABLE deleted_images ADD COLUMN deleted timestamptz NOT NULL DEFAULT now()`
  // Rows are as good as in order of time, which an index of a few pages makes use of.
  yield* sql`CREATE INDEX derivations_created ON derivations USING brin (created) WITH (pages_per_range = 16)`
  yield* sql`CREATE INDEX deleted_images_deleted ON deleted_images USING brin (deleted) WITH (pages_per_range = 16)`
})
