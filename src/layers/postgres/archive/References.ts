/** Which kept pictures images are read from. The address and the path of a kept picture both end with its hash. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ContentHash } from "../../../domain/Identifiers.ts"
import * as Columns from "../Columns.ts"

/** Those of the hashes that some image's place ends with. */
export const refersTo = Effect.fnUntraced(function* (contents: ReadonlyArray<ContentHash>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ content: ContentHash }>`
    SELECT DISTINCT right(coalesce(image_path, image_url), 64) AS content FROM images
    WHERE right(coalesce(image_path, image_url), 64) = ANY (${Columns.texts(contents)})`
  return new Set(rows.map(({ content }) => content))
})
