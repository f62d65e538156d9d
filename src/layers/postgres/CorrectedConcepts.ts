/**
 * What people say is in images, or is not, for searching, and how many boxes that makes, for counting. It follows from the
 * corrections and the boxes of an image, and is written in the transaction that changes either.
 */
import { Array, Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as CorrectedConsensus from "../../domain/corrections/CorrectedConsensus.ts"
import * as CorrectedCounts from "../../domain/corrections/CorrectedCounts.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as Boxes from "./Boxes.ts"
import * as Columns from "./Columns.ts"
import * as Corrections from "./Corrections.ts"

/** Writes what follows for these images now, and finds them by it. To be used in a transaction that has locked them. */
export const keep = Effect.fnUntraced(function* (images: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(images)
  const correctionsOf = yield* Corrections.standing(images)
  const boxes = yield* sql<BoxRow>`
    SELECT image_id, merged_id AS id, status, merged_data ->> 'concept' AS concept,
      (merged_data ->> 'avg_confidence')::double precision AS confidence, merged_data -> 'merged_bbox' AS box
    FROM (${Boxes.whole(sql, images)}) AS whole`
  const boxesById = Array.groupBy(boxes, ({ image_id }) => String(image_id))
  const boxesOf = (imageId: ImageId) => boxesById[String(imageId)] ?? []
  const rows = images.flatMap((imageId) =>
    CorrectedConsensus.amendments(boxesOf(imageId), correctionsOf(imageId)).map(({ concept, emoji, isThere }, i) => ({
      imageId,
      concept,
      emoji,
      isThere,
      place: i + 1
    }))
  )
  const counts = images.flatMap((imageId) =>
    CorrectedCounts.differences(boxesOf(imageId), correctionsOf(imageId)).map((each) => ({ imageId, ...each }))
  )
  yield* sql`DELETE FROM corrected_boxes WHERE image_id = ANY (${ids})`
  yield* sql`
    INSERT INTO corrected_boxes (image_id, concept, status, confidence, boxes)
    SELECT * FROM unnest(
      ${Columns.bigints(counts.map(({ imageId }) => imageId))},
      ${Columns.texts(counts.map(({ concept }) => concept))},
      ${Columns.texts(counts.map(({ status }) => status))},
      ${Columns.floats(counts.map(({ confidence }) => confidence))},
      ${Columns.bigints(counts.map(({ boxes }) => boxes))}
    )`
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

interface BoxRow extends CorrectedCounts.Countable {
  readonly image_id: ImageId
}
