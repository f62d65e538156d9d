/**
 * Finding images by what is in them, by group, by state and by failure, newest first, with one index for each question.
 *
 * `findings` holds the accepted candidates of every consensus, one row each. It is kept by the statement that writes the
 * consensus; a candidate that did not change is not written again.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const findImages = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`CREATE INDEX images_group ON images (image_group, image_id)`
  yield* sql`
    CREATE INDEX images_done ON images (image_id)
    WHERE coalesce(owing, boxes_stale, consensus_stale, enrichment_stale) IS NULL`

  // Also finds the images of a service, in order, and takes the place of the index on its first two columns.
  yield* sql`CREATE INDEX results_service_status_image ON results (service, status, image_id)`
  yield* sql`DROP INDEX results_service_status`
  // Rows are as good as in order of time, which an index of a few pages makes use of.
  yield* sql`CREATE INDEX results_created ON results USING brin (result_created) WITH (pages_per_range = 16)`

  yield* sql`
    CREATE TABLE findings (
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      concept text NOT NULL,
      emoji text,
      -- The emoji without what only chooses a rendering: variation selectors and zero-width joiners.
      emoji_key text GENERATED ALWAYS AS
        (regexp_replace(emoji, '[\uFE00-\uFE0F\u180B-\u180D\u200D]', '', 'g')) STORED,
      -- The best confidence among its votes; 0 when no service gave one.
      confidence double precision NOT NULL,
      -- Place among the findings of the image, best first, from 1.
      rank integer NOT NULL,
      PRIMARY KEY (image_id, concept)
    )`
  yield* sql`CREATE INDEX findings_concept ON findings (concept, image_id) INCLUDE (confidence)`
  yield* sql`CREATE INDEX findings_emoji ON findings (emoji_key, image_id) INCLUDE (confidence)`
  yield* sql`
    CREATE FUNCTION accepted_candidates(consensus jsonb)
    RETURNS TABLE (concept text, emoji text, confidence double precision, rank integer)
    LANGUAGE sql IMMUTABLE AS $$
      SELECT DISTINCT ON (candidate ->> 'concept')
        candidate ->> 'concept', candidate ->> 'emoji',
        coalesce((SELECT max((voter ->> 'confidence')::double precision)
          FROM jsonb_array_elements(candidate -> 'voters') AS voter), 0),
        place::integer
      FROM jsonb_array_elements(consensus #> '{votes,consensus}') WITH ORDINALITY AS c (candidate, place)
      ORDER BY candidate ->> 'concept', place
    $$`
  yield* sql`
    CREATE FUNCTION note_findings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM findings USING changed
      WHERE findings.image_id = changed.image_id
        AND findings.concept NOT IN (SELECT concept FROM accepted_candidates(changed.consensus_data));
      INSERT INTO findings (image_id, concept, emoji, confidence, rank)
      SELECT changed.image_id, accepted.*
      FROM changed CROSS JOIN LATERAL accepted_candidates(changed.consensus_data) AS accepted
      ON CONFLICT (image_id, concept) DO UPDATE SET
        emoji = excluded.emoji, confidence = excluded.confidence, rank = excluded.rank
      WHERE (findings.emoji, findings.confidence, findings.rank)
        IS DISTINCT FROM (excluded.emoji, excluded.confidence, excluded.rank);
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE TRIGGER note_inserted_findings AFTER INSERT ON consensus REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_findings()`
  yield* sql`
    CREATE TRIGGER note_updated_findings AFTER UPDATE ON consensus REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_findings()`
  yield* sql`
    INSERT INTO findings (image_id, concept, emoji, confidence, rank)
    SELECT image_id, accepted.* FROM consensus CROSS JOIN LATERAL accepted_candidates(consensus_data) AS accepted`
})
