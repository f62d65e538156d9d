/**
 * Clearing away former versions of rows sooner.
 *
 * What is derived of an image is written again with each answer about it, and hardly ever after. PostgreSQL waits by itself until a
 * fifth of a table are such versions: of a hundred million images those of twenty million. Room that is free sooner is used by the next
 * images, so that a table stays within a few percent of what is in it.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const vacuumSooner = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const table of tables) {
    yield* sql`
      ALTER TABLE ${sql(table)} SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
        autovacuum_analyze_scale_factor = 0.05)`
    yield* sql`ALTER TABLE ${sql(table)} SET (toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 500)`
  }
})

/** The tables whose rows are written again. */
const tables = [
  "images",
  "image_changes",
  "boxes",
  "box_details",
  "consensus",
  "postprocessing",
  "findings",
  "image_words"
]
