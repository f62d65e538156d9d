/** Harmonized boxes: replaced per image, row by row, so that a box that did not change keeps its row and its crops. */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Derivation } from "../../domain/Staleness.ts"
import type { Derived } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { inTransaction } from "./Transactions.ts"
import { lockOutdated, noteDerived } from "./Derivations.ts"

/** Replaces the boxes of images. Boxes that are gone take their crops with them. */
export const saveBoxes = Effect.fnUntraced(function* (
  derived: ReadonlyArray<Derived<ReadonlyArray<MergedBox.MergedBox>>>
) {
  if (derived.length === 0) return []
  return yield* inTransaction(
    Effect.gen(function* () {
      const taken = yield* lockOutdated("harmonize", derived)
      if (taken.length === 0) return []
      const rows = taken.flatMap(rowsOf)
      const deleted = yield* deleteOthers(taken, rows)
      const written = yield* writeRows(rows, yield* resultIdsOf(taken))
      yield* noteDerived("harmonize", taken)
      return [...new Set([...deleted, ...written])].sort((a, b) => a - b)
    })
  )
})

/** The boxes of an image and what they were derived from. */
export const boxes = Effect.fnUntraced(function* (imageId: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Derivation & { merged_data: unknown }>`
    SELECT boxes_revision AS revision, boxes_algorithm AS algorithm, merged_data
    FROM images LEFT JOIN merged_boxes USING (image_id)
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

interface Row {
  readonly imageId: ImageId
  readonly derivation: Derivation
  readonly rank: number
  readonly box: MergedBox.MergedBox
}

/** The boxes of an image as rows; a name can be there once. */
const rowsOf = ({ derivation, imageId, value }: Derived<ReadonlyArray<MergedBox.MergedBox>>): ReadonlyArray<Row> =>
  [...new Map(value.map((box) => [box.id, box])).values()].map((box, rank) => ({ imageId, derivation, rank, box }))

/** Deletes the boxes of the images that are not among the rows. Returns the images that had some. */
const deleteOthers = Effect.fnUntraced(function* (
  images: ReadonlyArray<{ readonly imageId: ImageId }>,
  rows: ReadonlyArray<Row>
) {
  const sql = yield* SqlClient.SqlClient
  const deleted = yield* sql<{ image_id: ImageId }>`
    DELETE FROM merged_boxes
    WHERE image_id = ANY (${Columns.bigints(images.map(({ imageId }) => imageId))})
      AND (image_id, merged_id) NOT IN (SELECT * FROM unnest(${imageIds(rows)}, ${boxIds(rows)}))
    RETURNING image_id`
  return deleted.map(({ image_id }) => image_id)
})

/** Inserts the rows, or updates those whose content is another one. Returns the images of what was written. */
const writeRows = Effect.fnUntraced(function* (rows: ReadonlyArray<Row>, resultIds: ResultIds) {
  if (rows.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  const data = rows.map(({ box, derivation, imageId }) =>
    MergedBox.toData(box, { algorithm: derivation.algorithm, resultIds: idsOf(resultIds, imageId, box.box.services) })
  )
  const written = yield* sql<{ image_id: ImageId }>`
    INSERT INTO merged_boxes
      (image_id, merged_id, rank, source_result_ids, merged_data, status, revision, algorithm)
    SELECT image_id, merged_id, rank,
      ARRAY(SELECT jsonb_array_elements_text(data::jsonb -> 'source_result_ids')::bigint), data::jsonb, status,
      revision, algorithm
    FROM unnest(
      ${imageIds(rows)},
      ${boxIds(rows)},
      ${Columns.bigints(rows.map(({ rank }) => rank))},
      ${Columns.documents(data)},
      ${Columns.texts(rows.map(({ box }) => box.box.status))},
      ${Columns.bigints(rows.map(({ derivation }) => derivation.revision))},
      ${Columns.texts(rows.map(({ derivation }) => derivation.algorithm))}
    ) AS r (image_id, merged_id, rank, data, status, revision, algorithm)
    ON CONFLICT (image_id, merged_id) DO UPDATE SET
      rank = excluded.rank, source_result_ids = excluded.source_result_ids, merged_data = excluded.merged_data,
      status = excluded.status, revision = excluded.revision, algorithm = excluded.algorithm,
      created = excluded.created
    WHERE merged_boxes.rank <> excluded.rank OR merged_boxes.merged_data <> excluded.merged_data
    RETURNING image_id`
  return written.map(({ image_id }) => image_id)
})

type ResultIds = ReadonlyMap<ImageId, ReadonlyMap<ServiceId, number>>

/** The current results of the images by service. */
const resultIdsOf = Effect.fnUntraced(function* (images: ReadonlyArray<{ readonly imageId: ImageId }>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ image_id: ImageId; service: ServiceId; result_id: number }>`
    SELECT image_id, service, result_id FROM results
    WHERE image_id = ANY (${Columns.bigints(images.map(({ imageId }) => imageId))})`
  const found = new Map<ImageId, Map<ServiceId, number>>(images.map(({ imageId }) => [imageId, new Map()]))
  for (const { image_id, result_id, service } of rows) found.get(image_id)?.set(service, result_id)
  return found
})

const idsOf = (resultIds: ResultIds, imageId: ImageId, services: ReadonlyArray<ServiceId>): ReadonlyArray<number> =>
  services.flatMap((service) => resultIds.get(imageId)?.get(service) ?? [])

const imageIds = (rows: ReadonlyArray<Row>) => Columns.bigints(rows.map(({ imageId }) => imageId))
const boxIds = (rows: ReadonlyArray<Row>) => Columns.texts(rows.map(({ box }) => box.id))
