/** What people change about images: that services are asked, which group they are of, or that an image is gone. */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import * as Columns from "./Columns.ts"
import { lockImages, type ReferenceRow, referenceOf } from "./Images.ts"
import { inTransaction } from "./Transactions.ts"

/** Deletes an image; the database deletes what hangs on it. */
export const remove = Effect.fnUntraced(function* (id: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* inTransaction(
    sql<ReferenceRow>`
      DELETE FROM images WHERE image_id = ${id} RETURNING image_filename, image_path, image_url`
  )
  return Option.map(Option.fromUndefinedOr(row), referenceOf)
})

/** Puts images into a group, or into none. Returns how many there were. */
export const assign = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>, group: Option.Option<string>) {
  const sql = yield* SqlClient.SqlClient
  const name = Option.getOrNull(Option.map(group, Columns.storable))
  const rows = yield* inTransaction(
    Effect.andThen(
      lockImages(ids),
      sql`UPDATE images SET image_group = ${name}::text WHERE image_id = ANY (${Columns.bigints(ids)}) RETURNING image_id`
    )
  )
  return rows.length
})

/** Requests services about images that were not asked for so far. Returns the images for which that is new. */
export const request = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>, services: ReadonlyArray<ServiceId>) {
  const sql = yield* SqlClient.SqlClient
  const wanted = Columns.texts(services)
  const rows = yield* inTransaction(
    Effect.andThen(
      lockImages(ids),
      sql<{ image_id: ImageId }>`
        UPDATE images SET
          requested_services = requested,
          answered_services = (
            SELECT count(*) FROM results
            WHERE results.image_id = images.image_id AND renewal IS NULL AND service = ANY (requested))
        FROM (
          SELECT image_id, array_agg(DISTINCT service ORDER BY service) AS requested
          FROM images CROSS JOIN LATERAL unnest(requested_services || ${wanted}) AS service
          WHERE image_id = ANY (${Columns.bigints(ids)}) AND NOT requested_services @> ${wanted}
          GROUP BY image_id
        ) AS together
        WHERE images.image_id = together.image_id
        RETURNING images.image_id`
    )
  )
  return rows.map(({ image_id }) => image_id)
})
