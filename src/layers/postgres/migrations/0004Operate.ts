/** What people and programs tell each other while the pipeline runs. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const operate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // The services and stages that are switched off.
  yield* sql`
    CREATE TABLE pauses (
      step text PRIMARY KEY,
      paused_by text NOT NULL,
      reason text NOT NULL,
      since timestamptz NOT NULL DEFAULT now()
    )`

  // The programs that run. Two beats tell a rate.
  yield* sql`
    CREATE TABLE workers (
      worker_id text PRIMARY KEY,
      host text NOT NULL,
      version text NOT NULL,
      started timestamptz NOT NULL DEFAULT now(),
      last_beat timestamptz NOT NULL DEFAULT now(),
      activities jsonb NOT NULL,
      previous_beat timestamptz,
      previous_activities jsonb
    )`

  // Requests that were answered, so that their repetition gets the same answer.
  yield* sql`
    CREATE TABLE idempotency_keys (
      key text PRIMARY KEY,
      -- SHA-256 of what was requested.
      request text NOT NULL,
      response jsonb NOT NULL,
      created timestamptz NOT NULL DEFAULT now()
    )`
  yield* sql`CREATE INDEX idempotency_keys_created ON idempotency_keys (created)`
})
