/**
 * Finding images by words: of their name and group, of what was found in them, and of why something failed.
 *
 * `image_words` has a row for each image, kept by the statements that write what the words are from, in their transaction. Texts
 * and questions are cut into words by one function. It takes letters without accents and in lower case, parts letters from digits,
 * and makes each emoji a word: `IMG_2031` is `img 2031`.
 */
import { Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

export const findByWords = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // In the order of their characters, what begins alike stands together, whatever the language of the database.
  yield* sql`ALTER TABLE findings ALTER COLUMN concept TYPE text COLLATE "C"`
  yield* sql`ALTER TABLE images ALTER COLUMN image_group TYPE text COLLATE "C"`

  // Neither punctuation nor spaces are in a word. Half marks of a decomposed letter go, also what only chooses how an emoji looks.
  yield* sql`
    CREATE FUNCTION words_of(content text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT ARRAY(
        SELECT left(word[1], 200) FROM regexp_matches(
          lower(regexp_replace(normalize(content, NFKD), '[\u0300-\u036F\uFE00-\uFE0F\u180B-\u180D\u200B-\u200D\u2060]', '', 'g')),
          '[0-9]+|[\u2600-\u27BF\u{1F000}-\u{1FAFF}]|[^]\u0001-/0-9:-@[\\\\^_\u0060{|}~\u007F-\u00BF\u2000-\u206F\u3000-\u3020\uFFFD\u2600-\u27BF\u{1F000}-\u{1FAFF}]+',
          'g') AS word)
    $$`
  // Between two texts stands a character that is no word, so their words do not follow each other. A vector has 16383 places.
  yield* sql`
    CREATE FUNCTION word_vector(texts text[]) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    BEGIN
      RETURN (
        SELECT coalesce(string_agg('''' || word || ''':' || least(place, 16383), ' '), '')::tsvector
        FROM unnest(words_of(left(array_to_string(texts, ' \uE000 '), 100000))) WITH ORDINALITY AS placed (word, place)
        WHERE word <> '\uE000');
    END $$`
  yield* sql`
    CREATE FUNCTION word_query(content text, any_ending boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN cardinality(words) = 0 THEN ''
        ELSE '''' || array_to_string(words, ''' <-> ''') || '''' || CASE WHEN any_ending THEN ':*' ELSE '' END
      END::tsquery
      FROM (SELECT words_of(content) AS words) AS cut
    $$`

  yield* sql`
    CREATE TABLE image_words (
      image_id bigint PRIMARY KEY REFERENCES images ON DELETE CASCADE,
      words tsvector NOT NULL
    )`
  yield* sql`
    CREATE FUNCTION words_of_images(ids bigint[]) RETURNS TABLE (image_id bigint, words tsvector)
    LANGUAGE sql STABLE AS $$
      SELECT images.image_id, word_vector(
        ARRAY[image_filename, coalesce(image_group, '')]
        || ARRAY(SELECT concat_ws(' ', candidate ->> 'concept', candidate ->> 'label', candidate ->> 'emoji')
          FROM jsonb_array_elements(consensus_data #> '{votes,consensus}') AS candidate)
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
  yield* sql`
    CREATE FUNCTION keep_words(ids bigint[]) RETURNS void LANGUAGE sql AS $$
      INSERT INTO image_words SELECT * FROM words_of_images(ids) ORDER BY image_id
      ON CONFLICT (image_id) DO UPDATE SET words = excluded.words WHERE image_words.words <> excluded.words
    $$`
  yield* sql`
    CREATE FUNCTION note_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM keep_words(ids) FROM (SELECT array_agg(DISTINCT image_id) AS ids FROM changed) AS all_changed
      WHERE ids IS NOT NULL;
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE FUNCTION note_words_of_failed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM keep_words(ids)
      FROM (SELECT array_agg(DISTINCT image_id) AS ids FROM changed WHERE status = 'failed') AS all_changed
      WHERE ids IS NOT NULL;
      RETURN NULL;
    END $$`
  for (const [table, event, rows, what] of [
    ["images", "INSERT", "NEW", "note_words"],
    ["consensus", "INSERT", "NEW", "note_words"],
    ["consensus", "UPDATE", "NEW", "note_words"],
    ["consensus", "DELETE", "OLD", "note_words"],
    ["results", "INSERT", "NEW", "note_words_of_failed"],
    ["results", "DELETE", "OLD", "note_words_of_failed"],
    ["postprocessing", "INSERT", "NEW", "note_words_of_failed"],
    ["postprocessing", "DELETE", "OLD", "note_words_of_failed"]
  ] as const) {
    yield* sql`
      CREATE TRIGGER ${sql(`note_words_after_${event.toLowerCase()}`)} AFTER ${sql.literal(event)} ON ${sql(table)}
      REFERENCING ${sql.literal(rows)} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${sql.literal(what)}()`
  }
  // An answer that takes the place of another one.
  yield* sql`
    CREATE FUNCTION note_words_of_renewed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM keep_words(ids) FROM (
        SELECT array_agg(DISTINCT image_id) AS ids FROM (
          (SELECT image_id, service, error_class, error_reason FROM changed
            EXCEPT SELECT image_id, service, error_class, error_reason FROM before)
          UNION ALL
          (SELECT image_id, service, error_class, error_reason FROM before
            EXCEPT SELECT image_id, service, error_class, error_reason FROM changed)
        ) AS others
      ) AS all_changed
      WHERE ids IS NOT NULL;
      RETURN NULL;
    END $$`
  for (const table of ["results", "postprocessing"]) {
    yield* sql`
      CREATE TRIGGER note_words_after_update AFTER UPDATE ON ${sql(table)}
      REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_words_of_renewed()`
  }
  // An image changes with each answer about it, its name and group hardly ever.
  yield* sql`
    CREATE FUNCTION note_words_of_image() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM keep_words(ARRAY[NEW.image_id]);
      RETURN NULL;
    END $$`
  yield* sql`
    CREATE TRIGGER note_words_after_update AFTER UPDATE OF image_filename, image_group ON images FOR EACH ROW
    WHEN ((NEW.image_filename, NEW.image_group) IS DISTINCT FROM (OLD.image_filename, OLD.image_group))
    EXECUTE FUNCTION note_words_of_image()`
  yield* fill(0)
  yield* sql`CREATE INDEX image_words_words ON image_words USING gin (words)`
})

/** Images whose words are written by one statement, which has a minute. */
const batch = 2000

const fill = (after: number): Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ last: number | null }>`
      WITH written AS (
        INSERT INTO image_words SELECT * FROM words_of_images(
          ARRAY(SELECT image_id FROM images WHERE image_id > ${after}::bigint ORDER BY image_id LIMIT ${batch}))
        RETURNING image_id
      )
      SELECT max(image_id) AS last FROM written`
    if (row?.last != null) yield* fill(row.last)
  })
