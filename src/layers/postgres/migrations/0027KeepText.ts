/**
 * Keeping what is derived as the text it is written as.
 *
 * Votes and what is said of boxes are written again with every answer and read when somebody looks. As `jsonb`, reading the text and
 * compressing what came of it took PostgreSQL longer than all else that it does for a derivation; as `json` it still read it, to
 * see that it is JSON, which it is as it was written. So it is `text`, of boxes one for each. What images are found by, which is
 * little, stands beside it, so that nobody has to read the text for it. `consensus` and `merged_boxes` show all of it as it was.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const keepText = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SET LOCAL statement_timeout = 0`

  yield* sql`DROP VIEW merged_boxes`
  yield* sql`
    CREATE FUNCTION texts_of(documents jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
      SELECT coalesce(array_agg(document::text ORDER BY place), '{}')
      FROM jsonb_array_elements(documents) WITH ORDINALITY AS each (document, place)
    $$`
  yield* sql`ALTER TABLE box_details ALTER COLUMN details TYPE text[] USING texts_of(details)`
  yield* sql`DROP FUNCTION texts_of(jsonb)`
  yield* sql`
    CREATE VIEW merged_boxes AS
      SELECT boxes.image_id, merged_id, rank, source_result_ids,
        data::jsonb || jsonb_build_object('cluster_id', merged_id, 'status', status,
          'harmonization_algorithm', algorithm, 'source_result_ids', source_result_ids) AS merged_data,
        status, revision, algorithm, created, concept, confidence, agreeing, dissenting, ayes, noes
      FROM boxes LEFT JOIN (
        box_details CROSS JOIN LATERAL unnest(details) WITH ORDINALITY AS each (data, place)
      ) ON box_details.image_id = boxes.image_id AND place - 1 = rank`

  yield* sql`
    CREATE TABLE votes (
      image_id bigint PRIMARY KEY REFERENCES images ON DELETE CASCADE,
      -- The consensus, whole, as JSON.
      data text NOT NULL,
      -- Of each accepted candidate, best first: concept, label, emoji, and the best confidence among its votes, 0 when there is none.
      accepted jsonb NOT NULL,
      -- What was read, and captions.
      texts jsonb NOT NULL,
      -- Seconds the services took for the image, together.
      processing_time double precision NOT NULL,
      revision bigint NOT NULL,
      algorithm text NOT NULL,
      created timestamptz NOT NULL DEFAULT now()
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_analyze_scale_factor = 0.05,
      toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 500)`
  yield* sql`
    INSERT INTO votes
    SELECT image_id, consensus_data::text,
      (SELECT coalesce(jsonb_agg(
          jsonb_build_object('concept', candidate -> 'concept', 'label', candidate -> 'label', 'confidence', confidence)
            || CASE WHEN candidate ? 'emoji' THEN jsonb_build_object('emoji', candidate -> 'emoji') ELSE '{}' END
          ORDER BY rank), '[]')
        FROM accepted_candidates(consensus_data) JOIN LATERAL (
          SELECT consensus_data #> ARRAY['votes', 'consensus', (rank - 1)::text] AS candidate) AS whole ON true),
      (SELECT coalesce(jsonb_agg(sighting -> 'content'), '[]')
        FROM jsonb_path_query(consensus_data, '$.special.*.sightings[*] ? (exists (@.content))') AS sighting),
      processing_time, revision, algorithm, consensus_created
    FROM consensus ORDER BY image_id`
  yield* sql`DROP TABLE consensus`
  yield* sql`
    CREATE VIEW consensus AS
      SELECT image_id, data::jsonb AS consensus_data, processing_time, revision, algorithm, created AS consensus_created
      FROM votes`

  yield* sql`DROP FUNCTION findings_of(bigint, jsonb)`
  yield* sql`DROP FUNCTION accepted_candidates(jsonb)`
  yield* sql`
    CREATE FUNCTION findings_of(id bigint, accepted jsonb)
    RETURNS TABLE (concept text, emoji text, confidence double precision, rank integer)
    LANGUAGE sql STABLE AS $$
      SELECT candidate.concept, candidate.emoji, candidate.confidence,
        place::integer + (SELECT count(*) FROM corrected_concepts WHERE image_id = id AND is_there)::integer
      FROM ROWS FROM (jsonb_to_recordset(accepted) AS (concept text, emoji text, confidence double precision))
        WITH ORDINALITY AS candidate (concept, emoji, confidence, place)
      WHERE candidate.concept NOT IN (SELECT corrected_concepts.concept FROM corrected_concepts WHERE image_id = id)
      UNION ALL
      SELECT corrected_concepts.concept, corrected_concepts.emoji, 1, place FROM corrected_concepts
      WHERE image_id = id AND is_there
    $$`
  yield* sql`
    CREATE OR REPLACE FUNCTION keep_findings(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM findings USING images LEFT JOIN votes USING (image_id)
      WHERE images.image_id = ANY (ids) AND findings.image_id = images.image_id
        AND findings.concept NOT IN (SELECT found.concept FROM findings_of(images.image_id, accepted) AS found);
      INSERT INTO findings (image_id, concept, emoji, confidence, rank)
      SELECT images.image_id, found.*
      FROM images LEFT JOIN votes USING (image_id) CROSS JOIN LATERAL findings_of(images.image_id, accepted) AS found
      WHERE images.image_id = ANY (ids)
      ON CONFLICT (image_id, concept) DO UPDATE SET
        emoji = excluded.emoji, confidence = excluded.confidence, rank = excluded.rank
      WHERE (findings.emoji, findings.confidence, findings.rank)
        IS DISTINCT FROM (excluded.emoji, excluded.confidence, excluded.rank);
    END $$`
  yield* sql`ALTER FUNCTION keep_findings(bigint[]) SET plan_cache_mode = force_generic_plan`
  yield* sql`
    CREATE OR REPLACE FUNCTION words_of_images(ids bigint[]) RETURNS TABLE (image_id bigint, words tsvector)
    LANGUAGE sql STABLE AS $$
      SELECT images.image_id, word_vector(
        ARRAY[image_filename, coalesce(image_group, '')]
        || ARRAY(SELECT concat_ws(' ', candidate ->> 'concept', candidate ->> 'label', candidate ->> 'emoji')
          FROM jsonb_array_elements(accepted) AS candidate
          WHERE candidate ->> 'concept' NOT IN (
            SELECT concept FROM corrected_concepts WHERE corrected_concepts.image_id = images.image_id))
        || ARRAY(SELECT concat_ws(' ', concept, emoji) FROM corrected_concepts
          WHERE corrected_concepts.image_id = images.image_id AND is_there ORDER BY place)
        || ARRAY(SELECT jsonb_array_elements_text(texts))
        || ARRAY(SELECT DISTINCT concat_ws(' ', service, error_class, error_reason) FROM (
            SELECT service, error_class, error_reason FROM results
            WHERE results.image_id = images.image_id AND status = 'failed'
            UNION ALL SELECT service, error_class, error_reason FROM postprocessing
            WHERE postprocessing.image_id = images.image_id AND status = 'failed'
          ) AS failures))
      FROM images LEFT JOIN votes USING (image_id) WHERE images.image_id = ANY (ids)
    $$`

  // Votes that find an image by what it was found by before are most of those that are written.
  yield* sql`DROP FUNCTION note_findings()`
  yield* sql`
    CREATE FUNCTION note_votes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM keep_findings(ids), keep_words(ids)
      FROM (SELECT array_agg(image_id) AS ids FROM changed) AS all_changed WHERE ids IS NOT NULL;
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE FUNCTION note_votes_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM keep_findings(ids), keep_words(ids)
      FROM (
        SELECT array_agg(changed.image_id) AS ids FROM changed JOIN before USING (image_id)
        WHERE (changed.accepted, changed.texts) IS DISTINCT FROM (before.accepted, before.texts)
      ) AS all_changed WHERE ids IS NOT NULL;
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE TRIGGER note_votes AFTER INSERT ON votes REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_votes()`
  yield* sql`
    CREATE TRIGGER note_votes_again AFTER UPDATE ON votes REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_votes_again()`
  yield* sql`
    CREATE TRIGGER note_votes_gone AFTER DELETE ON votes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_words()`
})
