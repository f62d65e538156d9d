/** Failed answers that are to be tried again. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { Scope } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { lockImages } from "./Images.ts"
import { inTransaction } from "./Transactions.ts"

/**
 * Deletes failed answers about images and crops, some images at a time. A fact that is gone changes what is derived as
 * much as one that came, so each raises the revision by one.
 */
export const forgetFailures = Effect.fnUntraced(function* (options: {
  readonly scope: Scope
  readonly services?: ReadonlyArray<ServiceId>
}) {
  let forgotten = 0
  let after = 0
  while (true) {
    const images = yield* withFailures(options.scope, after)
    const last = images.at(-1)
    if (last === undefined) return forgotten
    forgotten += yield* forget(images, options.services)
    after = last
  }
})

/** How many images one transaction of `forgetFailures` takes. */
const batch = 500

const withFailures = Effect.fnUntraced(function* (scope: Scope, after: number) {
  const sql = yield* SqlClient.SqlClient
  const wanted = scope._tag === "All" ? sql`true` : sql`image_id = ANY (${Columns.bigints(scope.ids)})`
  const rows = yield* sql<{ image_id: ImageId }>`
    (SELECT DISTINCT image_id FROM results
      WHERE status = 'failed' AND image_id > ${after} AND ${wanted} ORDER BY image_id LIMIT ${batch})
    UNION
    (SELECT DISTINCT image_id FROM postprocessing
      WHERE status = 'failed' AND image_id > ${after} AND ${wanted} ORDER BY image_id LIMIT ${batch})
    ORDER BY image_id LIMIT ${batch}`
  return rows.map(({ image_id }) => image_id)
})

const forget = Effect.fnUntraced(function* (
  imageIds: ReadonlyArray<ImageId>,
  services: ReadonlyArray<ServiceId> | undefined
) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(imageIds)
  const wanted = services === undefined ? sql`true` : sql`service = ANY (${Columns.texts(services)})`
  const [row] = yield* inTransaction(
    Effect.andThen(
      lockImages(imageIds),
      sql<{ forgotten: number }>`
        WITH answers AS (
          DELETE FROM results WHERE image_id = ANY (${ids}) AND status = 'failed' AND ${wanted}
          RETURNING image_id, service
        ), crops AS (
          DELETE FROM postprocessing WHERE image_id = ANY (${ids}) AND status = 'failed' AND ${wanted}
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
