/** How things went lately, and how far the groups are. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { GroupProgress } from "../../domain/PipelineState.ts"
import type { Stage } from "../../domain/Staleness.ts"
import type { Pace, Progress, Waits } from "../../services/Progress.ts"
import * as Columns from "./Columns.ts"
import { isOwedByOthers } from "./Owed.ts"

/** Seconds that one count of a pace is about, and how many counts there are. */
const interval = 10
const intervals = 30

/** Answers of each service in each interval, oldest first. */
export const pace = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ service: ServiceId; ago: number; answers: number }>`
    SELECT service, floor(extract(epoch FROM now() - result_created) / ${interval})::integer AS ago, count(*) AS answers
    FROM results WHERE result_created > now() - ${interval * intervals} * interval '1 second'
    GROUP BY service, ago`
  const byService = new Map<ServiceId, Array<number>>()
  for (const { ago, answers, service } of rows) {
    const counts = byService.get(service) ?? Array.from({ length: intervals }, () => 0)
    byService.set(service, counts)
    // A row may be from a transaction that began after this one.
    const place = intervals - 1 - Math.max(ago, 0)
    if (place >= 0) counts[place]! += answers
  }
  return { seconds: interval, services: byService } satisfies Pace
})

/** Since when the oldest image that waits for a step has been waiting. */
export const waits = Effect.fnUntraced(function* (services: ReadonlyArray<ServiceId>) {
  const sql = yield* SqlClient.SqlClient
  const ofServices = yield* Effect.forEach(services, (service) =>
    Effect.map(
      sql<{ since: Date }>`
        SELECT image_created AS since FROM images
        WHERE owing IS NOT NULL AND ${service} = ANY (requested_services)
          AND NOT EXISTS (
            SELECT FROM results WHERE results.image_id = images.image_id AND results.service = ${service}
              AND renewal IS NULL)
        ORDER BY owing LIMIT 1`,
      (rows) => rows.map(({ since }) => [service, since] as const)
    )
  )
  const ofStages = yield* Effect.forEach(staleColumns, ([stage, column]) =>
    Effect.map(
      sql<{ since: Date | null }>`
        SELECT max(result_created) AS since FROM results
        WHERE image_id = (
          SELECT ${sql(column)} FROM images WHERE ${sql(column)} IS NOT NULL ORDER BY ${sql(column)} LIMIT 1)`,
      (rows) => rows.flatMap(({ since }) => (since === null ? [] : [[stage, since] as const]))
    )
  )
  return { services: new Map(ofServices.flat()), stages: new Map(ofStages.flat()) } satisfies Waits
})

/**
 * Images that lack only answers of these services, and not all of theirs unless all of these are `withdrawn`; with `crops`, also
 * those of which crops wait.
 */
export const lackingOnly = Effect.fnUntraced(function* (
  services: ReadonlyArray<ServiceId>,
  { crops, scope, withdrawn }: Parameters<Progress["Service"]["lackingOnly"]>[1]
) {
  const sql = yield* SqlClient.SqlClient
  const halted = Columns.texts(services)
  const inScope = scope._tag === "All" ? sql`true` : sql`image_id = ANY (${Columns.bigints(scope.ids)})`
  const waits = crops ? sql`(owing IS NOT NULL OR enrichment_stale IS NOT NULL)` : sql`owing IS NOT NULL`
  const [row] = yield* sql<{ images: number }>`
    SELECT count(*) AS images FROM images
    WHERE ${waits} AND ${inScope} AND boxes_stale IS NULL AND consensus_stale IS NULL
      AND (NOT requested_services <@ ${halted} OR requested_services <@ ${Columns.texts(withdrawn)})
      ${crops ? sql`` : sql`AND enrichment_stale IS NULL`}
      AND (owing IS NULL OR NOT EXISTS (
        SELECT FROM unnest(requested_services) AS wanted
        WHERE wanted <> ALL (${halted})
          AND NOT EXISTS (
            SELECT FROM results
            WHERE results.image_id = images.image_id AND results.service = wanted AND renewal IS NULL)))`
  return row!.images
})

const staleColumns = [
  ["harmonize", "boxes_stale"],
  ["consensus", "consensus_stale"],
  ["enrich", "enrichment_stale"]
] as const satisfies ReadonlyArray<readonly [Stage, string]>

/** The groups whose images are the latest, newest first; `services` are those of the catalog. */
export const groups = Effect.fnUntraced(function* (limit: number, services: ReadonlyArray<ServiceId>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ image_group: string | null; images: number; done: number; failed: number }>`
    SELECT image_group, count(*) AS images,
      count(*) FILTER (
        WHERE coalesce(boxes_stale, consensus_stale, enrichment_stale) IS NULL
          AND (owing IS NULL OR ${isOwedByOthers(sql, services)})) AS done,
      count(failures.image_id) AS failed
    FROM images LEFT JOIN (
      SELECT image_id FROM results WHERE status = 'failed'
      UNION SELECT image_id FROM postprocessing WHERE status = 'failed'
      UNION SELECT image_id FROM failed_derivations
    ) AS failures USING (image_id)
    GROUP BY image_group ORDER BY max(images.image_id) DESC LIMIT ${limit}`
  return rows.map(({ image_group, ...counts }): GroupProgress => ({
    ...(image_group === null ? {} : { group: image_group }),
    ...counts
  }))
})
