/** Finding and counting failures, however many there are: newest first, and by service and class. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const findFailures = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const table of ["results", "postprocessing"]) {
    // In the order of images, with what failures are asked for by, so that the table need not be read.
    yield* sql`DROP INDEX ${sql(`${table}_failed`)}`
    yield* sql`
      CREATE INDEX ${sql(`${table}_failed`)} ON ${sql(table)} (image_id) INCLUDE (service, error_class)
      WHERE status = 'failed'`
    yield* sql`
      CREATE INDEX ${sql(`${table}_failed_by_class`)} ON ${sql(table)} (service, error_class, image_id)
      WHERE status = 'failed'`
  }
})
