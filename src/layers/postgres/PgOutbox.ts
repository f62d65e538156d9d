/** Notices for webhooks in PostgreSQL: for each webhook one row for each subject, the latest. */
import { Duration, Effect, Layer, Option } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { Moment, ServiceId } from "../../domain/Identifiers.ts"
import { type DoneGroup, type Notice, Outbox, type Parcel } from "../../services/Outbox.ts"
import * as Columns from "./Columns.ts"
import { methodsOf } from "./Methods.ts"
import * as Migrations from "./Migrations.ts"
import { isOwed } from "./Owed.ts"
import { inTransaction } from "./Transactions.ts"

export const layer = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const run = yield* methodsOf("Outbox")

    const moment = Effect.fnUntraced(function* (webhook: string) {
      const [row] = yield* sql<{ moment: Moment }>`SELECT moment FROM webhooks WHERE webhook = ${webhook}`
      return Option.map(Option.fromUndefinedOr(row), ({ moment }) => moment)
    })

    const note = Effect.fnUntraced(function* (webhook: string, notices: ReadonlyArray<Notice>, until: Moment) {
      yield* sql`
        INSERT INTO webhooks (webhook, moment) VALUES (${webhook}, ${until})
        ON CONFLICT (webhook) DO UPDATE SET moment = excluded.moment`
      if (notices.length === 0) return 0
      const noted = yield* sql`
        INSERT INTO notices AS known (webhook, subject, state, body)
        SELECT ${webhook}, subject, state, body
        FROM unnest(
          ${Columns.texts(notices.map(({ subject }) => subject))},
          ${Columns.texts(notices.map(({ state }) => state))},
          ${Columns.texts(notices.map(({ body }) => body))}
        ) AS r (subject, state, body)
        ON CONFLICT (webhook, subject) DO UPDATE SET
          state = excluded.state, body = excluded.body, notice_id = excluded.notice_id, attempts = 0, due = now(),
          noted = now(), arrived = NULL, reason = NULL
          WHERE known.state <> excluded.state
        RETURNING subject`
      return noted.length
    })

    const told = Effect.fnUntraced(function* (webhook: string, prefix: string) {
      const rows = yield* sql<{ subject: string; state: string }>`
        SELECT subject, state FROM notices
        WHERE webhook = ${webhook} AND subject COLLATE "C" >= ${prefix} AND subject COLLATE "C" < ${`${prefix}\u{10FFFF}`}`
      return new Map(rows.map(({ state, subject }) => [subject, state]))
    })

    const doneGroup = Effect.fnUntraced(function* (group: string, services: ReadonlyArray<ServiceId>) {
      const inGroup = sql`image_group = ${Columns.storable(group)}`
      const isUnderWay = (condition: Statement.Fragment) =>
        sql`EXISTS (SELECT FROM images WHERE ${inGroup} AND ${condition})`
      const stale = ["boxes_stale", "consensus_stale", "enrichment_stale"]
      const conditions = [...stale.map((column) => sql`${sql(column)} IS NOT NULL`), isOwed(sql, services)]
      const [state] = yield* sql<{ isUnderWay: boolean }>`SELECT ${sql.or(conditions.map(isUnderWay))} AS "isUnderWay"`
      if (state!.isUnderWay) return Option.none<DoneGroup>()
      const [row] = yield* sql<{ images: number; failed: number; revision: number }>`
        SELECT count(*) AS images, coalesce(sum(revision), 0)::bigint AS revision,
          count(*) FILTER (
            WHERE EXISTS (SELECT FROM results WHERE results.image_id = images.image_id AND status = 'failed')
              OR EXISTS (SELECT FROM postprocessing WHERE postprocessing.image_id = images.image_id AND status = 'failed')
              OR EXISTS (SELECT FROM failed_derivations WHERE failed_derivations.image_id = images.image_id)
          ) AS failed
        FROM images WHERE ${inGroup}`
      const { failed, images, revision } = row!
      return images === 0 ? Option.none<DoneGroup>() : Option.some({ report: { group, images, failed }, revision })
    })

    const due = (webhook: string, limit: number) => sql<Parcel>`
      SELECT notice_id::text AS id, body, attempts FROM notices
      WHERE webhook = ${webhook} AND due <= now() ORDER BY due LIMIT ${limit}`

    return Outbox.of({
      moment: (webhook) => run("moment", moment(webhook)),
      note: (webhook, notices, until) => run("note", inTransaction(note(webhook, notices, until))),
      told: (webhook, prefix) => run("told", told(webhook, prefix)),
      doneGroup: (group, services) => run("doneGroup", doneGroup(group, services)),
      due: (webhook, limit) => run("due", due(webhook, limit)),
      arrived: (id) =>
        run(
          "arrived",
          Effect.asVoid(sql`
            UPDATE notices SET arrived = now(), due = NULL, body = NULL, attempts = attempts + 1, reason = NULL
            WHERE notice_id = ${id}::text::uuid`)
        ),
      failed: (id, reason, again) =>
        run(
          "failed",
          Effect.asVoid(sql`
            UPDATE notices SET attempts = attempts + 1, reason = ${Columns.storable(reason)},
              due = now() + ${Option.match(again, { onNone: () => null, onSome: Duration.toSeconds })}::double precision
                * interval '1 second'
            WHERE notice_id = ${id}::text::uuid`)
        )
    })
  })
).pipe(Layer.provide(Migrations.layer))
