/** Failures by service, or stage, and class. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { FailureGroup, FailureKind } from "../../../domain/archive/FailureGroup.ts"
import type { BoxId, ImageId } from "../../../domain/Identifiers.ts"
import type { StepName } from "../../../domain/StepName.ts"
import * as Columns from "../Columns.ts"

/** The groups with the latest of their images; the indexes hold failures in the order of images. */
export const failures = Effect.fnUntraced(function* (samples: number) {
  const sql = yield* SqlClient.SqlClient
  const failed = (table: "results" | "postprocessing") =>
    sql`SELECT service, error_class, count(*) FROM ${sql(table)} WHERE status = 'failed' GROUP BY service, error_class`
  const underived = (columns: string) => sql`SELECT ${sql.literal(columns)} FROM underivable`
  // Read from the end of the group on, in the order of the index by class: what comes before the group is left out.
  const samplesOf = (table: "results" | "postprocessing") => sql`
    (SELECT image_id, result_created, error_reason, box FROM (
      SELECT image_id, result_created, error_reason, service, error_class,
        ${sql.literal(table === "results" ? "NULL" : "merged_box_id")} AS box
      FROM ${sql(table)} AS t
      WHERE t.status = 'failed' AND (t.service, t.error_class) <= (groups.service, groups.error_class)
      ORDER BY t.service DESC, t.error_class DESC, t.image_id DESC LIMIT ${samples}
    ) AS latest WHERE latest.service = groups.service AND latest.error_class = groups.error_class)`
  const rows = yield* sql<Row>`
    WITH underivable AS MATERIALIZED (SELECT * FROM failed_derivations), groups AS (
      SELECT service, error_class, sum(count)::bigint AS count
      FROM (${failed("results")} UNION ALL ${failed("postprocessing")}
        UNION ALL ${underived("stage, 'underivable', 1")}) AS failed
      GROUP BY service, error_class
    )
    SELECT groups.service, error_class, count, image_id, image_filename, box, error_reason, result_created
    FROM groups CROSS JOIN LATERAL (
      ${samplesOf("results")} UNION ALL ${samplesOf("postprocessing")}
      UNION ALL (${underived("image_id, noted, reason, NULL")}
        WHERE stage = groups.service AND groups.error_class = 'underivable' ORDER BY image_id DESC LIMIT ${samples})
      ORDER BY image_id DESC LIMIT ${samples}
    ) AS samples
    JOIN images USING (image_id)
    ORDER BY count DESC, service COLLATE "C", error_class, image_id DESC, box`
  const groups = new Map<string, FailureGroup & { readonly samples: Array<FailureGroup["samples"][number]> }>()
  for (const row of rows) {
    const key = `${row.service} ${row.error_class}`
    const group = groups.get(key) ?? { service: row.service, class: row.error_class, count: row.count, samples: [] }
    groups.set(key, group)
    group.samples.push({
      imageId: row.image_id,
      filename: row.image_filename,
      ...(row.box === null ? {} : { boxId: row.box }),
      reason: row.error_reason ?? "",
      at: row.result_created
    })
  }
  return [...groups.values()]
})

/** Failures of some services and stages, of a class, about images of a group. */
export const countFailures = Effect.fnUntraced(function* (of: {
  readonly services?: ReadonlyArray<StepName>
  readonly class?: FailureKind
  readonly group?: string
}) {
  const sql = yield* SqlClient.SqlClient
  const wanted = (step: string, kind: string) =>
    sql.and([
      ...(of.services === undefined ? [] : [sql`${sql(step)} = ANY (${Columns.texts(of.services)})`]),
      ...(of.class === undefined ? [] : [sql`${sql.literal(kind)} = ${of.class}`]),
      ...(of.group === undefined
        ? []
        : [sql`image_id IN (SELECT image_id FROM images WHERE image_group = ${Columns.storable(of.group)})`]),
      sql`true`
    ])
  const answers = wanted("service", "error_class")
  const [row] = yield* sql<{ failures: number }>`
    SELECT (SELECT count(*) FROM results WHERE status = 'failed' AND ${answers})
      + (SELECT count(*) FROM postprocessing WHERE status = 'failed' AND ${answers})
      + (SELECT count(*) FROM failed_derivations WHERE ${wanted("stage", "'underivable'")}) AS failures`
  return row!.failures
})

interface Row {
  readonly service: StepName
  readonly error_class: FailureKind
  readonly count: number
  readonly image_id: ImageId
  readonly image_filename: string
  readonly box: BoxId | null
  readonly error_reason: string | null
  readonly result_created: Date
}
