/** What begins as a word does that is being typed. Indexes are skipped through from one name to the next: names are few. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Suggestion } from "../../../domain/archive/Suggestion.ts"
import * as Columns from "../Columns.ts"

/** Groups that are looked at for one that contains what was typed. */
const mostGroups = 1000

/** Labels that begin with what was typed, in the order of their names, and then groups that contain it; at most `limit`. */
export const suggestions = Effect.fnUntraced(function* (typed: string, limit: number) {
  const sql = yield* SqlClient.SqlClient
  const beginning = Columns.storable(typed.toLowerCase().normalize("NFC"))
  const labels = yield* sql<{ text: string; emoji: string | null }>`
    WITH RECURSIVE labels AS (
      (SELECT concept, 1 AS place FROM findings WHERE concept >= ${beginning} ORDER BY concept LIMIT 1)
      UNION ALL
      SELECT (SELECT concept FROM findings WHERE concept > labels.concept ORDER BY concept LIMIT 1), place + 1
      FROM labels WHERE place < ${limit} AND starts_with(concept, ${beginning})
    )
    SELECT concept AS text,
      (SELECT emoji FROM findings WHERE findings.concept = labels.concept ORDER BY image_id DESC LIMIT 1) AS emoji
    FROM labels WHERE starts_with(concept, ${beginning})`
  const groups = yield* sql<{ text: string }>`
    WITH RECURSIVE names AS (
      (SELECT image_group, 1 AS place FROM images WHERE image_group IS NOT NULL ORDER BY image_group LIMIT 1)
      UNION ALL
      SELECT (SELECT image_group FROM images WHERE image_group > names.image_group ORDER BY image_group LIMIT 1), place + 1
      FROM names WHERE image_group IS NOT NULL AND place < ${mostGroups}
    )
    SELECT image_group AS text FROM names WHERE strpos(lower(image_group), ${beginning}) > 0 LIMIT ${limit}`
  return [
    ...labels.map(({ emoji, text }): Suggestion => ({ kind: "label", text, ...(emoji === null ? {} : { emoji }) })),
    ...groups.map(({ text }): Suggestion => ({ kind: "group", text }))
  ].slice(0, limit)
})
