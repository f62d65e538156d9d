/**
 * Enriching: cuts the boxes of an image from its picture and asks the services that want crops about them.
 *
 * A crop is asked about once: what an unchanged box was told stays with it. The answer of another detector moves boxes, if
 * only by a pixel, and a box that moved is another one; so crops can be made to wait until every detector that was asked has
 * answered, for some time. An answer is a recorded fact, so the consensus is derived again with it.
 */
import { Boolean, Clock, Duration, Effect, Option, Result, type Scope } from "effect"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import * as EnrichmentPlan from "../../domain/EnrichmentPlan.ts"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { type Hint, HintJson, hintQueue } from "../../domain/Messages.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { RetryPolicy } from "../../domain/RetryPolicy.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as Staleness from "../../domain/Staleness.ts"
import * as Tuning from "../../domain/Tuning.ts"
import * as Workflow from "../../domain/Workflow.ts"
import { Catalog } from "../../services/Catalog.ts"
import { Cropper, type Cut } from "../../services/Cropper.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import type { Inference } from "../../services/Inference.ts"
import { Settlement } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import {
  type CropRecord,
  type Croppable,
  type Derived,
  ResultStore,
  type StoreRejected
} from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import { CurrentTuning } from "../../services/Tunings.ts"
import * as Ask from "./Ask.ts"
import * as Attempts from "./Attempts.ts"
import * as Breaker from "./Breaker.ts"
import { onFailure, onRejected, Resolution, unstorable } from "./FailurePolicy.ts"
import * as Hints from "./Hints.ts"
import { untilStored } from "./Reconnect.ts"
import * as SetAside from "./SetAside.ts"
import { type Performed, settled, type Step, type Task, type Work } from "./Step.ts"

/** `algorithms`: what this deployment derives with. `longestWait`: how long crops wait for detectors while nothing is answered. */
export const enriching = Effect.fnUntraced(function* (
  algorithms: Staleness.Algorithms,
  longestWait: Duration.Duration
): Effect.fn.Return<Step<Hint, Found, Surroundings>, never, Catalog | Inference | Scope.Scope> {
  const catalog = yield* Catalog
  const wanting = catalog.filter(({ crops }) => crops !== undefined)
  const breakers = yield* Effect.forEach(wanting, (service) => Breaker.make(service, "enrich"))
  const asking: Asking = {
    algorithms,
    longestWait,
    breakers: new Map(wanting.map(({ id }, i) => [id, breakers[i]!])),
    attempts: Attempts.make()
  }
  return {
    name: "enrich",
    queue: hintQueue.enrich,
    message: HintJson,
    prefetch: 32,
    perform: {
      concurrency: 4,
      coalesces: true,
      ask: (task) => Effect.catch(enrich(task, asking), (rejected) => Effect.succeed(settled(onRejected(rejected))))
    },
    batch: { size: 16, within: "10 millis", crowded: "150 millis", concurrency: 1 },
    commit: record,
    commitSpan: "record enrichment"
  }
})

interface Asking {
  readonly algorithms: Staleness.Algorithms
  readonly longestWait: Duration.Duration
  /** Of every service that wants crops. */
  readonly breakers: ReadonlyMap<ServiceId, Breaker.Breaker>
  /**
   * Of each image, as long as its picture cannot be read, and of each crop, for a hint may bring crops that were asked about often
   * and others that never were.
   */
  readonly attempts: Attempts.Attempts
}

type Surroundings = Catalog | Cropper | ImageSource | Inference | ResultStore | ServiceSwitch

/** What became known about an image: answers about crops, or that all there are have been given. */
type Found = { readonly crops: ReadonlyArray<CropRecord> } | { readonly complete: Derived<void> }

const enrich = Effect.fnUntraced(function* (
  task: Task<Hint>,
  asking: Asking
): Effect.fn.Return<Performed<Found>, StoreRejected, Surroundings> {
  const { imageId } = task.message
  // A delivery comes back to what was postponed.
  if (!asking.attempts.isDue(nameOf(imageId), yield* Clock.currentTimeMillis)) return settled(Settlement.Ack())
  const store = yield* ResultStore
  const { enrich, harmonize, services } = asking.algorithms
  const croppable = yield* untilStored(store.croppable(imageId, { enrich, services }))
  // Boxes that are not there yet, or are still another strategy's, are about to come, and with them another hint.
  if (Option.isNone(croppable)) return settled(Settlement.Ack())
  const { algorithm, revision } = croppable.value.boxes.derivation
  const leftOut = Staleness.leftOutBy(algorithm, harmonize)
  if (leftOut === undefined || Staleness.isOthers(algorithm, harmonize, services)) return settled(Settlement.Ack())
  const derivation = { revision, algorithm: Staleness.without(enrich, leftOut) }
  return yield* enrichBoxes(croppable.value, { imageId, derivation, value: undefined }, asking).pipe(
    Effect.catchDefect((defect) =>
      Effect.as(SetAside.image("enrich", { imageId, derivation }, defect), settled(Settlement.Ack()))
    )
  )
})

/** Asks about the crops of boxes that were not asked about. `complete`: what is derived when there are none. */
const enrichBoxes = Effect.fnUntraced(function* (
  image: Croppable,
  complete: Derived<void>,
  asking: Asking
): Effect.fn.Return<Performed<Found>, StoreRejected, Surroundings> {
  const { attempts, breakers } = asking
  const { imageId } = complete
  const catalog = yield* Catalog
  const missing = EnrichmentPlan.missing(EnrichmentPlan.plan(image.boxes.value, catalog), image.crops)
  if (missing.length === 0) {
    return { commit: Option.some({ complete }), settlement: Settlement.Ack(), events: [] }
  }

  const wait = yield* untilDetected(imageId, asking)
  if (Option.isSome(wait)) return settled(Settlement.Wait({ after: wait.value }))

  // The sweep comes back to crops of services that are switched off, or left alone; a delivery to those that were postponed.
  const switches = yield* ServiceSwitch
  const now = yield* Clock.currentTimeMillis
  const due = missing.filter((crop) => attempts.isDue(nameOf(imageId, crop), now))
  const wanted = yield* Effect.filter(due, ({ service }) =>
    Effect.zipWith(switches.isPaused(service), breakers.get(service)!.isOpen, Boolean.nor)
  )
  if (wanted.length === 0) return settled(Settlement.Ack())
  const asked = yield* askAll(image, wanted, asking)
  yield* Effect.annotateCurrentSpan("windmill.crops", asked.length)
  for (const { crop, resolution } of asked) {
    if (resolution._tag !== "NotAsked") yield* Metrics.cropAsked(crop.service, outcomeOf(resolution))
  }
  return performedOf(imageId, asked)
})

/** How long the crops of an image have still to wait for detectors that are at work. Each answer of one brings a hint. */
const untilDetected = Effect.fnUntraced(function* (imageId: ImageId, { longestWait }: Asking) {
  if (Duration.isZero(longestWait)) return Option.none()
  const store = yield* ResultStore
  const outstanding = yield* untilStored(store.outstanding(imageId))
  if (Option.isNone(outstanding)) return Option.none()
  const { quietFor, services } = outstanding.value
  const switches = yield* ServiceSwitch
  const movers = EnrichmentPlan.movers(services, yield* Catalog)
  const atWork = yield* Effect.filter(movers, (service) => Effect.map(switches.isPaused(service), Boolean.not))
  const left = Duration.subtract(longestWait, quietFor)
  return atWork.length > 0 && Duration.isGreaterThan(left, Duration.zero) ? Option.some(left) : Option.none()
})

interface Asked {
  readonly crop: EnrichmentPlan.PlannedCrop
  /** The part of the image that was cut; the whole box when it could not be. */
  readonly region: ImageBox
  readonly resolution: Resolution
}

/** Asks about every crop. A picture that cannot be read is the answer about all of them. */
const askAll = Effect.fnUntraced(function* (
  { boxes: { imageId }, picture, reference }: Croppable,
  crops: EnrichmentPlan.EnrichmentPlan,
  asking: Asking
) {
  const source = yield* ImageSource
  const cropper = yield* Cropper
  const store = yield* ResultStore
  const open = source.lend(reference, (image) => {
    const isOther =
      image.version === picture ? Effect.succeed(false) : Effect.orDie(untilStored(store.see(imageId, image)))
    return Effect.flatMap(isOther, (isOther) => (isOther ? Effect.undefined : cropper.open(image)))
  })
  const opened = yield* Effect.result(open)
  if (Result.isFailure(opened)) {
    const resolution = yield* failed(nameOf(imageId), opened.failure, asking)
    if (resolution._tag === "Final") for (const crop of crops) asking.attempts.end(nameOf(imageId, crop))
    return crops.map((crop): Asked => ({ crop, region: crop.box, resolution }))
  }
  asking.attempts.end(nameOf(imageId))
  const cut = opened.success
  // The boxes were another picture's, and are gone.
  if (cut === undefined) return []
  return yield* Effect.forEach(crops, (crop) => askAbout(imageId, crop, cut, asking), { concurrency: 8 })
}, Effect.scoped)

const askAbout = Effect.fnUntraced(function* (
  imageId: ImageId,
  crop: EnrichmentPlan.PlannedCrop,
  cut: Cut,
  asking: Asking
): Effect.fn.Return<Asked, never, Catalog | Inference> {
  const name = nameOf(imageId, crop)
  const cropped = yield* Effect.result(cut(crop.box))
  const region = Result.isSuccess(cropped) ? cropped.success.region : crop.box
  const answered = yield* Effect.fromResult(cropped).pipe(
    Effect.flatMap(({ image }) => asking.breakers.get(crop.service)!.guard(name, askService(crop.service, image))),
    Effect.result
  )
  if (Result.isSuccess(answered)) {
    asking.attempts.end(name)
    return { crop, region, resolution: Resolution.Final({ outcome: answered.success }) }
  }
  const tuning = yield* Effect.flatMap(CurrentTuning, ({ of }) => of(crop.service))
  return { crop, region, resolution: yield* failed(name, answered.failure, asking, Tuning.retryPolicy(tuning)) }
})

/** What becomes of an image or a crop about which nothing could be asked. What is postponed is not tried before its time. */
const failed = Effect.fnUntraced(function* (
  name: string,
  error: Parameters<typeof onFailure>[0],
  { attempts }: Asking,
  policy?: RetryPolicy
) {
  const resolution = onFailure(error, attempts.next(name), policy)
  if (resolution._tag === "Final") attempts.end(name)
  if (resolution._tag === "Postponed") attempts.postpone(name, yield* Clock.currentTimeMillis, resolution)
  return resolution
})

/** The name among the attempts of an image, whose picture all its crops are cut from, or of one of them. */
const nameOf = (imageId: ImageId, crop?: EnrichmentPlan.PlannedCrop): string =>
  crop === undefined ? String(imageId) : `${imageId} ${crop.boxId} ${crop.service}`

const askService = Effect.fnUntraced(function* (id: ServiceId, image: EncodedImage) {
  const catalog = yield* Catalog
  return yield* Ask.ask(ServiceCatalog.get(catalog, id), { _tag: "Upload", image })
})

const outcomeOf = (resolution: Exclude<Resolution, { readonly _tag: "NotAsked" }>) => {
  if (resolution._tag === "Postponed") return "postponed"
  return resolution.outcome._tag === "Success" ? "succeeded" : "failed"
}

/** The answers are to be recorded; what is postponed is asked again, together, after the longest of the pauses. */
const performedOf = (imageId: ImageId, asked: ReadonlyArray<Asked>): Performed<Found> => {
  const crops = asked.flatMap(({ crop: { boxId, service }, region, resolution }): ReadonlyArray<CropRecord> =>
    resolution._tag === "Final" ? [{ imageId, boxId, service, region, outcome: resolution.outcome }] : []
  )
  const postponed = asked.flatMap(({ crop: { service }, resolution }) =>
    resolution._tag === "Postponed" ? [{ service, ...resolution }] : []
  )
  return {
    commit: crops.length === 0 ? Option.none() : Option.some({ crops }),
    settlement:
      postponed.length === 0
        ? Settlement.Ack()
        : Settlement.Retry({ after: postponed.map(({ after }) => after).reduce(Duration.max) }),
    events: postponed.map(({ reason, service }) => PipelineEvent.Postponed({ imageId, service, reason }))
  }
}

const record = Effect.fnUntraced(function* (work: ReadonlyArray<Work<Found>>) {
  const store = yield* ResultStore
  const complete = work.flatMap(({ value }) => ("complete" in value ? [value.complete] : []))
  const crops = work.flatMap(({ value }) => ("crops" in value ? value.crops : []))
  if (complete.length > 0) yield* untilStored(store.save({ enrichment: complete }))
  const recording = crops.length === 0 ? Effect.succeed([]) : untilStored(store.recordCrops(crops))
  const recorded = yield* work.length > 1
    ? recording
    : Effect.catch(recording, () => Effect.map(Effect.forEach(crops, recordAlone), (each) => each.flat()))
  const told = new Set(recorded.map(({ imageId }) => imageId))
  const looks = work.filter(({ imageId }) => told.has(imageId))
  return { events: recorded.map(eventOf), looks: looks.map((one) => Hints.following(Workflow.follows.crop, one)) }
})

/** Records an answer; what cannot be stored as one is stored as a failure. */
const recordAlone = Effect.fnUntraced(function* (crop: CropRecord) {
  const store = yield* ResultStore
  return yield* untilStored(store.recordCrops([crop])).pipe(
    Effect.catch((rejected) => untilStored(store.recordCrops([{ ...crop, outcome: unstorable(rejected) }])))
  )
})

const eventOf = ({ boxId, imageId, outcome, service }: CropRecord): PipelineEvent =>
  PipelineEvent.Enriched({
    imageId,
    boxId,
    service,
    succeeded: outcome._tag === "Success",
    ...(outcome._tag === "Failure" ? { reason: outcome.reason } : {})
  })
