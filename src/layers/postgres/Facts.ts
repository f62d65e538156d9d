/** Reading images: their facts alone, or everything about them, always as of one moment. */
import { Array, Effect, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import { Consensus } from "../../domain/Consensus.ts"
import type { CropResult, ImageFacts, ServiceResult } from "../../domain/Facts.ts"
import type { BoxId, ImageId, ServiceId } from "../../domain/Identifiers.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Revision, Stage } from "../../domain/Staleness.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { isStale } from "./Derivations.ts"
import { type ReferenceRow, referenceOf } from "./Images.ts"
import * as Outcomes from "./Outcomes.ts"
import { inOneMoment } from "./Transactions.ts"

/** The facts of images, or of those among them for which a stage must run. */
export const facts = (ids: ReadonlyArray<ImageId>, staleFor?: { readonly stage: Stage; readonly algorithm: string }) =>
  ids.length === 0 ? Effect.succeed([]) : inOneMoment(readFacts(ids, staleFor))

/** Everything about images. */
export const records = (ids: ReadonlyArray<ImageId>) =>
  ids.length === 0 ? Effect.succeed([]) : inOneMoment(readRecords(ids))

const readFacts = Effect.fnUntraced(function* (
  ids: ReadonlyArray<ImageId>,
  staleFor: { readonly stage: Stage; readonly algorithm: string } | undefined
) {
  const sql = yield* SqlClient.SqlClient
  const wanted = staleFor === undefined ? sql`true` : yield* isStale(staleFor.stage, staleFor.algorithm)
  const images = yield* sql<{ image_id: ImageId; revision: Revision; requested_services: ReadonlyArray<ServiceId> }>`
    SELECT image_id, revision, requested_services FROM images
    WHERE image_id = ANY (${Columns.bigints(ids)}) AND ${wanted}
    ORDER BY image_id`
  if (images.length === 0) return []
  const found = Columns.bigints(images.map(({ image_id }) => image_id))
  const results = yield* sql<ResultRow>`
    SELECT image_id, result_id, service, ${outcomeColumns(sql)} FROM results
    WHERE image_id = ANY (${found}) ORDER BY image_id, service COLLATE "C"`
  const crops = yield* sql<CropRow>`
    SELECT image_id, merged_box_id, service, region_x, region_y, region_width, region_height, ${outcomeColumns(sql)}
    FROM postprocessing
    WHERE image_id = ANY (${found}) ORDER BY image_id, merged_box_id COLLATE "C", service COLLATE "C"`
  const resultsById = Array.groupBy(results, byImage)
  const cropsById = Array.groupBy(crops, byImage)
  return images.map(({ image_id, requested_services, revision }): ImageFacts => ({
    imageId: image_id,
    revision,
    requested: requested_services,
    results: (resultsById[String(image_id)] ?? []).map(resultOf),
    crops: (cropsById[String(image_id)] ?? []).map(cropOf)
  }))
})

const readRecords = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const facts = yield* readFacts(ids, undefined)
  const wanted = Columns.bigints(ids)
  const references = yield* sql<ReferenceRow & { image_id: ImageId }>`
    SELECT image_id, image_filename, image_path, image_url FROM images WHERE image_id = ANY (${wanted})`
  const boxes = yield* sql<{ image_id: ImageId; merged_data: unknown }>`
    SELECT image_id, merged_data FROM merged_boxes WHERE image_id = ANY (${wanted}) ORDER BY image_id, rank`
  const consensuses = yield* sql<{ image_id: ImageId; consensus_data: unknown }>`
    SELECT image_id, consensus_data FROM consensus WHERE image_id = ANY (${wanted})`
  const referenceById = new Map(references.map((row) => [row.image_id, referenceOf(row)]))
  const boxesById = Array.groupBy(boxes, byImage)
  const consensusById = new Map(consensuses.map(({ consensus_data, image_id }) => [image_id, consensus_data]))
  return yield* Effect.forEach(
    facts,
    Effect.fnUntraced(function* (facts) {
      const { imageId } = facts
      const stored = consensusById.get(imageId)
      return {
        imageId,
        reference: referenceById.get(imageId)!,
        facts,
        boxes: yield* Effect.forEach(boxesById[String(imageId)] ?? [], ({ merged_data }) =>
          Effect.fromResult(MergedBox.fromData(merged_data))
        ),
        consensus: stored === undefined ? Option.none() : Option.some(yield* decodeConsensus(stored))
      } satisfies ImageRecord
    })
  )
})

const byImage = ({ image_id }: { readonly image_id: ImageId }): string => String(image_id)

const decodeConsensus = Schema.decodeUnknownEffect(Consensus)

const outcomeColumns = (sql: SqlClient.SqlClient) =>
  sql.literal("status, data, error_class, error_reason, processing_time, renewal IS NOT NULL AS is_renewed")

interface AnswerRow extends Outcomes.OutcomeRow {
  readonly is_renewed: boolean
}

interface ResultRow extends AnswerRow {
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
