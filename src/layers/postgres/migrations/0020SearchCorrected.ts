/**
 * Searching what people have corrected: the concepts that they say are there, or are not, count in place of what the consensus
 * accepted, in `findings` and among the words.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const searchCorrected = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE corrected_concepts (
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      concept text COLLATE "C" NOT NULL,
      emoji text,
      is_there boolean NOT NULL,
      -- Among those of the image that are there, from 1.
      place integer NOT NULL,
      PRIMARY KEY (image_id, concept)
    )`
  yield* sql`
    CREATE FUNCTION findings_of(id bigint, consensus jsonb)
    RETURNS TABLE (concept text, emoji text, confidence double precision, rank integer)
    LANGUAGE sql STABLE AS $$
      SELECT accepted.concept, accepted.emoji, accepted.confidence,
        accepted.rank + (SELECT count(*) FROM corrected_concepts WHERE image_id = id AND is_there)::integer
      FROM accepted_candidates(consensus) AS accepted
      WHERE accepted.concept NOT IN (SELECT corrected_concepts.concept FROM corrected_concepts WHERE image_id = id)
      UNION ALL
      SELECT corrected_concepts.concept, corrected_concepts.emoji, 1, place FROM corrected_concepts
      WHERE image_id = id AND is_there
    $$`
  yield* sql`
    CREATE FUNCTION keep_findings(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM findings USING images LEFT JOIN consensus USING (image_id)
      WHERE images.image_id = ANY (ids) AND findings.image_id = images.image_id
        AND findings.concept NOT IN (SELECT found.concept FROM findings_of(images.image_id, consensus_data) AS found);
      INSERT INTO findings (image_id, concept, emoji, confidence, rank)
      SELECT images.image_id, found.*
      FROM images LEFT JOIN consensus USING (image_id)
        CROSS JOIN LATERAL findings_of(images.image_id, consensus_data) AS found
      WHERE images.image_id = ANY (ids)
      ON CONFLICT (image_id, concept) DO UPDATE SET
        emoji = excluded.emoji, confidence = excluded.confidence, rank = excluded.rank
      WHERE (findings.emoji, findings.confidence, findings.rank)
        IS DISTINCT FROM (excluded.emoji, excluded.confidence, excluded.rank);
    END $$`
  yield* sql`
    CREATE OR REPLACE FUNCTION note_findings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM findings USING changed
      WHERE findings.image_id = changed.image_id
        AND findings.concept NOT IN (SELECT concept FROM findings_of(changed.image_id, changed.consensus_data));
      INSERT INTO findings (image_id, concept, emoji, confidence, rank)
      SELECT changed.image_id, found.*
      FROM changed CROSS JOIN LATERAL findings_of(changed.image_id, changed.consensus_data) AS found
      ON CONFLICT (image_id, concept) DO UPDATE SET
        emoji = excluded.emoji, confidence = excluded.confidence, rank = excluded.rank
      WHERE (findings.emoji, findings.confidence, findings.rank)
        IS DISTINCT FROM (excluded.emoji, excluded.confidence, excluded.rank);
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE OR REPLACE FUNCTION words_of_images(ids bigint[]) RETURNS TABLE (image_id bigint, words tsvector)
    LANGUAGE sql STABLE AS $$
      SELECT images.image_id, word_vector(
        ARRAY[image_filename, coalesce(image_group, '')]
        || ARRAY(SELECT concat_ws(' ', candidate ->> 'concept', candidate ->> 'label', candidate ->> 'emoji')
          FROM jsonb_array_elements(consensus_data #> '{votes,consensus}') AS candidate
          WHERE candidate ->> 'concept' NOT IN (
            SELECT concept FROM corrected_concepts WHERE corrected_concepts.image_id = images.image_id))
        || ARRAY(SELECT concat_ws(' ', concept, emoji) FROM corrected_concepts
          WHERE corrected_concepts.image_id = images.image_id AND is_there ORDER BY place)
        || ARRAY(SELECT sighting ->> 'content'
          FROM jsonb_path_query(consensus_data, '$.special.*.sightings[*] ? (exists (@.content))') AS sighting)
        || ARRAY(SELECT DISTINCT concat_ws(' ', service, error_class, error_reason) FROM (
            SELECT service, error_class, error_reason FROM results
            WHERE results.image_id = images.image_id AND status = 'failed'
            UNION ALL SELECT service, error_class, error_reason FROM postprocessing
            WHERE postprocessing.image_id = images.image_id AND status = 'failed'
          ) AS failures))
      FROM images LEFT JOIN consensus USING (image_id) WHERE images.image_id = ANY (ids)
    $$`
  // Images that were corrected before are derived again: no algorithm has this name.
  yield* sql`
    UPDATE images SET boxes_algorithm = 'again' WHERE boxes_algorithm IS NOT NULL
      AND image_id IN (SELECT image_id FROM corrections WHERE withdrawn IS NULL)`
})
