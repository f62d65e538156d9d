/** One image with everything that is known about it, and what happened to it. */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { DerivationState, Image, Underived } from "../../../domain/archive/Image.ts"
import * as ImageEnrichment from "../../../domain/archive/ImageEnrichment.ts"
import type { Timeline, TimelineEvent } from "../../../domain/archive/Timeline.ts"
import * as Derive from "../../../domain/Derive.ts"
import type { FailureClass } from "../../../domain/Facts.ts"
import type { BoxId, ImageId, ServiceId } from "../../../domain/Identifiers.ts"
import { pathOf } from "../../../domain/ImageReference.ts"
import * as SignedUrl from "../../../domain/SignedUrl.ts"
import { idsOf, type ServiceCatalog } from "../../../domain/ServiceCatalog.ts"
import type { Revision, Stage } from "../../../domain/Staleness.ts"
import * as TraceContext from "../../../domain/TraceContext.ts"
import { records } from "../Facts.ts"
import { inOneMoment } from "../Transactions.ts"
import { type ProgressRow, progressColumns, progressOf } from "./Summaries.ts"

/** Everything about an image. */
export const image = Effect.fnUntraced(function* (id: ImageId, catalog: ServiceCatalog) {
  return yield* inOneMoment(read(id, catalog))
})

const read = Effect.fnUntraced(function* (id: ImageId, catalog: ServiceCatalog) {
  const sql = yield* SqlClient.SqlClient
  const [record] = yield* records([id])
  const [row] = yield* sql<ImageRow>`
    SELECT ${progressColumns(sql, idsOf(catalog))}, trace_parent, boxes_revision, boxes_algorithm, consensus_revision,
      consensus_algorithm, enrichment_revision, enrichment_algorithm
    FROM images WHERE image_id = ${id}`
  if (record === undefined || row === undefined) return Option.none<Image>()
  const answers = yield* sql<{ service: ServiceId; created: Date; worker_id: string }>`
    SELECT service, result_created AS created, worker_id FROM results WHERE image_id = ${id}`
  const crops = yield* sql<{ box: BoxId; service: ServiceId; created: Date }>`
    SELECT merged_box_id AS box, service, result_created AS created FROM postprocessing WHERE image_id = ${id}`
  const underived = yield* sql<Underived>`
    SELECT stage, reason, noted AS at FROM failed_derivations WHERE image_id = ${id} ORDER BY stage COLLATE "C"`
  const derived = yield* sql<{ stage: Stage; at: Date }>`
    SELECT stage, max(created) AS at FROM derivations WHERE image_id = ${id} GROUP BY stage`
  const answerOf = new Map(answers.map((answer) => [answer.service, answer]))
  const cropOf = new Map(crops.map((crop) => [`${crop.service} ${crop.box}`, crop]))
  const { boxes, consensus, corrections, facts, reference } = record
  const path = pathOf(reference)
  return Option.some<Image>({
    ...progressOf(row),
    ...(path === undefined ? {} : { path }),
    ...(reference.url === undefined ? {} : { url: SignedUrl.shown(reference.url) }),
    ...traceOf(row.trace_parent),
    services: facts.requested,
    results: facts.results.map((result) => {
      const { created, worker_id } = answerOf.get(result.service)!
      return { ...result, created, workerId: worker_id }
    }),
    crops: facts.crops.map((crop) => ({
      ...crop,
      created: cropOf.get(`${crop.service} ${crop.boxId}`)!.created
    })),
    boxes,
    corrections,
    ...(Option.isSome(consensus) ? { consensus: consensus.value } : {}),
    enrichments: Derive.enrichments(Derive.observe(facts, catalog)).map(ImageEnrichment.of),
    derivations: derivationsOf(row, new Map(derived.map(({ at, stage }) => [stage, at]))),
    underived
  })
})

interface ImageRow extends ProgressRow {
  readonly trace_parent: string | null
  readonly boxes_revision: Revision
  readonly boxes_algorithm: string | null
  readonly consensus_revision: Revision
  readonly consensus_algorithm: string | null
  readonly enrichment_revision: Revision
  readonly enrichment_algorithm: string | null
}

/** The stages that have run, in the order in which one uses the other. */
const derivationsOf = (row: ImageRow, at: ReadonlyMap<Stage, Date>): ReadonlyArray<DerivationState> => {
  const derivation = (stage: Stage, revision: Revision, algorithm: string | null) => {
    const last = at.get(stage)
    return algorithm === null ? [] : [{ stage, revision, algorithm, ...(last === undefined ? {} : { at: last }) }]
  }
  return [
    ...derivation("harmonize", row.boxes_revision, row.boxes_algorithm),
    ...derivation("consensus", row.consensus_revision, row.consensus_algorithm),
    ...derivation("enrich", row.enrichment_revision, row.enrichment_algorithm)
  ]
}

const traceOf = (traceParent: string | null): { readonly traceId?: string } => {
  const span = TraceContext.decode(traceParent ?? undefined)
  return span === undefined ? {} : { traceId: span.traceId }
}

/** What happened to an image, oldest first. */
export const timeline = Effect.fnUntraced(function* (id: ImageId) {
  return yield* inOneMoment(readTimeline(id))
})

const readTimeline = Effect.fnUntraced(function* (id: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const [image] = yield* sql<{ created: Date; trace_parent: string | null; waiting: ReadonlyArray<ServiceId> }>`
    SELECT image_created AS created, trace_parent, ARRAY(
      SELECT service FROM unnest(requested_services) AS service
      WHERE service NOT IN (
        SELECT service FROM results WHERE results.image_id = images.image_id AND renewal IS NULL)
      ORDER BY service COLLATE "C"
    ) AS waiting
    FROM images WHERE image_id = ${id}`
  if (image === undefined) return Option.none<Timeline>()
  const answers = yield* sql<ResultRow>`
    SELECT service, status, error_class, error_reason, result_created AS at, worker_id, attempts, handling_time,
      processing_time
    FROM results WHERE image_id = ${id}`
  const crops = yield* sql<AnswerRow & { box: BoxId }>`
    SELECT service, status, error_class, error_reason, result_created AS at, merged_box_id AS box
    FROM postprocessing WHERE image_id = ${id}`
  const derivations = yield* sql<{ stage: Stage; revision: Revision; at: Date }>`
    SELECT stage, revision, created AS at FROM derivations WHERE image_id = ${id} ORDER BY created, revision`
  const events: ReadonlyArray<TimelineEvent> = [
    { _tag: "Submitted", at: image.created },
    ...answers.map((row): TimelineEvent => ({
      _tag: "Answered",
      at: row.at,
      service: row.service,
      workerId: row.worker_id,
      ...(row.attempts === null ? {} : { attempts: row.attempts }),
      ...(row.handling_time === null ? {} : { handlingTime: row.handling_time }),
      ...(row.processing_time === null ? {} : { processingTime: row.processing_time }),
      ...endingOf(row)
    })),
    ...crops.map((row): TimelineEvent => ({
      _tag: "Enriched",
      at: row.at,
      service: row.service,
      boxId: row.box,
      ...endingOf(row)
    })),
    ...derivations.map((row): TimelineEvent => ({ _tag: "Derived", ...row }))
  ]
  return Option.some<Timeline>({
    imageId: id,
    ...traceOf(image.trace_parent),
    waiting: image.waiting,
    events: events.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  })
})

interface AnswerRow {
  readonly at: Date
  readonly service: ServiceId
  readonly status: "success" | "failed"
  readonly error_class: FailureClass | null
  readonly error_reason: string | null
}

interface ResultRow extends AnswerRow {
  readonly worker_id: string
  readonly attempts: number | null
  readonly handling_time: number | null
  readonly processing_time: number | null
}

const endingOf = (row: AnswerRow) => ({
  succeeded: row.status === "success",
  ...(row.error_class === null ? {} : { class: row.error_class }),
  ...(row.error_reason === null ? {} : { reason: row.error_reason })
})
