/**
 * Following changes: what the latest transactions wrote, up to the oldest one that is still running.
 *
 * A moment is the id of a transaction and that of an image: what was written by earlier transactions, or by this one about
 * images up to this one, came before it. An image that changes again moves to its new place in the order, so each is there
 * once, and a reader that was away reads as much as there are images, not as much as has happened.
 */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type ImageId, Moment } from "../../../domain/Identifiers.ts"
import type { ImageChange } from "../../../services/Archive.ts"

/** The moment before which nothing can happen any more. */
export const now = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ horizon: string }>`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon`
  return momentOf(row!.horizon, 0)
})

/** The images changed since a moment, in order. */
export const changes = Effect.fnUntraced(function* (since: Moment, limit: number) {
  const sql = yield* SqlClient.SqlClient
  const [transaction, imageId] = since.split("-") as [string, string]
  const after = sql`(changed, image_id) > (${transaction}::text::xid8, ${imageId}::text::bigint)`
  const rows = yield* sql<{ horizon: string; image_id: ImageId | null; changed: string; is_deleted: boolean }>`
    WITH horizon AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon), found AS (
      (SELECT image_id, changed, false AS is_deleted FROM image_changes
        WHERE ${after} AND changed < (SELECT horizon FROM horizon) ORDER BY changed, image_id LIMIT ${limit})
      UNION ALL
      (SELECT image_id, changed, true FROM deleted_images
        WHERE ${after} AND changed < (SELECT horizon FROM horizon) ORDER BY changed, image_id LIMIT ${limit})
      ORDER BY changed, image_id LIMIT ${limit}
    )
    SELECT horizon::text, image_id, changed::text, is_deleted FROM horizon LEFT JOIN found ON true
    ORDER BY found.changed, image_id`
  const changes = rows.flatMap((row): ReadonlyArray<ImageChange> =>
    row.image_id === null
      ? []
      : [{ imageId: row.image_id, isDeleted: row.is_deleted, moment: momentOf(row.changed, row.image_id) }]
  )
  const last = changes.at(-1)
  return { changes, until: changes.length === limit && last ? last.moment : momentOf(rows[0]!.horizon, 0) }
})

const momentOf = (transaction: string, imageId: number): Moment => makeMoment(`${transaction}-${imageId}`)

const makeMoment = Schema.decodeSync(Moment)
