/** How long an answer took: for people who look at what happened to an image. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const timeAnswers = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Deliveries of the job, and seconds from the last one to the answer; null where it was not counted.
  yield* sql`ALTER TABLE results ADD COLUMN attempts integer, ADD COLUMN handling_time double precision`
})
