/** What people say about boxes. A row is a fact: it is withdrawn, and never changed otherwise. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const correct = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE corrections (
      correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      image_id bigint NOT NULL REFERENCES images ON DELETE CASCADE,
      made timestamptz NOT NULL DEFAULT now(),
      made_by text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('confirm', 'reject', 'relabel', 'move', 'add')),
      label text NOT NULL,
      x double precision NOT NULL,
      y double precision NOT NULL,
      width double precision NOT NULL CHECK (width > 0),
      height double precision NOT NULL CHECK (height > 0),
      new_label text CHECK ((new_label IS NOT NULL) = (kind = 'relabel')),
      new_x double precision CHECK ((new_x IS NOT NULL) = (kind = 'move')),
      new_y double precision CHECK ((new_y IS NOT NULL) = (kind = 'move')),
      new_width double precision CHECK ((new_width IS NOT NULL) = (kind = 'move') AND new_width > 0),
      new_height double precision CHECK ((new_height IS NOT NULL) = (kind = 'move') AND new_height > 0),
      withdrawn timestamptz,
      withdrawn_by text,
      CHECK ((withdrawn IS NULL) = (withdrawn_by IS NULL))
    )`
  yield* sql`CREATE INDEX corrections_image ON corrections (image_id, correction_id)`
})
