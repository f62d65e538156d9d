/**
 * Counting how detectors judged boxes, and when answers came, in indexes alone: what is counted of a box stands in columns that
 * PostgreSQL computes from it, however large the box is.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const countVotes = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Every box is written anew; of a large database that takes longer than a statement may otherwise.
  yield* sql`SET LOCAL statement_timeout = 0`
  // Of a list of names what JSON adds to them is left away. An entry of an index has 2,700 bytes: room for sixteen of the longest
  // names of services in each list.
  yield* sql`
    ALTER TABLE merged_boxes
      ADD COLUMN concept text COLLATE "C" GENERATED ALWAYS AS (left(merged_data ->> 'concept', 100)) STORED,
      ADD COLUMN confidence double precision
        GENERATED ALWAYS AS ((merged_data ->> 'avg_confidence')::double precision) STORED,
      ADD COLUMN agreeing text COLLATE "C"
        GENERATED ALWAYS AS (left(translate(merged_data ->> 'contributing_services', '[]",', ''), 1000)) STORED,
      ADD COLUMN dissenting text COLLATE "C"
        GENERATED ALWAYS AS (left(translate(merged_data ->> 'dissenters', '[]",', ''), 1000)) STORED,
      ADD COLUMN ayes integer GENERATED ALWAYS AS (jsonb_array_length(merged_data -> 'contributing_services')) STORED,
      ADD COLUMN noes integer GENERATED ALWAYS AS (jsonb_array_length(merged_data -> 'dissenters')) STORED`
  yield* sql`
    CREATE INDEX merged_boxes_votes ON merged_boxes (image_id)
    INCLUDE (status, concept, confidence, agreeing, dissenting, ayes, noes)`
  yield* sql`
    CREATE INDEX results_times ON results (result_created) INCLUDE (image_id, service, status, handling_time)`
})
