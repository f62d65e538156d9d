/** Harmonized boxes as they are read. */
import { Effect, Option } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { CropResult } from "../../domain/Facts.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { PictureVersion } from "../../domain/ImageReference.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Derivation, StaleFor } from "../../domain/Staleness.ts"
import type { Croppable, Derived } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { isStale } from "./Derivations.ts"
import { type ReferenceRow, referenceOf } from "./Images.ts"

/**
 * A query for the boxes of images as they were derived, with `merged_data`, as `merged_boxes` has them. What is stored of an image is
 * read once, however many boxes it has.
 */
export const whole = (sql: SqlClient.SqlClient, ids: ReadonlyArray<ImageId>): Statement.Fragment => sql`
  SELECT image_id, merged_id, rank, status,
    data::jsonb || ${rowOf(sql)} AS merged_data
  FROM ${described(sql, sql`= ANY (${Columns.bigints(ids)})`)}`

/** What the row of a box says of it, as `merged_data` does. */
const rowOf = (sql: SqlClient.SqlClient): Statement.Fragment => sql`
  jsonb_build_object('cluster_id', merged_id, 'status', status, 'harmonization_algorithm', algorithm,
    'source_result_ids', source_result_ids)`

/** The boxes of images with what else is said of each, which is taken apart once for all boxes of an image, and not for each. */
const described = (sql: SqlClient.SqlClient, isMeant: Statement.Fragment): Statement.Fragment => sql`
  (${details(sql, isMeant)} OFFSET 0) AS told JOIN boxes USING (image_id, rank) WHERE image_id ${isMeant}`

/** A query for what else is said of boxes, as `data`, which is JSON as text. `isMeant` ends a condition on the id of an image. */
export const details = (sql: SqlClient.SqlClient, isMeant: Statement.Fragment): Statement.Fragment => sql`
  SELECT image_id, place::integer - 1 AS rank, algorithm, data
  FROM box_details CROSS JOIN LATERAL unnest(details) WITH ORDINALITY AS each (data, place)
  WHERE image_id ${isMeant}`

/** The boxes of an image and what they were derived from. */
export const boxes = Effect.fnUntraced(function* (imageId: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Derivation & { merged_data: unknown }>`
    SELECT boxes_revision AS revision, boxes_algorithm AS algorithm, merged_data
    FROM images LEFT JOIN (${whole(sql, [imageId])}) AS whole USING (image_id)
    WHERE image_id = ${imageId} AND boxes_algorithm IS NOT NULL
    ORDER BY rank`
  const [first] = rows
  if (first === undefined) return Option.none()
  const value = yield* Effect.forEach(
    rows.filter(({ merged_data }) => merged_data !== null),
    ({ merged_data }) => Effect.fromResult(MergedBox.fromData(merged_data))
  )
  const derivation = { revision: first.revision, algorithm: first.algorithm }
  return Option.some({ imageId, derivation, value } satisfies Derived<ReadonlyArray<MergedBox.MergedBox>>)
})

/** What it takes to ask about the crops of an image, in one statement: nothing of what its services said. */
export const croppable = Effect.fnUntraced(function* (imageId: ImageId, staleFor: StaleFor) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<CroppableRow>`
    SELECT image_filename, image_path, image_url, picture, boxes_revision AS revision, boxes_algorithm AS algorithm,
      (SELECT coalesce(json_agg(json_build_object('details', data::json, 'row', ${rowOf(sql)}) ORDER BY rank), '[]')
        FROM ${described(sql, sql`= ${imageId}`)}) AS boxes,
      (SELECT coalesce(jsonb_agg(
          jsonb_build_object('boxId', merged_box_id, 'service', service, 'isRenewed', renewal IS NOT NULL)), '[]')
        FROM postprocessing WHERE postprocessing.image_id = images.image_id) AS crops
    FROM images
    WHERE image_id = ${imageId} AND boxes_algorithm IS NOT NULL AND ${yield* isStale(staleFor)}`
  if (row === undefined) return Option.none()
  const value = yield* Effect.forEach(row.boxes, ({ details, row }) =>
    Effect.fromResult(MergedBox.fromData({ ...details, ...row }))
  )
  return Option.some<Croppable>({
    reference: referenceOf(row),
    picture: row.picture ?? undefined,
    boxes: { imageId, derivation: { revision: row.revision, algorithm: row.algorithm }, value },
    crops: row.crops
  })
})

interface CroppableRow extends ReferenceRow, Derivation {
  readonly picture: PictureVersion | null
  readonly boxes: ReadonlyArray<{ readonly details: object; readonly row: object }>
  readonly crops: ReadonlyArray<Pick<CropResult, "boxId" | "service" | "isRenewed">>
}
