/**
 * Finding images: every filter as a condition that has an index, and the pages of what is found.
 *
 * Statements with filters are not prepared: which index is best depends on the words and names that are looked for, and
 * PostgreSQL plans a prepared statement without them from its sixth time on.
 */
import { Effect, Result } from "effect"
import { SqlClient, type SqlError, type Statement } from "effect/sql"
import type { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import * as Query from "../../../domain/archive/Query.ts"
import * as Concept from "../../../domain/Concept.ts"
import type { ImageId, ServiceId } from "../../../domain/Identifiers.ts"
import { stages } from "../../../domain/Staleness.ts"
import * as Columns from "../Columns.ts"
import { isOwed, isOwedByOthers } from "../Owed.ts"

/** The ids of images that meet the filter, newest first; those after an image from that one on, oldest first. `services` are those of the catalog. */
export const search = (filter: ImageFilter, page: Page, services: ReadonlyArray<ServiceId>): Search =>
  filter.error === undefined
    ? among(filter, page, services)
    : amongFailed({ ...filter, error: filter.error }, page, services)

interface Page {
  /** Only older images than this one. */
  readonly before?: number
  /** Only newer images than this one. */
  readonly after?: number
  readonly limit: number
}

/** Where a page begins, and in which direction it goes. */
const directionOf = (sql: SqlClient.SqlClient, { after, before = Number.MAX_SAFE_INTEGER }: Page) =>
  after === undefined
    ? { begins: sql`image_id < ${before}::bigint`, order: sql.literal("image_id DESC"), last: sql.literal("min") }
    : { begins: sql`image_id > ${after}::bigint`, order: sql.literal("image_id"), last: sql.literal("max") }

type Search = Effect.Effect<ReadonlyArray<ImageId>, SqlError.SqlError, SqlClient.SqlClient>

const among = Effect.fnUntraced(function* (filter: ImageFilter, page: Page, services: ReadonlyArray<ServiceId>) {
  const sql = yield* SqlClient.SqlClient
  const { begins, order } = directionOf(sql, page)
  const rows = yield* sql<{ image_id: ImageId }>`
    SELECT image_id FROM images
    WHERE ${sql.and([begins, ...conditionsOf(sql, filter, services)])}
    ORDER BY ${order} LIMIT ${page.limit}`.unprepared
  return rows.map(({ image_id }) => image_id)
})

/** Images with failures that are looked at at once, where not all of them may meet the other conditions. */
const batch = 1000

/** The first images with failures are looked at batch by batch, until there are enough that meet the rest. */
const amongFailed = (
  filter: ImageFilter & { readonly error: NonNullable<ImageFilter["error"]> },
  page: Page,
  services: ReadonlyArray<ServiceId>
): Search =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { limit } = page
    const { begins, last, order } = directionOf(sql, page)
    const { error, service, ...others } = filter
    const conditions = conditionsOf(sql, others, services)
    const size = conditions.length === 0 ? limit : Math.max(limit, batch)
    const failed = sql.and([
      sql`status = 'failed'`,
      begins,
      ...(error === "any" ? [] : [sql`error_class = ${error}`]),
      ...(service === undefined ? [] : [sql`service = ${service}`])
    ])
    // Stages have no failed answers, services no failed derivations.
    const derives = service === undefined || stages.some((stage) => stage === service)
    const underived = sql.and([begins, ...(service === undefined ? [] : [sql`stage = ${service}`])])
    const first = (table: "results" | "postprocessing") =>
      sql`(SELECT DISTINCT image_id, true AS counts FROM ${sql(table)} WHERE ${failed} ORDER BY ${order} LIMIT ${size})`
    const firstUnderived =
      derives && (error === "any" || error === "underivable")
        ? sql`UNION ALL (
            SELECT DISTINCT image_id, false FROM underived WHERE ${underived} ORDER BY ${order} LIMIT ${size})`
        : sql``
    // Whether what a stage could not derive still counts is asked of each image on its own.
    const stillCounts = sql`(SELECT count(*) FROM failed_derivations
      WHERE failed_derivations.image_id = failed.image_id
        ${service === undefined ? sql`` : sql`AND stage = ${service}`}) > 0`
    const rows = yield* sql<{ edge: number | null; looked: number; image_id: ImageId | null }>`
      WITH failed AS MATERIALIZED (
        SELECT image_id, bool_or(counts) AS counts FROM (
          ${first("results")} UNION ALL ${first("postprocessing")} ${firstUnderived}
        ) AS all_failures
        GROUP BY image_id ORDER BY ${order} LIMIT ${size}
      )
      SELECT edge, looked, image_id FROM (SELECT ${last}(image_id) AS edge, count(*) AS looked FROM failed) AS sight
      LEFT JOIN (
        SELECT image_id FROM images JOIN failed USING (image_id)
        WHERE ${sql.and([sql`(counts OR ${stillCounts})`, ...conditions])}
      ) AS found ON true
      ORDER BY ${order} LIMIT ${limit}`.unprepared
    const { edge, looked } = rows[0]!
    const found = rows.flatMap(({ image_id }) => (image_id === null ? [] : [image_id]))
    if (found.length === limit || edge === null || looked < size) return found
    const rest = page.after === undefined ? { before: edge } : { after: edge }
    return [...found, ...(yield* amongFailed(filter, { ...rest, limit: limit - found.length }, services))]
  })

export const conditionsOf = (
  sql: SqlClient.SqlClient,
  filter: ImageFilter,
  services: ReadonlyArray<ServiceId>
): ReadonlyArray<Statement.Fragment> => {
  const { confidence, emoji, group, ids, label, q, service, status } = filter
  const conditions: Array<Statement.Fragment> = []
  if (ids !== undefined) conditions.push(sql`image_id = ANY (${Columns.bigints(ids)})`)
  if (q !== undefined) conditions.push(hasWords(sql, q))
  if (group !== undefined) conditions.push(sql`image_group = ${Columns.storable(group)}`)
  if (status !== undefined) conditions.push(statusIs(sql, status, services))
  if (service !== undefined) {
    conditions.push(sql`image_id IN (SELECT image_id FROM results WHERE service = ${service})`)
  }
  if (label !== undefined) conditions.push(hasFinding(sql, sql`concept = ${conceptOf(label)}`, confidence))
  if (emoji !== undefined) conditions.push(hasFinding(sql, sql`emoji_key = ${emojiKey(emoji)}`, confidence))
  if (confidence !== undefined && label === undefined && emoji === undefined) {
    conditions.push(hasFinding(sql, sql`true`, confidence))
  }
  return conditions
}

/**
 * A query that images without any of its words meet is asked the other way round: which are the images that do not meet it?
 * They have some of the words, so the index knows them.
 */
const hasWords = (sql: SqlClient.SqlClient, text: Query.QueryText): Statement.Fragment => {
  const query = Result.getOrThrow(Query.parse(text))
  const others = Query.complement(query)
  const found = (query: Query.Query) => sql`(SELECT image_id FROM image_words WHERE words @@ ${wordQuery(sql, query)})`
  return Query.isMet(query, () => false)
    ? sql`image_id NOT IN ${found(others)}`
    : sql`image_id IN ${found(Query.complement(others))}`
}

/** A query as PostgreSQL's `tsquery`. */
const wordQuery = (sql: SqlClient.SqlClient, query: Query.Query): Statement.Fragment => {
  const joined = (queries: ReadonlyArray<Statement.Fragment>, operator: "&&" | "||"): Statement.Fragment =>
    queries.reduce((one, other) => sql`(${one} ${sql.literal(operator)} ${other})`)
  switch (query._tag) {
    case "Words":
      return joined(
        Query.wordings(query).map((text) => sql`word_query(${Columns.storable(text)}, ${query.match === "beginning"})`),
        "||"
      )
    case "Not":
      return sql`(!! ${wordQuery(sql, query.query)})`
    case "And":
    case "Or":
      return joined(
        query.queries.map((each) => wordQuery(sql, each)),
        query._tag === "And" ? "&&" : "||"
      )
  }
}

/** Whether an image has a failure of this class, or of any; of this service or stage, or of any. */
export const isFailed = (
  sql: SqlClient.SqlClient,
  error: NonNullable<ImageFilter["error"]>,
  service: ImageFilter["service"]
): Statement.Fragment => {
  const ofService = service === undefined ? sql`true` : sql`service = ${service}`
  const ofClass = error === "any" ? sql`true` : sql`error_class = ${error}`
  const answers = (table: "results" | "postprocessing") =>
    sql`SELECT image_id FROM ${sql(table)} WHERE status = 'failed' AND ${ofService} AND ${ofClass}`
  const derivations =
    error === "any" || error === "underivable"
      ? sql`UNION ALL SELECT image_id FROM failed_derivations WHERE ${service === undefined ? sql`true` : sql`stage = ${service}`}`
      : sql``
  return sql`image_id IN (${answers("results")} UNION ALL ${answers("postprocessing")} ${derivations})`
}

/** Each column that says what is still to be done has an index of just the rows where it is set, and all of them one where none is. */
const statusIs = (
  sql: SqlClient.SqlClient,
  status: NonNullable<ImageFilter["status"]>,
  services: ReadonlyArray<ServiceId>
): Statement.Fragment => {
  switch (status) {
    case "done":
      return sql`(coalesce(owing, boxes_stale, consensus_stale, enrichment_stale) IS NULL
        OR coalesce(boxes_stale, consensus_stale, enrichment_stale) IS NULL AND ${isOwedByOthers(sql, services)})`
    case "waiting":
      return sql`(owing IS NOT NULL AND answered_services = 0 AND ${isOwed(sql, services)})`
    case "working":
      return sql`(
        (owing IS NOT NULL OR boxes_stale IS NOT NULL OR consensus_stale IS NOT NULL OR enrichment_stale IS NOT NULL)
        AND (coalesce(boxes_stale, consensus_stale, enrichment_stale) IS NOT NULL OR ${isOwed(sql, services)})
        AND NOT (answered_services = 0 AND ${isOwed(sql, services)}))`
  }
}

const hasFinding = (sql: SqlClient.SqlClient, is: Statement.Fragment, confidence = 0): Statement.Fragment =>
  sql`image_id IN (SELECT image_id FROM findings WHERE ${is} AND confidence >= ${confidence}::double precision)`

const conceptOf = (label: string): string => Columns.storable(Concept.ofLabel(label) ?? label)

const emojiKey = (emoji: string): string => Columns.storable(Concept.normalizeEmoji(emoji))
