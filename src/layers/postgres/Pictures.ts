/** Which picture is where an image is read from: what is recorded is about one picture alone. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId } from "../../domain/Identifiers.ts"
import { isAnother, type PictureVersion, type SeenPicture } from "../../domain/ImageReference.ts"
import * as CorrectedConcepts from "./CorrectedConcepts.ts"
import { lockImages } from "./Images.ts"
import { inTransaction } from "./Transactions.ts"

/** Notes the picture; forgets all about another one. The usual case, that it is noted, takes no lock. */
export const see = Effect.fnUntraced(function* (id: ImageId, seen: SeenPicture) {
  if ((yield* noted(id))?.picture === seen.version) return false
  return yield* inTransaction(Effect.andThen(lockImages([id]), change(id, seen)))
})

const noted = Effect.fnUntraced(function* (id: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ picture: PictureVersion | null; has_facts: boolean }>`
    SELECT picture, revision > 0 AS has_facts FROM images WHERE image_id = ${id}`
  return row
})

const change = Effect.fnUntraced(function* (id: ImageId, seen: SeenPicture) {
  const sql = yield* SqlClient.SqlClient
  const before = yield* noted(id)
  if (before === undefined || before.picture === seen.version) return false
  if (!isAnother({ version: before.picture ?? undefined, hasFacts: before.has_facts }, seen)) {
    yield* sql`UPDATE images SET picture = ${seen.version} WHERE image_id = ${id}`
    return false
  }
  yield* sql`DELETE FROM votes WHERE image_id = ${id}`
  const [row] = yield* sql<{ forgotten: number }>`
    WITH answers AS (
      DELETE FROM results WHERE image_id = ${id} RETURNING service
    ), crops AS (
      DELETE FROM postprocessing WHERE image_id = ${id} RETURNING service
    ), lost AS (
      SELECT (SELECT count(*) FROM answers) + (SELECT count(*) FROM crops) AS facts
    ), changed AS (
      UPDATE images SET picture = ${seen.version}, answered_services = 0, revision = revision + facts
      FROM lost WHERE image_id = ${id}
    )
    SELECT facts::int AS forgotten FROM lost`
  yield* sql`DELETE FROM boxes WHERE image_id = ${id}`
  yield* sql`DELETE FROM box_details WHERE image_id = ${id}`
  yield* sql`DELETE FROM corrections WHERE image_id = ${id}`
  yield* CorrectedConcepts.keep([id])
  return (row?.forgotten ?? 0) > 0
})
