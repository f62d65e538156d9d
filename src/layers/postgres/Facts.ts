/** Reading images: their facts alone, or everything about them, always as of one moment. */
import { Array, Effect, Option, Order, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import { Consensus } from "../../domain/Consensus.ts"
import * as Corrected from "../../domain/corrections/Corrected.ts"
import * as CorrectedConsensus from "../../domain/corrections/CorrectedConsensus.ts"
import type { CropResult, ImageFacts, ServiceResult } from "../../domain/Facts.ts"
import type { BoxId, ImageId, ServiceId } from "../../domain/Identifiers.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Revision, StaleFor } from "../../domain/Staleness.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"
import * as Boxes from "./Boxes.ts"
import * as Columns from "./Columns.ts"
import * as Corrections from "./Corrections.ts"
import { isStale } from "./Derivations.ts"
import { type ReferenceRow, referenceOf } from "./Images.ts"
import * as Outcomes from "./Outcomes.ts"
import { inOneMoment } from "./Transactions.ts"

/** The facts of images, or of those among them for which one of the stages must run. */
export const facts = (ids: ReadonlyArray<ImageId>, staleFor?: StaleFor) =>
  ids.length === 0 ? Effect.succeed([]) : readFacts(ids, staleFor)

/** Everything about images. */
export const records = (ids: ReadonlyArray<ImageId>) =>
  ids.length === 0 ? Effect.succeed([]) : inOneMoment(readRecords(ids))

/** One statement, which sees one moment: a row for each image, for each answer about it, and for each about a crop of it. */
const readFacts = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>, staleFor?: StaleFor) {
  const sql = yield* SqlClient.SqlClient
  const wanted = staleFor === undefined ? sql`true` : yield* isStale(staleFor)
  const outcome = sql.literal("status, data, error_class, error_reason, processing_time, renewal IS NOT NULL")
  const ofFound = sql.literal("image_id = ANY (ARRAY(SELECT image_id FROM found))")
  const rows = yield* sql<ImageRow | ResultRow | CropRow>`
    WITH found AS MATERIALIZED (
      SELECT image_id, revision, requested_services FROM images
      WHERE image_id = ANY (${Columns.bigints(ids)}) AND ${wanted}
    )
    SELECT 'image' AS kind, image_id, revision, requested_services, NULL::bigint AS result_id, NULL AS merged_box_id,
      NULL AS service, NULL::float8 AS region_x, NULL::float8 AS region_y, NULL::float8 AS region_width,
      NULL::float8 AS region_height, NULL AS status, NULL::jsonb AS data, NULL AS error_class, NULL AS error_reason,
      NULL::float8 AS processing_time, NULL::boolean AS is_renewed
    FROM found
    UNION ALL
    SELECT 'result', image_id, NULL, NULL, result_id, NULL, service, NULL, NULL, NULL, NULL, ${outcome}
    FROM results WHERE ${ofFound}
    UNION ALL
    SELECT 'crop', image_id, NULL, NULL, NULL, merged_box_id, service, region_x, region_y, region_width, region_height,
      ${outcome}
    FROM postprocessing WHERE ${ofFound}`
  const known = new Map<ImageId, ImageFacts & { results: Array<ServiceResult>; crops: Array<CropResult> }>()
  for (const row of rows) {
    if (row.kind !== "image") continue
    const { image_id: imageId, requested_services: requested, revision } = row
    known.set(imageId, { imageId, revision, requested, results: [], crops: [] })
  }
  for (const row of rows) {
    if (row.kind === "result") known.get(row.image_id)!.results.push(resultOf(row))
    if (row.kind === "crop") known.get(row.image_id)!.crops.push(cropOf(row))
  }
  for (const { crops, results } of known.values()) {
    results.sort(byService)
    crops.sort(byBox)
  }
  return [...known.values()].sort((a, b) => a.imageId - b.imageId)
})

const readRecords = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const facts = yield* readFacts(ids)
  const wanted = Columns.bigints(ids)
  const references = yield* sql<ReferenceRow & { image_id: ImageId }>`
    SELECT image_id, image_filename, image_path, image_url FROM images WHERE image_id = ANY (${wanted})`
  const boxes = yield* sql<{ image_id: ImageId; merged_data: unknown }>`
    SELECT image_id, merged_data FROM (${Boxes.whole(sql, ids)}) AS whole ORDER BY image_id, rank`
  const votes = yield* sql<{ image_id: ImageId; data: string }>`
    SELECT image_id, data FROM votes WHERE image_id = ANY (${wanted})`
  const correctionsOf = yield* Corrections.standing(ids)
  const referenceById = new Map(references.map((row) => [row.image_id, referenceOf(row)]))
  const boxesById = Array.groupBy(boxes, byImage)
  const consensusById = new Map(votes.map(({ data, image_id }) => [image_id, data]))
  return yield* Effect.forEach(
    facts,
    Effect.fnUntraced(function* (facts) {
      const { imageId } = facts
      const stored = consensusById.get(imageId)
      const corrections = correctionsOf(imageId)
      const derived = yield* Effect.forEach(boxesById[String(imageId)] ?? [], ({ merged_data }) =>
        Effect.fromResult(MergedBox.fromData(merged_data))
      )
      return {
        imageId,
        reference: referenceById.get(imageId)!,
        facts,
        corrections,
        boxes: Corrected.boxes(derived, corrections),
        consensus:
          stored === undefined
            ? Option.none()
            : Option.some(CorrectedConsensus.consensus(yield* decodeConsensus(stored), derived, corrections))
      } satisfies ImageRecord
    })
  )
})

const byImage = ({ image_id }: { readonly image_id: ImageId }): string => String(image_id)

const decodeConsensus = Schema.decodeEffect(Schema.fromJsonString(Consensus))

interface AnswerRow extends Outcomes.OutcomeRow {
  readonly is_renewed: boolean
}

interface ImageRow {
  readonly kind: "image"
  readonly image_id: ImageId
  readonly revision: Revision
  readonly requested_services: ReadonlyArray<ServiceId>
}

interface ResultRow extends AnswerRow {
  readonly kind: "result"
  readonly image_id: ImageId
  readonly result_id: number
  readonly service: ServiceId
}

const resultOf = (row: ResultRow): ServiceResult => ({
  resultId: row.result_id,
  service: row.service,
  outcome: Outcomes.fromRow(row),
  ...renewal(row)
})

const renewal = (row: AnswerRow) => (row.is_renewed ? { isRenewed: true } : {})

interface CropRow extends AnswerRow {
  readonly kind: "crop"
  readonly image_id: ImageId
  readonly merged_box_id: BoxId
  readonly service: ServiceId
  readonly region_x: number
  readonly region_y: number
  readonly region_width: number
  readonly region_height: number
}

const cropOf = (row: CropRow): CropResult => ({
  boxId: row.merged_box_id,
  service: row.service,
  region: { x: row.region_x, y: row.region_y, width: row.region_width, height: row.region_height } as ImageBox,
  outcome: Outcomes.fromRow(row),
  ...renewal(row)
})

const byService = Order.mapInput(Order.String, ({ service }: { readonly service: ServiceId }): string => service)
const byBox = Order.combine(
  Order.mapInput(Order.String, ({ boxId }: CropResult): string => boxId),
  byService
)
