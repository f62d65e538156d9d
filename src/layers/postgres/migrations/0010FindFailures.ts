/** Finding and counting failures by service and class, however many there are. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const findFailures = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Besides the indexes of failures in the order of images alone.
  for (const table of ["results", "postprocessing"]) {
    yield* sql`
      CREATE INDEX ${sql(`${table}_failed_by_class`)} ON ${sql(table)} (service, error_class, image_id)
      WHERE status = 'failed'`
  }
})
