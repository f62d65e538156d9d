/** Answers that are to be given again. */
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { Scope } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { lockImages } from "./Images.ts"
import { inTransaction } from "./Transactions.ts"

/**
 * Deletes answers about images and crops, some images at a time. A fact that is gone changes what is derived as
 * much as one that came, so each raises the revision by one.
 */
export const forget = Effect.fnUntraced(function* (options: {
  readonly which: "all" | "failed"
  readonly scope: Scope
  readonly services?: ReadonlyArray<ServiceId>
}) {
  const matching = yield* condition(options)
  let forgotten = 0
  let after = 0
  while (true) {
    const images = yield* answered(options.scope, matching, after)
    const last = images.at(-1)
    if (last === undefined) return forgotten
    forgotten += yield* forgetOf(images, matching)
    after = last
  }
})

type Fragment = Statement.Fragment

/** How many images one transaction takes. */
const batch = 500

/** Which answers are meant. */
const condition = Effect.fnUntraced(function* ({
  services,
  which
}: {
  readonly which: "all" | "failed"
  readonly services?: ReadonlyArray<ServiceId>
}) {
  const sql = yield* SqlClient.SqlClient
  return sql.and([
    which === "failed" ? sql`status = 'failed'` : sql`true`,
    services === undefined ? sql`true` : sql`service = ANY (${Columns.texts(services)})`
  ])
})

const answered = Effect.fnUntraced(function* (scope: Scope, matching: Fragment, after: number) {
  const sql = yield* SqlClient.SqlClient
  const wanted = scope._tag === "All" ? sql`true` : sql`image_id = ANY (${Columns.bigints(scope.ids)})`
  const rows = yield* sql<{ image_id: ImageId }>`
    (SELECT DISTINCT image_id FROM results
      WHERE ${matching} AND image_id > ${after} AND ${wanted} ORDER BY image_id LIMIT ${batch})
    UNION
    (SELECT DISTINCT image_id FROM postprocessing
      WHERE ${matching} AND image_id > ${after} AND ${wanted} ORDER BY image_id LIMIT ${batch})
    ORDER BY image_id LIMIT ${batch}`
  return rows.map(({ image_id }) => image_id)
})

const forgetOf = Effect.fnUntraced(function* (imageIds: ReadonlyArray<ImageId>, matching: Fragment) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(imageIds)
  const [row] = yield* inTransaction(
    Effect.andThen(
      lockImages(imageIds),
      sql<{ forgotten: number }>`
        WITH answers AS (
          DELETE FROM results WHERE image_id = ANY (${ids}) AND ${matching}
          RETURNING image_id, service
        ), crops AS (
          DELETE FROM postprocessing WHERE image_id = ANY (${ids}) AND ${matching}
          RETURNING image_id
        ), lost AS (
          SELECT image_id, sum(facts) AS facts, array_agg(service) AS services
          FROM (SELECT image_id, 1 AS facts, service FROM answers UNION ALL SELECT image_id, 1, NULL FROM crops) AS gone
          GROUP BY image_id
        ), counted AS (
          UPDATE images SET
            revision = revision + facts,
            answered_services = answered_services -
              (SELECT count(*) FROM unnest(services) AS service WHERE service = ANY (requested_services))
          FROM lost WHERE images.image_id = lost.image_id
        )
        SELECT coalesce(sum(facts), 0)::bigint AS forgotten FROM lost`
    )
  )
  return row?.forgotten ?? 0
})
