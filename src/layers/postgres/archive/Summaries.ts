/** Images as they are listed. */
import { Array, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { BoxSummary, Finding, ImageSummary } from "../../../domain/archive/Image.ts"
import type { ImageBox } from "../../../domain/BoundingBox.ts"
import type { BoxStatus } from "../../../domain/Harmonization.ts"
import type { BoxId, Concept, ImageId, ServiceId } from "../../../domain/Identifiers.ts"
import type { Revision } from "../../../domain/Staleness.ts"
import * as Corrected from "../../../domain/corrections/Corrected.ts"
import * as Boxes from "../Boxes.ts"
import * as Columns from "../Columns.ts"
import * as Corrections from "../Corrections.ts"
import { isOwed, others, owing } from "../Owed.ts"

/** What lists and single images say alike about how far an image is. */
export interface ProgressRow {
  readonly image_id: ImageId
  readonly image_filename: string
  readonly image_group: string | null
  readonly image_created: Date
  readonly revision: Revision
  readonly requested: number
  readonly answered: number
  readonly owed: ReadonlyArray<ServiceId>
  readonly is_done: boolean
  readonly withdrawn: ReadonlyArray<ServiceId>
  readonly failed: number
}

/** The columns of a `ProgressRow`, to be selected from `images`; `services` are those of the catalog. */
export const progressColumns = (sql: SqlClient.SqlClient, services: ReadonlyArray<ServiceId>) => sql`
  images.image_id, image_filename, image_group, image_created, revision,
  cardinality(requested_services) AS requested, answered_services AS answered,
  coalesce(boxes_stale, consensus_stale, enrichment_stale) IS NULL AND NOT ${isOwed(sql, services)} AS is_done,
  ${others(sql, services)} AS withdrawn,
  ${owing(sql, services)} AS owed,
  (SELECT count(*) FROM results WHERE results.image_id = images.image_id AND status = 'failed')
    + (SELECT count(*) FROM postprocessing WHERE postprocessing.image_id = images.image_id AND status = 'failed')
    + (SELECT count(*) FROM failed_derivations WHERE failed_derivations.image_id = images.image_id)
    AS failed`

export const progressOf = (row: ProgressRow) => ({
  id: row.image_id,
  filename: row.image_filename,
  ...(row.image_group === null ? {} : { group: row.image_group }),
  created: row.image_created,
  status: row.is_done ? ("done" as const) : row.answered === 0 ? ("waiting" as const) : ("working" as const),
  revision: row.revision,
  requested: row.requested,
  answered: row.answered,
  owed: row.owed,
  failed: row.failed,
  ...(row.withdrawn.length === 0 ? {} : { withdrawn: row.withdrawn })
})

/** The images in the order of their ids in `ids`; unknown ones are left out. */
export const summaries = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>, services: ReadonlyArray<ServiceId>) {
  if (ids.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  const wanted = Columns.bigints(ids)
  const images = yield* sql<ProgressRow>`
    SELECT ${progressColumns(sql, services)} FROM images WHERE image_id = ANY (${wanted})`
  const boxes = yield* sql<BoxRow>`
    SELECT image_id, merged_id, status, merged_data ->> 'concept' AS concept, merged_data ->> 'label' AS label,
      merged_data ->> 'emoji' AS emoji, (merged_data ->> 'avg_confidence')::double precision AS confidence,
      merged_data -> 'merged_bbox' AS box
    FROM (${Boxes.whole(sql, ids)}) AS whole ORDER BY image_id, rank`
  const findings = yield* sql<FindingRow>`
    SELECT image_id, concept, emoji, confidence FROM findings
    WHERE image_id = ANY (${wanted}) ORDER BY image_id, rank`
  const correctionsOf = yield* Corrections.standing(ids)
  const byId = new Map(images.map((row) => [row.image_id, row]))
  const boxesById = Array.groupBy(boxes, byImage)
  const findingsById = Array.groupBy(findings, byImage)
  return ids.flatMap((id): ReadonlyArray<ImageSummary> => {
    const row = byId.get(id)
    if (row === undefined) return []
    return [
      {
        ...progressOf(row),
        boxes: Corrected.apply(
          correctionsOf(id),
          (boxesById[String(id)] ?? []).map(boxOf),
          (box) => box,
          (ruling, { box, concept }, derived): BoxSummary => ({
            ...Corrected.naming(ruling, { box, concept }, derived),
            concept,
            box,
            status: "confirmed",
            confidence: 1
          })
        ),
        findings: (findingsById[String(id)] ?? []).map(findingOf)
      }
    ]
  })
})

interface BoxRow {
  readonly image_id: ImageId
  readonly merged_id: BoxId
  readonly status: BoxStatus
  readonly concept: Concept
  readonly label: string
  readonly emoji: string | null
  readonly confidence: number
  readonly box: ImageBox
}

const boxOf = ({ box, concept, confidence, emoji, label, merged_id, status }: BoxRow): BoxSummary => ({
  id: merged_id,
  concept,
  label,
  ...(emoji === null ? {} : { emoji }),
  status,
  confidence,
  box
})

interface FindingRow {
  readonly image_id: ImageId
  readonly concept: Concept
  readonly emoji: string | null
  readonly confidence: number
}

const findingOf = ({ concept, confidence, emoji }: FindingRow): Finding => ({
  concept,
  ...(emoji === null ? {} : { emoji }),
  confidence
})

const byImage = ({ image_id }: { readonly image_id: ImageId }): string => String(image_id)
