/**
 * What is said of boxes apart from what is counted of them.
 *
 * The JSON of a box has less than the 2 KB from which on PostgreSQL compresses a row; together, the boxes of an image are a tenth of
 * their size, since they say the same in the same words. So `box_details` has one row for each image. `boxes` has what is searched,
 * counted and referred to, and nothing twice; `merged_boxes` is both, as it was.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const describeApart = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SET LOCAL statement_timeout = 0`
  yield* sql`ALTER TABLE merged_boxes RENAME TO boxes`
  yield* sql`ALTER TABLE boxes RENAME CONSTRAINT merged_boxes_pkey TO boxes_pkey`
  yield* sql`ALTER TABLE boxes RENAME CONSTRAINT merged_boxes_image_id_fkey TO boxes_image_id_fkey`
  yield* sql`ALTER INDEX merged_boxes_votes RENAME TO boxes_votes`
  yield* sql`
    CREATE TABLE box_details (
      image_id bigint PRIMARY KEY REFERENCES images ON DELETE CASCADE,
      -- All boxes of an image are derived by one.
      algorithm text NOT NULL,
      -- Of each box what its row does not say, in the order of their ranks.
      details jsonb NOT NULL
    )`
  yield* sql`
    INSERT INTO box_details
    SELECT image_id, max(algorithm),
      jsonb_agg(merged_data - '{cluster_id,status,harmonization_algorithm,source_result_ids}'::text[] ORDER BY rank)
    FROM boxes GROUP BY image_id ORDER BY image_id`
  for (const column of ["concept", "confidence", "agreeing", "dissenting", "ayes", "noes"]) {
    yield* sql`ALTER TABLE boxes ALTER COLUMN ${sql(column)} DROP EXPRESSION`
  }
  yield* sql`ALTER TABLE boxes DROP COLUMN merged_data, DROP COLUMN algorithm`
  // Written anew, without the JSON.
  yield* sql`CLUSTER boxes USING boxes_pkey`
  yield* sql`
    CREATE VIEW merged_boxes AS
      SELECT image_id, merged_id, rank, source_result_ids,
        details -> rank || jsonb_build_object('cluster_id', merged_id, 'status', status,
          'harmonization_algorithm', algorithm, 'source_result_ids', source_result_ids) AS merged_data,
        status, revision, algorithm, created, concept, confidence, agreeing, dissenting, ayes, noes
      FROM boxes LEFT JOIN box_details USING (image_id)`
})
