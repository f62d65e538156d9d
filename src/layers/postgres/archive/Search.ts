/** Finding images: every filter as a condition that has an index, and the pages of what is found. */
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import * as Concept from "../../../domain/Concept.ts"
import type { ImageId } from "../../../domain/Identifiers.ts"
import * as Columns from "../Columns.ts"

/** The ids of images that meet the filter, newest first. */
export const search = Effect.fnUntraced(function* (
  filter: ImageFilter,
  { before = Number.MAX_SAFE_INTEGER, limit }: { readonly before?: number; readonly limit: number }
) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ image_id: ImageId }>`
    SELECT image_id FROM images
    WHERE ${sql.and([sql`image_id < ${before}::bigint`, ...conditionsOf(sql, filter)])}
    ORDER BY image_id DESC LIMIT ${limit}`
  return rows.map(({ image_id }) => image_id)
})

const conditionsOf = (sql: SqlClient.SqlClient, filter: ImageFilter): ReadonlyArray<Statement.Fragment> => {
  const { confidence, emoji, error, group, ids, label, service, status } = filter
  const conditions: Array<Statement.Fragment> = []
  if (ids !== undefined) conditions.push(sql`image_id = ANY (${Columns.bigints(ids)})`)
  if (group !== undefined) conditions.push(sql`image_group = ${Columns.storable(group)}`)
  if (status !== undefined) conditions.push(statusIs(sql, status))
  if (error !== undefined) conditions.push(hasFailure(sql, error, service))
  else if (service !== undefined) {
    conditions.push(sql`image_id IN (SELECT image_id FROM results WHERE service = ${service})`)
  }
  if (label !== undefined) conditions.push(hasFinding(sql, sql`concept = ${conceptOf(label)}`, confidence))
  if (emoji !== undefined) conditions.push(hasFinding(sql, sql`emoji_key = ${emojiKey(emoji)}`, confidence))
  if (confidence !== undefined && label === undefined && emoji === undefined) {
    conditions.push(hasFinding(sql, sql`true`, confidence))
  }
  return conditions
}

const unfinished = "coalesce(owing, boxes_stale, consensus_stale, enrichment_stale)"

/** Each column that says what is still to be done has an index of just the rows where it is set. */
const statusIs = (sql: SqlClient.SqlClient, status: NonNullable<ImageFilter["status"]>): Statement.Fragment => {
  switch (status) {
    case "done":
      return sql`${sql.literal(unfinished)} IS NULL`
    case "waiting":
      return sql`(owing IS NOT NULL AND answered_services = 0)`
    case "working":
      return sql`(
        (owing IS NOT NULL OR boxes_stale IS NOT NULL OR consensus_stale IS NOT NULL OR enrichment_stale IS NOT NULL)
        AND NOT (owing IS NOT NULL AND answered_services = 0))`
  }
}

const hasFailure = (
  sql: SqlClient.SqlClient,
  error: NonNullable<ImageFilter["error"]>,
  service: ImageFilter["service"]
): Statement.Fragment => {
  const failed = sql.and([
    sql`status = 'failed'`,
    ...(error === "any" ? [] : [sql`error_class = ${error}`]),
    ...(service === undefined ? [] : [sql`service = ${service}`])
  ])
  const underived = sql.and([
    error === "any" || error === "underivable" ? sql`true` : sql`false`,
    ...(service === undefined ? [] : [sql`stage = ${service}`])
  ])
  return sql`image_id IN (
    SELECT image_id FROM results WHERE ${failed} UNION ALL SELECT image_id FROM postprocessing WHERE ${failed}
    UNION ALL SELECT image_id FROM failed_derivations WHERE ${underived})`
}

const hasFinding = (sql: SqlClient.SqlClient, is: Statement.Fragment, confidence = 0): Statement.Fragment =>
  sql`image_id IN (SELECT image_id FROM findings WHERE ${is} AND confidence >= ${confidence}::double precision)`

const conceptOf = (label: string): string => Columns.storable(Concept.ofLabel(label) ?? label)

const emojiKey = (emoji: string): string => Columns.storable(Concept.normalizeEmoji(emoji))
