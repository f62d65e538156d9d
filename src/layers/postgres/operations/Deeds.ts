/** What operations do to images, some at a time, and how much of it there is to do. */
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageId } from "../../../domain/Identifiers.ts"
import type { OperationId, Request } from "../../../domain/Operation.ts"
import { stages } from "../../../domain/Staleness.ts"
import * as Columns from "../Columns.ts"
import { columnsOf, indexed } from "../Derivations.ts"
import { lockImages } from "../Images.ts"

type Of<Kind extends Request["kind"]> = Extract<Request, { readonly kind: Kind }>

/** How many answers or images a request is about now. */
export const count = Effect.fnUntraced(function* (request: Request) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ count: number }>`SELECT ${amount(sql, request)} AS count`
  return rows[0]!.count
})

const amount = (sql: SqlClient.SqlClient, request: Request): Statement.Fragment => {
  const images = sql`(SELECT count(*) FROM images WHERE ${sql.and([isMeant(sql, request), hasWork(sql, request)])})`
  switch (request.kind) {
    case "rerun": {
      const answers = (table: "results" | "postprocessing") => sql`
        (SELECT count(*) FROM ${sql(table)} AS answers JOIN images USING (image_id)
          WHERE ${isMeant(sql, request)} AND ${isOld(sql, request)})`
      return sql`${answers("results")} + ${answers("postprocessing")}`
    }
    case "withdraw":
      return sql`
        (SELECT count(*) FROM images CROSS JOIN unnest(requested_services) AS service
          WHERE ${sql.and([isMeant(sql, request), hasWork(sql, request), isOf(sql, request)])}
            AND NOT EXISTS (${currentAnswer(sql)}))`
    case "recompute":
    case "delete":
      return images
  }
}

/** The next images that are meant and for which there is something to do, in the order of their ids. */
export const next = Effect.fnUntraced(function* (
  request: Request,
  { after, last, limit }: { readonly after: number; readonly last: number; readonly limit: number }
) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ image_id: ImageId }>`
    SELECT image_id FROM images
    WHERE image_id > ${after} AND image_id <= ${last} AND ${sql.and([isMeant(sql, request), hasWork(sql, request)])}
    ORDER BY image_id LIMIT ${limit}`
  return rows.map(({ image_id }) => image_id)
})

/** Does it to the images. Returns how many answers or images that were. To be used in a transaction. */
export const perform = Effect.fnUntraced(function* (id: OperationId, request: Request, images: ReadonlyArray<ImageId>) {
  if (images.length === 0) return 0
  yield* lockImages(images)
  switch (request.kind) {
    case "rerun":
      return yield* askAgain(id, request, images)
    case "recompute":
      return yield* outdate(id, request, images)
    case "withdraw":
      return yield* withdraw(request, images)
    case "delete":
      return yield* remove(images)
  }
})

/** How much of the operation in a row of `operations` is on its way. */
export const underway = (sql: SqlClient.SqlClient) => {
  const outdated = sql.or(
    stages.map((stage) => {
      const algorithm = sql`${sql(columnsOf[stage].algorithm)}`
      return sql`(${algorithm} IS NOT NULL
        AND ${indexed(sql, algorithm)} = ${indexed(sql, sql`${again} || operations.operation_id`)})`
    })
  )
  return sql`
    CASE WHEN state = 'running' THEN CASE request ->> 'kind'
      WHEN 'rerun' THEN (SELECT count(*) FROM results WHERE renewal = operations.operation_id)
        + (SELECT count(*) FROM postprocessing WHERE renewal = operations.operation_id)
      WHEN 'recompute' THEN (SELECT count(*) FROM images WHERE ${outdated})
      ELSE 0 END ELSE 0 END`
}

/** With the id of an operation, stands for the algorithm of what is to be derived again: any algorithm differs from it. */
const again = "again@"

/** Takes back that other answers are wanted, of some images. Returns which. To be used in a transaction. */
export const keepAnswers = Effect.fnUntraced(function* (id: OperationId, limit: number) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ image_id: ImageId }>`
    SELECT image_id FROM results WHERE renewal = ${id} UNION SELECT image_id FROM postprocessing WHERE renewal = ${id}
    ORDER BY image_id LIMIT ${limit}`
  const images = rows.map(({ image_id }) => image_id)
  if (images.length === 0) return images
  yield* lockImages(images)
  const ids = Columns.bigints(images)
  const [kept] = yield* sql<{ answers: number }>`
    WITH answers AS (
      UPDATE results SET renewal = NULL WHERE image_id = ANY (${ids}) AND renewal = ${id} RETURNING image_id
    ), crops AS (
      UPDATE postprocessing SET renewal = NULL WHERE image_id = ANY (${ids}) AND renewal = ${id} RETURNING image_id
    )
    SELECT (SELECT count(*) FROM answers) + (SELECT count(*) FROM crops) AS answers`
  yield* recount(images)
  yield* sql`UPDATE operations SET taken = taken - ${kept!.answers} WHERE operation_id = ${id}`
  return images
})

/**
 * Notes that other answers are wanted. Crops are asked about by a stage, which looks again when the revision has grown.
 */
const askAgain = Effect.fnUntraced(function* (id: OperationId, request: Of<"rerun">, images: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(images)
  const mark = (table: "results" | "postprocessing") => sql`
    UPDATE ${sql(table)} AS answers SET renewal = ${id} WHERE image_id = ANY (${ids}) AND ${isOld(sql, request)}`
  const [asked] = yield* sql<{ answers: number }>`
    WITH whole AS (${mark("results")} RETURNING image_id, service), crops AS (${mark("postprocessing")} RETURNING image_id),
    requested AS (
      UPDATE images SET
        requested_services = ARRAY(
          SELECT DISTINCT service COLLATE "C" FROM unnest(requested_services || services) AS service ORDER BY 1)
      FROM (SELECT image_id, array_agg(service) AS services FROM whole GROUP BY image_id) AS asked
      WHERE images.image_id = asked.image_id AND NOT requested_services @> services
    )
    SELECT (SELECT count(*) FROM whole) + (SELECT count(*) FROM crops) AS answers`
  yield* recount(images)
  yield* sql`
    UPDATE images SET revision = revision + 1
    WHERE image_id IN (SELECT image_id FROM postprocessing WHERE image_id = ANY (${ids}) AND renewal = ${id})`
  return asked!.answers
})

const outdate = Effect.fnUntraced(function* (
  id: OperationId,
  request: Of<"recompute">,
  images: ReadonlyArray<ImageId>
) {
  const sql = yield* SqlClient.SqlClient
  const columns = (request.stages ?? stages).map((stage) => sql(columnsOf[stage].algorithm))
  yield* sql`
    UPDATE images SET ${sql.csv(
      columns.map((column) => sql`${column} = CASE WHEN ${column} IS NOT NULL THEN ${again + String(id)} END`)
    )}
    WHERE image_id = ANY (${Columns.bigints(images)})`
  return images.length
})

const withdraw = Effect.fnUntraced(function* (request: Of<"withdraw">, images: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(images)
  const kept = yield* sql`
    UPDATE results SET renewal = NULL WHERE image_id = ANY (${ids}) AND renewal IS NOT NULL AND ${isOf(sql, request)}
    RETURNING image_id`
  const [withdrawn] = yield* sql<{ answers: number }>`
    WITH wanted AS (
      SELECT image_id, count(*) FILTER (WHERE NOT stays) AS withdrawn,
        coalesce(array_agg(service) FILTER (WHERE stays), '{}') AS services
      FROM (
        SELECT image_id, service, NOT ${isOf(sql, request)} OR EXISTS (
          SELECT FROM results WHERE results.image_id = images.image_id AND results.service = requested.service) AS stays
        FROM images CROSS JOIN unnest(requested_services) AS requested (service) WHERE image_id = ANY (${ids})
      ) AS each
      GROUP BY image_id
    ), changed AS (
      UPDATE images SET requested_services = services FROM wanted
      WHERE images.image_id = wanted.image_id AND withdrawn > 0
    )
    SELECT coalesce(sum(withdrawn), 0)::bigint AS answers FROM wanted`
  yield* recount(images)
  return kept.length + withdrawn!.answers
})

const remove = Effect.fnUntraced(function* (images: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`DELETE FROM images WHERE image_id = ANY (${Columns.bigints(images)})`
  return images.length
})

/** Counts anew how many of the requested services have answered. */
const recount = Effect.fnUntraced(function* (images: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    UPDATE images SET answered_services = (
      SELECT count(*) FROM results
      WHERE results.image_id = images.image_id AND renewal IS NULL AND service = ANY (requested_services))
    WHERE image_id = ANY (${Columns.bigints(images)})`
})

/** Whether a row of `images` is one whose images are meant. */
const isMeant = (sql: SqlClient.SqlClient, request: Request): Statement.Fragment =>
  sql.and([
    sql`true`,
    ...(request.group === undefined ? [] : [sql`images.image_group = ${Columns.storable(request.group)}`]),
    ...(request.ids === undefined ? [] : [sql`images.image_id = ANY (${Columns.bigints(request.ids)})`]),
    ...(request.kind === "delete" && request.before !== undefined
      ? [sql`images.image_created < ${request.before}`]
      : [])
  ])

/** Whether there is something to do for a row of `images`. */
const hasWork = (sql: SqlClient.SqlClient, request: Request): Statement.Fragment => {
  switch (request.kind) {
    case "rerun": {
      const answers = (table: "results" | "postprocessing") => sql`
        EXISTS (SELECT FROM ${sql(table)} AS answers WHERE answers.image_id = images.image_id AND ${isOld(sql, request)})`
      return sql`(${answers("results")} OR ${answers("postprocessing")})`
    }
    case "recompute":
      return sql`(${sql.or((request.stages ?? stages).map((stage) => sql`${sql(columnsOf[stage].algorithm)} IS NOT NULL`))})`
    case "withdraw":
      return sql`owing IS NOT NULL`
    case "delete":
      return sql`true`
  }
}

/** Whether a row of `answers` is one that another is wanted for. */
const isOld = (sql: SqlClient.SqlClient, { before, services }: Of<"rerun">): Statement.Fragment =>
  sql.and([
    sql`answers.service = ANY (${Columns.texts(services)})`,
    sql`answers.renewal IS NULL`,
    ...(before === undefined ? [] : [sql`answers.result_created < ${before}`])
  ])

/** Whether `service` is one whose answers are withdrawn. */
const isOf = (sql: SqlClient.SqlClient, { services }: Of<"withdraw">): Statement.Fragment =>
  services === undefined ? sql`true` : sql`service = ANY (${Columns.texts(services)})`

/** The answer that counts of `service` about a row of `images`. */
const currentAnswer = (sql: SqlClient.SqlClient): Statement.Fragment => sql`
  SELECT FROM results
  WHERE results.image_id = images.image_id AND results.service = service.service AND renewal IS NULL`
