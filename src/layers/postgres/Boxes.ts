/** Harmonized boxes as they are read. */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Derivation } from "../../domain/Staleness.ts"
import type { Derived } from "../../services/ResultStore.ts"

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
