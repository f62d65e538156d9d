/**
 * What people say is in images, or is not, for searching. It follows from the corrections and the boxes of an image, and is
 * written in the transaction that changes either.
 */
import { Array, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import * as CorrectedConsensus from "../../domain/corrections/CorrectedConsensus.ts"
import type { BoxStatus } from "../../domain/Harmonization.ts"
import type { BoxId, Concept, ImageId } from "../../domain/Identifiers.ts"
import * as Boxes from "./Boxes.ts"
import * as Columns from "./Columns.ts"
import * as Corrections from "./Corrections.ts"

/** Writes what follows for these images now, and finds them by it. To be used in a transaction that has locked them. */
export const keep = Effect.fnUntraced(function* (images: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(images)
  const correctionsOf = yield* Corrections.standing(images)
  const boxes = yield* sql<BoxRow>`
    SELECT image_id, merged_id AS id, status, merged_data ->> 'concept' AS concept, merged_data -> 'merged_bbox' AS box
    FROM (${Boxes.whole(sql, images)}) AS whole`
  const boxesById = Array.groupBy(boxes, ({ image_id }) => String(image_id))
  const rows = images.flatMap((imageId) =>
    CorrectedConsensus.amendments(boxesById[String(imageId)] ?? [], correctionsOf(imageId)).map(
      ({ concept, emoji, isThere }, i) => ({ imageId, concept, emoji, isThere, place: i + 1 })
    )
  )
  yield* sql`DELETE FROM corrected_concepts WHERE image_id = ANY (${ids})`
  yield* sql`
    INSERT INTO corrected_concepts (image_id, concept, emoji, is_there, place)
    SELECT image_id, concept, emoji, is_there = 1, place FROM unnest(
      ${Columns.bigints(rows.map(({ imageId }) => imageId))},
      ${Columns.texts(rows.map(({ concept }) => concept))},
      ${Columns.texts(rows.map(({ emoji }) => emoji))},
      ${Columns.bigints(rows.map(({ isThere }) => Number(isThere)))},
      ${Columns.bigints(rows.map(({ place }) => place))}
    ) AS r (image_id, concept, emoji, is_there, place)`
  yield* sql`SELECT keep_findings(${ids}), keep_words(${ids})`
})

interface BoxRow {
  readonly image_id: ImageId
  readonly id: BoxId
  readonly status: BoxStatus
  readonly concept: Concept
  readonly box: ImageBox
}
