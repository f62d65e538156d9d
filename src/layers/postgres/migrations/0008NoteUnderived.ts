/** What stages could not derive, so that it is shown, and not tried again and again with the same facts. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const noteUnderived = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE underived (
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      stage text NOT NULL,
      revision bigint NOT NULL,
      algorithm text NOT NULL,
      reason text NOT NULL,
      noted timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (image_id, stage)
    )`
  // A row counts until something else was derived, or tried, for the image.
  yield* sql`
    CREATE VIEW failed_derivations AS
      SELECT image_id, stage, reason, noted FROM underived JOIN images USING (image_id)
      WHERE (underived.revision, algorithm) = CASE stage
        WHEN 'harmonize' THEN (boxes_revision, boxes_algorithm)
        WHEN 'consensus' THEN (consensus_revision, consensus_algorithm)
        ELSE (enrichment_revision, enrichment_algorithm)
      END`
})
