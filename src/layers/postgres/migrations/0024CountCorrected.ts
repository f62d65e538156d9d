/** Counting boxes as people have corrected them: what corrections change of the numbers of boxes, image by image. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const countCorrected = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE corrected_boxes (
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      concept text COLLATE "C" NOT NULL,
      status text NOT NULL,
      confidence double precision NOT NULL,
      -- How many more there are than in merged_boxes; fewer, when it is negative.
      boxes integer NOT NULL CHECK (boxes <> 0),
      PRIMARY KEY (image_id, concept, status, confidence) INCLUDE (boxes)
    )`
  // Images that were corrected before are derived again: no algorithm has this name.
  yield* sql`
    UPDATE images SET boxes_algorithm = 'again' WHERE boxes_algorithm IS NOT NULL
      AND image_id IN (SELECT image_id FROM corrections WHERE withdrawn IS NULL)`
})
