/** All images that meet a filter, in an order: what they are ordered by is counted in indexes. */
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../../../domain/archive/ImageOrder.ts"
import type { ImageId, ServiceId } from "../../../domain/Identifiers.ts"
import { inTransaction } from "../Transactions.ts"
import { conditionsOf, isFailed } from "./Search.ts"

/** The ids of images that meet the filter; at most `limit`. `services` are those of the catalog. */
export const ordered = Effect.fnUntraced(function* (
  filter: ImageFilter,
  order: ImageOrder,
  services: ReadonlyArray<ServiceId>,
  limit?: number
) {
  const sql = yield* SqlClient.SqlClient
  const { error, service, ...rest } = filter
  const conditions = [
    ...(error === undefined
      ? conditionsOf(sql, filter, services)
      : [...conditionsOf(sql, rest, services), isFailed(sql, error, service)]),
    sql`true`
  ]
  const [figures, by] = orders(sql)[order]
  const [row] = yield* inTransaction(
    Effect.andThen(
      // A hundred thousand rows are put into their order in memory.
      sql`SELECT set_config('work_mem', '32MB', true)`,
      // As one text: to read a hundred thousand rows, or numbers of an array, takes longer than to find them.
      sql<{ ids: string }>`
        SELECT array_to_string(ARRAY(
          SELECT image_id FROM images ${figures} WHERE ${sql.and(conditions)}
          ORDER BY ${by} image_id DESC ${limit === undefined ? sql`` : sql`LIMIT ${limit}`}
        ), ' ') AS ids`.unprepared
    )
  )
  return row!.ids === "" ? [] : row!.ids.split(" ").map((id) => Number(id) as ImageId)
})

/** Of each order the figures that are joined to the images, and by which of them. */
const orders = (
  sql: SqlClient.SqlClient
): Readonly<Record<ImageOrder, readonly [Statement.Fragment, Statement.Fragment]>> => ({
  newest: [sql``, sql``],
  "least-agreement": [
    sql`LEFT JOIN (
      SELECT image_id, sum(ayes)::double precision / nullif(sum(ayes + noes), 0) AS agreement
      FROM boxes GROUP BY image_id
    ) AS votes USING (image_id)`,
    sql`agreement NULLS LAST,`
  ],
  "lowest-confidence": [
    sql`LEFT JOIN (
      SELECT image_id, min(confidence) AS least FROM findings WHERE confidence > 0 GROUP BY image_id
    ) AS found USING (image_id)`,
    sql`least NULLS LAST,`
  ],
  "most-boxes": [
    sql`LEFT JOIN (
      SELECT image_id, count(*) AS boxes FROM boxes WHERE status = 'confirmed' GROUP BY image_id
    ) AS confirmed USING (image_id) LEFT JOIN (
      SELECT image_id, sum(boxes) AS more FROM corrected_boxes WHERE status = 'confirmed' GROUP BY image_id
    ) AS corrected USING (image_id)`,
    sql`coalesce(boxes, 0) + coalesce(more, 0) DESC,`
  ],
  "most-failures": [
    sql`LEFT JOIN (
      SELECT image_id, count(*) AS failures FROM (
        SELECT image_id FROM results WHERE status = 'failed'
        UNION ALL SELECT image_id FROM postprocessing WHERE status = 'failed'
        UNION ALL SELECT image_id FROM failed_derivations
      ) AS each GROUP BY image_id
    ) AS failed USING (image_id)`,
    sql`coalesce(failures, 0) DESC,`
  ]
})
