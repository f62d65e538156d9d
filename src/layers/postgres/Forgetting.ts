/** Answers that are to be given again, and derivations that are to be tried again. */
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { StepName } from "../../domain/StepName.ts"
import type { Scope } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { lockImages } from "./Images.ts"
import { inTransaction } from "./Transactions.ts"

/**
 * Deletes answers about images and crops, and what stages have set aside, some images at a time. A fact that is gone changes
 * what is derived as much as one that came, so each raises the revision by one.
 */
export const forget = Effect.fnUntraced(function* (options: {
  readonly which: "all" | "failed"
  readonly scope: Scope
  readonly steps?: ReadonlyArray<StepName>
}) {
  const meant = yield* conditions(options)
  let forgotten = 0
  let after = 0
  while (true) {
    const images = yield* concerned(options.scope, meant, after)
    const last = images.at(-1)
    if (last === undefined) return forgotten
    forgotten += yield* forgetOf(images, meant)
    after = last
  }
})

/** Which answers, and which derivations, are meant. */
interface Meant {
  readonly answers: Statement.Fragment
  readonly derivations: Statement.Fragment
}

/** How many images one transaction takes. */
const batch = 500

const conditions = Effect.fnUntraced(function* ({
  steps,
  which
}: {
  readonly which: "all" | "failed"
  readonly steps?: ReadonlyArray<StepName>
}) {
  const sql = yield* SqlClient.SqlClient
  const isOf = (column: "service" | "stage") =>
    steps === undefined ? sql`true` : sql`${sql(column)} = ANY (${Columns.texts(steps)})`
  const answers = sql.and([which === "failed" ? sql`status = 'failed'` : sql`true`, isOf("service")])
  return { answers, derivations: isOf("stage") } satisfies Meant
})

const concerned = Effect.fnUntraced(function* (scope: Scope, { answers, derivations }: Meant, after: number) {
  const sql = yield* SqlClient.SqlClient
  const wanted = scope._tag === "All" ? sql`true` : sql`image_id = ANY (${Columns.bigints(scope.ids)})`
  const first = (table: string, meant: Statement.Fragment) => sql`
    (SELECT DISTINCT image_id FROM ${sql(table)}
      WHERE ${meant} AND image_id > ${after} AND ${wanted} ORDER BY image_id LIMIT ${batch})`
  const rows = yield* sql<{ image_id: ImageId }>`
    ${first("results", answers)} UNION ${first("postprocessing", answers)}
    UNION ${first("failed_derivations", derivations)} ORDER BY image_id LIMIT ${batch}`
  return rows.map(({ image_id }) => image_id)
})

const forgetOf = Effect.fnUntraced(function* (imageIds: ReadonlyArray<ImageId>, meant: Meant) {
  const sql = yield* SqlClient.SqlClient
  const ids = Columns.bigints(imageIds)
  const [row] = yield* inTransaction(
    Effect.andThen(
      lockImages(imageIds),
      sql<{ forgotten: number }>`
        WITH answers AS (
          DELETE FROM results WHERE image_id = ANY (${ids}) AND ${meant.answers}
          RETURNING image_id, CASE WHEN renewal IS NULL THEN service END AS service
        ), crops AS (
          DELETE FROM postprocessing WHERE image_id = ANY (${ids}) AND ${meant.answers}
          RETURNING image_id
        ), derivations AS (
          DELETE FROM underived
          WHERE (image_id, stage) IN (
            SELECT image_id, stage FROM failed_derivations WHERE image_id = ANY (${ids}) AND ${meant.derivations})
          RETURNING image_id
        ), lost AS (
          SELECT image_id, sum(facts) AS facts, array_agg(service) AS services
          FROM (SELECT image_id, 1 AS facts, service FROM answers UNION ALL SELECT image_id, 1, NULL FROM crops
            UNION ALL SELECT image_id, 1, NULL FROM derivations) AS gone
          GROUP BY image_id
        ), counted AS (
          UPDATE images SET
            revision = revision + facts,
            answered_services = answered_services -
              (SELECT count(*) FROM unnest(services) AS service WHERE service = ANY (requested_services))
          FROM lost WHERE images.image_id = lost.image_id
        )
        SELECT coalesce(sum(facts), 0)::bigint AS forgotten FROM lost`
    )
  )
  return row?.forgotten ?? 0
})
