/**
 * Telling programs that wait what people have changed: which table, on the channel `windmill`.
 *
 * PostgreSQL lets one transaction that tells something commit at a time, so what changes with every image is not told of.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const tellChanges = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('windmill', TG_TABLE_NAME);
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OR DELETE ON pauses
    FOR EACH STATEMENT EXECUTE FUNCTION tell_change()`
  yield* sql`
    CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OR DELETE ON tunings
    FOR EACH STATEMENT EXECUTE FUNCTION tell_change()`
  yield* sql`
    CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF state OR DELETE ON operations
    FOR EACH STATEMENT EXECUTE FUNCTION tell_change()`
  // Of what programs say every few seconds, that they come and go, and which steps they work on.
  yield* sql`
    CREATE TRIGGER tell_change AFTER INSERT OR DELETE ON workers
    FOR EACH ROW EXECUTE FUNCTION tell_change()`
  yield* sql`
    CREATE TRIGGER tell_steps AFTER UPDATE ON workers FOR EACH ROW
    WHEN (jsonb_path_query_array(OLD.activities, '$[*].step') <> jsonb_path_query_array(NEW.activities, '$[*].step'))
    EXECUTE FUNCTION tell_change()`
})
