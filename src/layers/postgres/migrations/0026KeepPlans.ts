/**
 * Noting the words of images by a plan that is kept. It was made anew each time, for arrays of one length, and took eight times as
 * long as what it was made for.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const keepPlans = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER FUNCTION keep_words(bigint[]) SET plan_cache_mode = force_generic_plan`
})
