/**
 * What happens to images, for those who follow it.
 *
 * `images.changed` is the transaction that wrote the row last, `deleted_images` remembers the rows that are gone. Ids of
 * transactions do not follow the order of commits; but below the oldest one that is still running nothing can come any
 * more, so whoever reads up to there misses nothing. No sequence, which writers would have to wait for each other to keep
 * in commit order, and no notification, for which PostgreSQL lets one transaction commit at a time.
 *
 * `derivations` remembers each time that a stage replaced what was stored.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const followChanges = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`ALTER TABLE images ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id()`
  yield* sql`CREATE INDEX images_changed ON images (changed, image_id)`
  yield* sql`
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.changed := pg_current_xact_id();
      RETURN NEW;
    END $$`
  yield* sql`CREATE TRIGGER note_change BEFORE UPDATE ON images FOR EACH ROW EXECUTE FUNCTION note_change()`

  yield* sql`
    CREATE TABLE deleted_images (
      image_id bigint PRIMARY KEY,
      changed xid8 NOT NULL DEFAULT pg_current_xact_id()
    )`
  yield* sql`CREATE INDEX deleted_images_changed ON deleted_images (changed, image_id)`
  yield* sql`
    CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO deleted_images (image_id) VALUES (OLD.image_id);
      RETURN NULL;
    END $$`
  yield* sql`CREATE TRIGGER note_deletion AFTER DELETE ON images FOR EACH ROW EXECUTE FUNCTION note_deletion()`

  yield* sql`
    CREATE TABLE derivations (
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      stage text NOT NULL,
      revision bigint NOT NULL,
      created timestamptz NOT NULL DEFAULT now()
    )`
  yield* sql`CREATE INDEX derivations_image ON derivations (image_id)`
  yield* sql`
    CREATE FUNCTION note_derivation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO derivations (image_id, stage, revision) VALUES (NEW.image_id, TG_ARGV[0],
        CASE TG_ARGV[0] WHEN 'harmonize' THEN NEW.boxes_revision WHEN 'consensus' THEN NEW.consensus_revision
          ELSE NEW.enrichment_revision END);
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE TRIGGER note_boxes AFTER UPDATE OF boxes_revision ON images FOR EACH ROW
    WHEN (NEW.boxes_revision > OLD.boxes_revision OR NEW.boxes_algorithm IS DISTINCT FROM OLD.boxes_algorithm)
    EXECUTE FUNCTION note_derivation('harmonize')`
  yield* sql`
    CREATE TRIGGER note_consensus AFTER UPDATE OF consensus_revision ON images FOR EACH ROW
    WHEN (NEW.consensus_revision > OLD.consensus_revision
      OR NEW.consensus_algorithm IS DISTINCT FROM OLD.consensus_algorithm)
    EXECUTE FUNCTION note_derivation('consensus')`
  yield* sql`
    CREATE TRIGGER note_enrichment AFTER UPDATE OF enrichment_revision ON images FOR EACH ROW
    WHEN (NEW.enrichment_revision > OLD.enrichment_revision
      OR NEW.enrichment_algorithm IS DISTINCT FROM OLD.enrichment_algorithm)
    EXECUTE FUNCTION note_derivation('enrich')`
})
