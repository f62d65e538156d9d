/**
 * Following changes in a table of its own, so that an answer about an image touches no index of `images`.
 *
 * `images.changed` was in an index, and so every update of a row wrote an entry into each of its dozen indexes. A row that
 * changes in no indexed column stays where its indexes point to, as long as its page has room.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const followApart = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SET LOCAL statement_timeout = 0`
  // Half of a new page is left for later versions of its rows, which grow until all is derived.
  yield* sql`ALTER TABLE images SET (fillfactor = 50)`
  yield* sql`
    CREATE TABLE image_changes (
      image_id bigint PRIMARY KEY REFERENCES images ON DELETE CASCADE,
      changed xid8 NOT NULL
    )`
  yield* sql`INSERT INTO image_changes SELECT image_id, changed FROM images ORDER BY image_id`
  yield* sql`CREATE INDEX image_changes_changed ON image_changes (changed, image_id)`
  yield* sql`DROP INDEX images_changed`
  yield* sql`
    CREATE FUNCTION follow_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO image_changes SELECT image_id, changed FROM written ORDER BY image_id
      ON CONFLICT (image_id) DO UPDATE SET changed = excluded.changed WHERE image_changes.changed <> excluded.changed;
      RETURN NULL;
    END $$`
  for (const event of ["INSERT", "UPDATE"]) {
    yield* sql`
      CREATE TRIGGER ${sql(`follow_changes_after_${event.toLowerCase()}`)} AFTER ${sql.literal(event)} ON images
      REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION follow_changes()`
  }
})
