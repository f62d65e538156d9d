/** How far the images are, counted in the tables themselves. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Counts } from "../../services/Progress.ts"
import { type Algorithms, type Stage, stages } from "../../domain/Staleness.ts"
import type { Scope } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { columnsOf, isStaleFor } from "./Derivations.ts"

/** Counts images, answers, boxes and crops of a scope. Images under way may be counted differently by two of the counts. */
export const counts = Effect.fnUntraced(function* (scope: Scope, algorithms?: Algorithms) {
  const sql = yield* SqlClient.SqlClient
  const isStale = (stage: Stage) =>
    algorithms === undefined
      ? sql`(${sql(columnsOf[stage].stale)} IS NOT NULL)`
      : isStaleFor(sql, stage, algorithms[stage], algorithms.services)
  const inScope = scope._tag === "All" ? sql`true` : sql`image_id = ANY (${Columns.bigints(scope.ids)})`
  const [images] = yield* sql<ImageCounts>`
    SELECT count(*) AS images, count(*) FILTER (WHERE revision > 0) AS answered,
      count(*) FILTER (WHERE owing IS NULL AND NOT coalesce(${sql.or(stages.map(isStale))}, false)) AS done,
      ${sql.csv(stages.map((stage) => sql`count(*) FILTER (WHERE ${isStale(stage)}) AS ${sql(stage)}`))}
    FROM images WHERE ${inScope}`
  const services = yield* sql<Counts["services"][number]>`
    SELECT service, coalesce(requested, 0) AS requested, coalesce(succeeded, 0) AS succeeded, coalesce(failed, 0) AS failed,
      coalesce(failed_crops, 0) AS "failedCrops"
    FROM (
      SELECT service, sum(images)::bigint AS requested
      FROM (SELECT requested_services, count(*) AS images FROM images WHERE ${inScope} GROUP BY requested_services) AS asked
      CROSS JOIN unnest(requested_services) AS service
      GROUP BY service
    ) AS asked
    FULL JOIN (
      SELECT service, count(*) FILTER (WHERE status = 'success') AS succeeded,
        count(*) FILTER (WHERE status = 'failed') AS failed
      FROM results WHERE renewal IS NULL AND ${inScope} GROUP BY service
    ) AS answered USING (service)
    FULL JOIN (
      SELECT service, count(*) AS failed_crops FROM postprocessing WHERE status = 'failed' AND ${inScope} GROUP BY service
    ) AS crops USING (service)
    ORDER BY service COLLATE "C"`
  const [derived] = yield* sql<{ boxes: number; crops: number }>`
    SELECT (SELECT count(*) FROM boxes WHERE ${inScope}) AS boxes,
      (SELECT count(*) FROM postprocessing WHERE ${inScope}) AS crops`
  const { answered, done, images: total, ...stale } = images!
  return { images: total, answered, done, services, stale, ...derived! } satisfies Counts
})

interface ImageCounts {
  readonly images: number
  readonly answered: number
  readonly done: number
  readonly harmonize: number
  readonly consensus: number
  readonly enrich: number
}
