/**
 * Finding what other algorithms derived by 16 bytes for each image and stage, in place of their names, which say every option: there were
 * three names of 175 characters for each image, which no index compresses.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const indexAlgorithms = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SET LOCAL statement_timeout = 0`
  for (const fact of ["boxes", "consensus", "enrichment"]) {
    const [algorithm, index] = [sql(`${fact}_algorithm`), sql(`images_${fact}_algorithm`)]
    yield* sql`DROP INDEX ${index}`
    yield* sql`
      CREATE INDEX ${index} ON images ((md5(${algorithm})::uuid), image_id) WHERE ${algorithm} IS NOT NULL`
  }
})
