/**
 * Who is logged in, and the secret behind the addresses of kept pictures.
 *
 * Addresses of pictures that images are already read from get their key here, so that they work as before.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const keepSessions = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE sessions (
      -- SHA-256 of what the page keeps.
      secret_hash text PRIMARY KEY,
      -- Fingerprint of the token: another token ends the session.
      token text NOT NULL,
      began timestamptz NOT NULL DEFAULT now(),
      expires timestamptz NOT NULL
    )`
  yield* sql`CREATE TABLE secrets (name text PRIMARY KEY, secret bytea NOT NULL)`
  // gen_random_uuid() is from the operating system's random numbers, 122 bits each.
  yield* sql`
    INSERT INTO secrets
    SELECT 'pictures', sha256(string_agg(gen_random_uuid()::text, '')::bytea) FROM generate_series(1, 4)`
  yield* sql`
    UPDATE images SET
      image_url = address,
      source_key = encode(sha256(convert_to('url ' || address, 'UTF8')), 'hex')
    FROM (
      SELECT image_id AS id, left(image_url, -64) || encode(sha256(secret || right(image_url, 64)::bytea), 'hex') || '/' ||
        right(image_url, 64) AS address
      FROM images, secrets
      WHERE name = 'pictures' AND image_path IS NULL AND image_url ~ '/images/content/[0-9a-f]{64}$'
    ) AS signed
    WHERE image_id = id`
})
