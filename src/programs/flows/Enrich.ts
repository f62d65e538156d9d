/**
 * Enrichment: cuts the boxes of an image from its picture and asks the services that want crops about them.
 *
 * A crop is asked about as soon as its box exists, and once: what an unchanged box was told stays with it. An answer is a
 * recorded fact, so the consensus is derived again with it.
 */
import { Boolean, type Deferred, Duration, Effect, Option, RcMap, Result, Semaphore, Stream } from "effect"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import * as EnrichmentPlan from "../../domain/EnrichmentPlan.ts"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import * as Workflow from "../../domain/Workflow.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type CropError, Cropper, type Cut } from "../../services/Cropper.ts"
import { ImageSource, type ImageSourceError } from "../../services/ImageSource.ts"
import { Settlement } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { type CropRecord, ResultStore } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import * as Ask from "./Ask.ts"
import * as Hints from "./Hints.ts"
import { untilStored } from "./Persist.ts"
import * as Spans from "./Spans.ts"
import { onFailure, Verdict } from "./Verdict.ts"

export interface EnrichOptions {
  /** Completed when the stage is to stop. */
  readonly stop: Deferred.Deferred<void>
  /** Images worked on at once. */
  readonly concurrency: number
  /** What this deployment derives with. */
  readonly algorithms: Readonly<Record<Stage, string>>
}

/** Enriches every image somebody hints at, until told to stop. */
export const enrich = (options: EnrichOptions) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const locks = yield* RcMap.make({ lookup: newLock })
      return Hints.hinted("enrich", { stop: options.stop, batch: 16 }).pipe(
        Stream.flattenIterable,
        Stream.mapEffect(
          (hint) =>
            Effect.scoped(
              Effect.flatMap(RcMap.get(locks, hint.imageId), (lock) => lock.withPermits(1)(enrichImage(hint, options)))
            ),
          { concurrency: options.concurrency, unordered: true }
        ),
        Stream.flattenIterable
      )
    })
  )

/** One at a time works on an image: who comes second finds the crops answered. */
const newLock: (imageId: ImageId) => Effect.Effect<Semaphore.Semaphore> = () => Semaphore.make(1)

const enrichImage = (hint: Hints.Hinted, options: EnrichOptions) =>
  askAboutCrops(hint, options).pipe(
    Effect.catch((rejected) => Effect.as(Hints.settle(hint, Settlement.DeadLetter({ reason: rejected.message })), [])),
    Effect.annotateLogs("image_id", hint.imageId),
    Spans.processingHint(hint)
  )

const askAboutCrops = Effect.fnUntraced(function* (hint: Hints.Hinted, { algorithms }: EnrichOptions) {
  const { imageId } = hint
  yield* Effect.annotateCurrentSpan("windmill.image_id", imageId)
  const done = Effect.as(Hints.settle(hint, Settlement.Ack()), [] as ReadonlyArray<PipelineEvent>)
  const store = yield* ResultStore
  const catalog = yield* Catalog
  const algorithm = algorithms.enrich
  const [facts] = yield* untilStored(store.facts([imageId], { stage: "enrich", algorithm }))
  const boxes = yield* untilStored(store.boxes(imageId))
  // Boxes that are not there yet, or are still another strategy's, are about to come, and with them another hint.
  if (facts === undefined || Option.isNone(boxes)) return yield* done
  const { derivation, value } = boxes.value
  if (derivation.algorithm !== algorithms.harmonize) return yield* done

  const missing = EnrichmentPlan.missing(EnrichmentPlan.plan(value, catalog), facts.crops)
  if (missing.length === 0) {
    const complete = { imageId, derivation: { revision: derivation.revision, algorithm }, value: undefined }
    yield* untilStored(store.saveEnrichment([complete]))
    return yield* done
  }

  // The sweep comes back to crops of services that are switched off.
  const switches = yield* ServiceSwitch
  const wanted = yield* Effect.filter(missing, ({ service }) => Effect.map(switches.isPaused(service), Boolean.not))
  if (wanted.length === 0) return yield* done
  const judged = yield* judge(imageId, wanted, attemptOf(hint))
  yield* Effect.annotateCurrentSpan("windmill.crops", judged.length)
  yield* Effect.forEach(judged, ({ crop, verdict }) => Metrics.cropAsked(crop.service, outcomeOf(verdict)))
  const recorded = yield* untilStored(store.recordCrops(judged.flatMap((one) => recordOf(imageId, one))))
  if (recorded.length > 0) {
    const headers = TraceContext.headersOf(yield* Effect.orDie(Effect.currentSpan))
    yield* Hints.tell(Workflow.follows.crop, [{ imageId, headers }])
  }
  const postponed = judged.flatMap(({ crop, verdict }) => (verdict._tag === "Postponed" ? [{ crop, ...verdict }] : []))
  yield* Hints.settle(
    hint,
    postponed.length === 0
      ? Settlement.Ack()
      : Settlement.Retry({ after: postponed.map(({ after }) => after).reduce(Duration.max) })
  )
  return [
    ...recorded.map(enriched),
    ...postponed.map(({ crop, reason }) => PipelineEvent.Postponed({ imageId, service: crop.service, reason }))
  ]
})

interface Judged {
  readonly crop: EnrichmentPlan.PlannedCrop
  /** The part of the image that was cut; the whole box when it could not be. */
  readonly region: ImageBox
  readonly verdict: Verdict
}

/** Asks about every crop. A picture that cannot be read is the verdict on all of them. */
const judge = Effect.fnUntraced(function* (imageId: ImageId, crops: EnrichmentPlan.EnrichmentPlan, attempt: number) {
  const cut = yield* Effect.result(open(imageId))
  return yield* Effect.forEach(crops, (crop) => judgeOne(Effect.fromResult(cut), crop, attempt), { concurrency: 8 })
})

const judgeOne = Effect.fnUntraced(function* (
  cut: Effect.Effect<Cut, CropError | ImageSourceError>,
  crop: EnrichmentPlan.PlannedCrop,
  attempt: number
) {
  const cropped = yield* Effect.result(Effect.flatMap(cut, (cut) => cut(crop.box)))
  if (Result.isFailure(cropped)) return { crop, region: crop.box, verdict: onFailure(cropped.failure, attempt) }
  const { image, region } = cropped.success
  const verdict = yield* askService(crop.service, image).pipe(
    Effect.match({
      onSuccess: (outcome) => Verdict.Final({ outcome }),
      onFailure: (error) => onFailure(error, attempt)
    })
  )
  return { crop, region, verdict }
})

/** Reads and decodes the picture of an image once, for all of its crops. */
const open = Effect.fnUntraced(function* (imageId: ImageId) {
  const store = yield* ResultStore
  const source = yield* ImageSource
  const cropper = yield* Cropper
  const reference = yield* untilStored(store.reference(imageId)).pipe(
    Effect.orDie,
    Effect.flatMap(Effect.fromOption),
    Effect.orDie
  )
  return yield* source.lend(reference, cropper.open)
})

const askService = Effect.fnUntraced(function* (id: ServiceId, image: EncodedImage) {
  const catalog = yield* Catalog
  return yield* Ask.ask(ServiceCatalog.get(catalog, id), { _tag: "Upload", image })
})

const recordOf = (imageId: ImageId, { crop, region, verdict }: Judged): ReadonlyArray<CropRecord> =>
  verdict._tag === "Final"
    ? [{ imageId, boxId: crop.boxId, service: crop.service, region, outcome: verdict.outcome }]
    : []

const outcomeOf = (verdict: Verdict) => {
  if (verdict._tag === "Postponed") return "postponed"
  return verdict.outcome._tag === "Success" ? "succeeded" : "failed"
}

/** The latest attempt among the deliveries that asked. */
const attemptOf = (hint: Hints.Hinted): number => Math.max(...hint.deliveries.map(({ attempt }) => attempt))

const enriched = ({ boxId, imageId, outcome, service }: CropRecord): PipelineEvent =>
  PipelineEvent.Enriched({
    imageId,
    boxId,
    service,
    succeeded: outcome._tag === "Success",
    ...(outcome._tag === "Failure" ? { reason: outcome.reason } : {})
  })
