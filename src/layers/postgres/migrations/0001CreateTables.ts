/**
 * The first tables.
 *
 * Times are the database's own (`now()`), texts have no length, services have no closed list. What hangs on an image, or
 * on a box, goes with it, so there are no orphans.
 *
 * Four columns of `images` are computed by the database itself: each holds the image's id while something is to be done
 * about the image and is null otherwise. Their partial indexes hold just the images in that state, in id order, and no
 * other index offers that order: a question for the next hundred reads a hundred entries, however many images there are.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const createTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    CREATE TABLE images (
      image_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      image_filename text NOT NULL,
      image_path text,
      image_url text,
      image_group text,
      image_created timestamptz NOT NULL DEFAULT now(),
      -- SHA-256 of the place the image is read from: places may be longer than an index entry.
      source_key text NOT NULL UNIQUE,
      trace_parent text,
      requested_services text[] NOT NULL,
      -- How many of the requested services have a row in results.
      answered_services integer NOT NULL DEFAULT 0,
      -- How many times a fact about the image was recorded.
      revision bigint NOT NULL DEFAULT 0,
      boxes_revision bigint NOT NULL DEFAULT 0,
      boxes_algorithm text,
      consensus_revision bigint NOT NULL DEFAULT 0,
      consensus_algorithm text,
      enrichment_revision bigint NOT NULL DEFAULT 0,
      enrichment_algorithm text,
      owing bigint GENERATED ALWAYS AS
        (CASE WHEN answered_services < cardinality(requested_services) THEN image_id END) STORED,
      boxes_stale bigint GENERATED ALWAYS AS (CASE WHEN boxes_revision < revision THEN image_id END) STORED,
      consensus_stale bigint GENERATED ALWAYS AS (CASE WHEN consensus_revision < revision THEN image_id END) STORED,
      enrichment_stale bigint GENERATED ALWAYS AS (CASE WHEN enrichment_revision < revision THEN image_id END) STORED,
      CHECK (image_path IS NOT NULL OR image_url IS NOT NULL)
    )`
  yield* sql`CREATE INDEX images_owing ON images (owing) WHERE owing IS NOT NULL`
  yield* sql`CREATE INDEX images_boxes_stale ON images (boxes_stale) WHERE boxes_stale IS NOT NULL`
  yield* sql`CREATE INDEX images_consensus_stale ON images (consensus_stale) WHERE consensus_stale IS NOT NULL`
  yield* sql`CREATE INDEX images_enrichment_stale ON images (enrichment_stale) WHERE enrichment_stale IS NOT NULL`
  // Another version of an algorithm makes what the earlier ones derived stale: found through their names.
  yield* sql`CREATE INDEX images_boxes_algorithm ON images (boxes_algorithm, image_id)`
  yield* sql`CREATE INDEX images_consensus_algorithm ON images (consensus_algorithm, image_id)`
  yield* sql`CREATE INDEX images_enrichment_algorithm ON images (enrichment_algorithm, image_id)`

  yield* sql`
    CREATE TABLE results (
      result_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      service text NOT NULL,
      data jsonb,
      status text NOT NULL CHECK (status IN ('success', 'failed')),
      error_class text,
      error_reason text,
      processing_time double precision,
      result_created timestamptz NOT NULL DEFAULT now(),
      worker_id text NOT NULL,
      UNIQUE (image_id, service)
    )`
  yield* sql`CREATE INDEX results_service_status ON results (service, status)`
  yield* sql`CREATE INDEX results_failed ON results (image_id) WHERE status = 'failed'`

  yield* sql`
    CREATE TABLE merged_boxes (
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      -- Names the box by its content, so that an unchanged box keeps its row and its crops.
      merged_id text NOT NULL,
      -- Place among the boxes of the image, best first, from 0.
      rank integer NOT NULL,
      source_result_ids bigint[] NOT NULL,
      merged_data jsonb NOT NULL,
      status text NOT NULL,
      revision bigint NOT NULL,
      algorithm text NOT NULL,
      created timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (image_id, merged_id)
    )`

  yield* sql`
    CREATE TABLE consensus (
      image_id bigint PRIMARY KEY REFERENCES images ON DELETE CASCADE,
      consensus_data jsonb NOT NULL,
      -- Seconds the services took for the image, together.
      processing_time double precision NOT NULL,
      revision bigint NOT NULL,
      algorithm text NOT NULL,
      consensus_created timestamptz NOT NULL DEFAULT now()
    )`

  yield* sql`
    CREATE TABLE postprocessing (
      postprocessing_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      image_id bigint NOT NULL,
      merged_box_id text NOT NULL,
      service text NOT NULL,
      data jsonb,
      status text NOT NULL CHECK (status IN ('success', 'failed')),
      error_class text,
      error_reason text,
      processing_time double precision,
      -- What was cut, in pixels of the image.
      region_x double precision NOT NULL,
      region_y double precision NOT NULL,
      region_width double precision NOT NULL,
      region_height double precision NOT NULL,
      result_created timestamptz NOT NULL DEFAULT now(),
      UNIQUE (image_id, merged_box_id, service),
      FOREIGN KEY (image_id, merged_box_id) REFERENCES merged_boxes ON DELETE CASCADE
    )`
  yield* sql`CREATE INDEX postprocessing_failed ON postprocessing (image_id) WHERE status = 'failed'`
})
