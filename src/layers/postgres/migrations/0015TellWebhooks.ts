/** What webhooks are told. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const tellWebhooks = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE webhooks (webhook text PRIMARY KEY, moment text NOT NULL)`
  yield* sql`
    CREATE TABLE notices (
      webhook text NOT NULL REFERENCES webhooks ON DELETE CASCADE,
      subject text COLLATE "C" NOT NULL,
      state text NOT NULL,
      notice_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
      body text,
      attempts integer NOT NULL DEFAULT 0,
      -- When to try next; null when it arrived or was given up.
      due timestamptz DEFAULT now(),
      reason text,
      noted timestamptz NOT NULL DEFAULT now(),
      arrived timestamptz,
      PRIMARY KEY (webhook, subject)
    )`
  yield* sql`CREATE INDEX notices_due ON notices (webhook, due) WHERE due IS NOT NULL`
})
