/** What people ask of a running pipeline: to look at an image, to look again, to go on with what was left. */
import { Effect, Option, Result, Schema, Stream } from "effect"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { FailureKind } from "../../domain/archive/FailureGroup.ts"
import { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { ImageReference } from "../../domain/ImageReference.ts"
import { hintQueue } from "../../domain/Messages.ts"
import * as Publication from "../../domain/Publication.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { type Stage, stages } from "../../domain/Staleness.ts"
import type { Pause, StepName } from "../../domain/StepName.ts"
import * as Tuning from "../../domain/Tuning.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import { Archive } from "../../services/Archive.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type DeadLetterSelection, MessageBroker } from "../../services/MessageBroker.ts"
import { ResultStore, type SubmittedImage } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import { Tunings } from "../../services/Tunings.ts"
import * as Hints from "./Hints.ts"
import * as Idle from "./Idle.ts"
import { note, noteAs, noting } from "./Noting.ts"
import * as SetAside from "./SetAside.ts"
import * as Submit from "./Submit.ts"

/** There is no such image. */
export class UnknownImage extends Schema.TaggedError<UnknownImage>()("UnknownImage", { imageId: ImageId }) {
  override get message() {
    return `There is no image ${this.imageId}`
  }
}

/** The service catalog does not list these services. */
export class UnknownServices extends Schema.TaggedError<UnknownServices>()("UnknownServices", {
  names: Schema.Array(Schema.String),
  known: Schema.Array(ServiceId)
}) {
  override get message() {
    return `Unknown: ${this.names.join(", ")}. The services are ${this.known.join(", ")}`
  }
}

/** There is no such service or stage. */
export class UnknownStep extends Schema.TaggedError<UnknownStep>()("UnknownStep", { step: Schema.String }) {
  override get message() {
    return `There is no service or stage ${this.step}`
  }
}

/** Which services are meant, about the images of which group. Left out: all. */
interface Scope {
  readonly services?: ReadonlyArray<ServiceId>
  readonly group?: string
}

/** Images that are worked on at once when the whole archive is. */
const batch = 500

/** Makes an image known and asks the services that have not answered about it. `services` as in a list of names, or `all`. */
export const submit = Effect.fnUntraced(function* (
  reference: ImageReference,
  { group, services = "primary" }: { readonly services?: string; readonly group?: string }
) {
  const options = { services: yield* chosen(services), ...groupOf({ group }), lane: "express" as const }
  const [image] = yield* Stream.runCollect(Submit.submit(Stream.make(reference), options))
  return submissionOf(image!)
})

/** Whether an action only counts what it would do. */
interface Trial {
  readonly dryRun?: boolean
}

/**
 * Forgets the failed answers of services about an image and its crops, or with `all` every answer of theirs, and asks
 * them again; without `services`, all that were requested.
 */
export const rerun = Effect.fn("Actions.rerun")(function* (
  imageId: ImageId,
  { all = false, services }: { readonly services?: ReadonlyArray<ServiceId>; readonly all?: boolean }
) {
  const store = yield* ResultStore
  yield* known(services ?? [])
  const [facts] = yield* store.facts([imageId])
  if (facts === undefined) return yield* new UnknownImage({ imageId })
  const catalog = yield* Catalog
  // Who is not in the catalog cannot answer anew, and what it has answered stays.
  const again = services ?? facts.requested.filter((service) => ServiceCatalog.find(catalog, service) !== undefined)
  yield* store.forget({ which: all ? "all" : "failed", scope: { _tag: "Images", ids: [imageId] }, steps: again })
  yield* store.request(
    [imageId],
    again.filter((service) => !facts.requested.includes(service))
  )
  const image = yield* owedBy(imageId)
  yield* Submit.publishOwed(Option.toArray(image), (service) => again.includes(service), { lane: "express" })
  // A crop that is forgotten is owed by the stage, and a fact that is gone changes what was derived.
  yield* Hints.tell([{ imageId, stages, headers: {} }])
  yield* note(`ask ${again.join(", ")} again about image ${imageId}${all ? "" : ", what failed"}`)
  return Option.match(image, { onNone: () => ({ id: imageId, isNew: false, owed: [] }), onSome: submissionOf })
})

/** Deletes an image with all that hangs on it. Returns where it was read from. */
export const remove = Effect.fn("Actions.remove")(function* (imageId: ImageId) {
  const removed = yield* ResultStore.use((store) => store.remove(imageId))
  if (Option.isNone(removed)) return yield* new UnknownImage({ imageId })
  yield* note(`delete image ${imageId}`, 1)
  return removed.value
})

/** Puts images into a group, or into none. Returns how many there were. */
export const assign = Effect.fn("Actions.assign")(function* (
  imageIds: ReadonlyArray<ImageId>,
  group: Option.Option<string>
) {
  const words = Option.match(group, {
    onNone: () => "take images out of their groups",
    onSome: (name) => `group ${name}`
  })
  return yield* noting(words)(ResultStore.use((store) => store.assign(imageIds, group)))
})

/** Switches a step off for all programs, until it is switched on. */
export const pause = Effect.fn("Actions.pause")(function* (request: Omit<Pause, "since">) {
  yield* queueOf(request.step)
  const pause = yield* ServiceSwitch.use((switches) => switches.pause(request))
  yield* noteAs(request.by, `pause ${request.step}${request.reason === "" ? "" : `: ${request.reason}`}`)
  return pause
})

/** Switches a step on. Returns whether it was off. */
export const resume = Effect.fn("Actions.resume")(function* (step: StepName) {
  yield* queueOf(step)
  const wasPaused = yield* ServiceSwitch.use((switches) => switches.resume(step))
  if (wasPaused) yield* note(`resume ${step}`)
  return wasPaused
})

/** Changes how a service is asked, for all programs. Returns how it is tuned then. */
export const tune = Effect.fn("Actions.tune")(function* (service: ServiceId, change: Tuning.Change) {
  yield* knownService(service)
  const tuning = yield* Tunings.use((tunings) => tunings.change(service, change))
  yield* note(`tune ${service}: ${Tuning.changeInWords(change)}`)
  return tuning
})

/** Has a service asked as the catalog says. Returns whether it was not. */
export const untune = Effect.fn("Actions.untune")(function* (service: ServiceId) {
  yield* knownService(service)
  const wasTuned = yield* Tunings.use((tunings) => tunings.reset(service))
  if (wasTuned) yield* note(`tune ${service} as in the catalog`)
  return wasTuned
})

/** Fails unless there is such a service. */
export const knownService = Effect.fnUntraced(function* (service: ServiceId) {
  const catalog = yield* Catalog
  if (ServiceCatalog.find(catalog, service) === undefined) return yield* new UnknownStep({ step: service })
})

const owedBy = (imageId: ImageId) =>
  Effect.map(
    ResultStore.use((store) => store.owed({ scope: { _tag: "Images", ids: [imageId] }, limit: 1 })),
    (images) => Option.fromUndefinedOr(images[0])
  )

/**
 * Forgets failed answers and derivations, of a class or all, and tries again. Returns how many there were. Step by step, so
 * that exactly the failures that are meant are forgotten.
 */
export const retryFailed = Effect.fn("Actions.retryFailed")(function* (
  request: Omit<Scope, "services"> &
    Trial & { readonly services?: ReadonlyArray<StepName>; readonly class?: FailureKind }
) {
  yield* known(request.services?.flatMap((step) => (isStage(step) ? [] : [step])) ?? [])
  if (request.dryRun === true) return yield* Archive.use((archive) => archive.countFailures(request))
  const catalog = yield* Catalog
  const steps: Iterable<StepName> = new Set(request.services ?? [...catalog.map(({ id }) => id), ...stages])
  const counts = yield* Effect.forEach(steps, (step) =>
    batches({ error: request.class ?? "any", service: step, ...groupOf(request) }).pipe(
      Stream.mapEffect((ids) => retry(ids, step)),
      Stream.runFold(
        () => 0,
        (sum, count: number) => sum + count
      )
    )
  )
  return yield* noting(inWords("retry failures", request))(
    Effect.succeed(counts.reduce((sum, count) => sum + count, 0))
  )
})

/** What is done, of which services, class and group. */
const inWords = (
  deed: string,
  of: { readonly services?: ReadonlyArray<StepName>; readonly class?: FailureKind; readonly group?: string }
): string =>
  [
    deed,
    ...(of.services === undefined ? [] : [of.services.join(", ")]),
    ...(of.class === undefined ? [] : [of.class]),
    ...(of.group === undefined ? [] : [`group ${of.group}`])
  ].join(", ")

const retry = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>, step: StepName) {
  const store = yield* ResultStore
  const scope = { _tag: "Images", ids } as const
  const forgotten = yield* store.forget({ which: "failed", scope, steps: [step] })
  const owed = yield* store.owed({ scope, limit: ids.length })
  yield* Submit.publishOwed(owed, (service) => service === step)
  // A failed crop is owed by the stage, and a failure that is gone changes what was derived.
  yield* Hints.tell(ids.map((imageId) => ({ imageId, stages, headers: {} })))
  return forgotten
})

/**
 * Asks services again that owe an answer though their queue is empty; with `everyImage`, those that are named also about
 * images for which they were not requested. Returns how many questions were put.
 */
export const runMissing = Effect.fn("Actions.runMissing")(function* (
  request: Scope & Trial & { readonly everyImage?: boolean }
) {
  const archive = yield* Archive
  const store = yield* ResultStore
  const services = request.services ?? []
  yield* known(services)
  const catalog = yield* Catalog
  const idle = yield* Idle.services(catalog)
  const isSetAside = yield* SetAside.jobs(catalog)
  const everyImage = request.everyImage === true && services.length > 0
  const dryRun = request.dryRun === true
  const unasked = everyImage && dryRun ? yield* archive.countUnasked(services, request.group) : 0
  return yield* batches(groupOf(request)).pipe(
    Stream.mapEffect((ids) =>
      Effect.gen(function* () {
        const fresh = new Set(everyImage && !dryRun ? yield* store.request(ids, services) : [])
        const owed = yield* store.owed({ scope: { _tag: "Images", ids }, limit: ids.length })
        const wanted = Publication.only(
          owed,
          (service, imageId) => (services.length === 0 || services.includes(service)) && !isSetAside(imageId, service)
        )
        const due = Publication.due(wanted, { idle, isPublished: (imageId) => !fresh.has(imageId) })
        if (!dryRun) yield* Submit.publishOwed(due)
        return Publication.count(due)
      })
    ),
    Stream.runFold(
      () => unasked,
      (sum, count: number) => sum + count
    ),
    dryRun
      ? (count) => count
      : noting(inWords(everyImage ? "ask about every image" : "ask for what is missing", request))
  )
})

/** The messages set aside from the queues of all steps, or of one, with their step; at most `limit` of each queue. */
export const deadLetters = Effect.fn("Actions.deadLetters")(function* (step: StepName | undefined, limit: number) {
  const broker = yield* MessageBroker
  const letters = yield* Effect.forEach(yield* stepsOf(step), (step) =>
    queueOf(step).pipe(
      Effect.flatMap((queue) => broker.deadLetters(queue, limit)),
      Effect.map((letters) => letters.map((letter) => ({ ...letter, step })))
    )
  )
  return letters.flat()
})

/** How many messages are set aside from the queues of all steps, or of one. */
export const countDeadLetters = Effect.fn("Actions.countDeadLetters")(function* (step: StepName | undefined) {
  const broker = yield* MessageBroker
  const queues = yield* Effect.forEach(yield* stepsOf(step), queueOf)
  const counts = yield* Effect.forEach(queues, (queue) => broker.statistics(queue))
  return counts.reduce((sum, { dead }) => sum + dead, 0)
})

/** One step, or all. */
const stepsOf = (step: StepName | undefined) =>
  Catalog.useSync((catalog): ReadonlyArray<StepName> =>
    step === undefined ? [...catalog.map(({ id }) => id), ...stages] : [step]
  )

/** Puts dead letters of a step back into its queue. Returns how many. */
export const replay = Effect.fnUntraced(function* (step: StepName, selection: DeadLetterSelection) {
  const broker = yield* MessageBroker
  return yield* noting(`replay dead letters of ${step}`)(broker.replay(yield* queueOf(step), selection))
})

/** Forgets dead letters of a step. Returns how many. */
export const drop = Effect.fnUntraced(function* (step: StepName, selection: DeadLetterSelection) {
  const broker = yield* MessageBroker
  return yield* noting(`drop dead letters of ${step}`)(broker.drop(yield* queueOf(step), selection))
})

/** The queue a step consumes. */
export const queueOf = Effect.fnUntraced(function* (step: StepName) {
  if (isStage(step)) return hintQueue[step]
  const catalog = yield* Catalog
  const service = ServiceCatalog.find(catalog, step)
  return service === undefined ? yield* new UnknownStep({ step }) : service.queue
})

const isStage = (step: StepName): step is Stage => stages.some((stage) => stage === step)

/** The services of a list of names. */
const chosen = Effect.fnUntraced(function* (names: string) {
  const catalog = yield* Catalog
  const services = ServiceCatalog.select(catalog, names)
  return Result.isSuccess(services) ? services.success : yield* unknown(catalog, services.failure)
})

/** Fails when the catalog does not list one of the services. */
export const known = Effect.fnUntraced(function* (services: ReadonlyArray<ServiceId>) {
  const catalog = yield* Catalog
  const others = services.filter((service) => ServiceCatalog.find(catalog, service) === undefined)
  if (others.length > 0) return yield* unknown(catalog, others)
})

const unknown = (catalog: ServiceCatalog.ServiceCatalog, names: ReadonlyArray<string>) =>
  new UnknownServices({ names, known: catalog.map(({ id }) => id) })

const batches = (filter: ImageFilter) =>
  Stream.unwrap(Archive.useSync((archive) => archive.ids(filter))).pipe(Stream.grouped(batch))

const groupOf = ({ group }: { readonly group?: string | undefined }) => (group === undefined ? {} : { group })

const submissionOf = ({ imageId, isNew, owed, traceParent }: SubmittedImage) => {
  const span = TraceContext.decode(Option.getOrUndefined(traceParent))
  return { id: imageId, isNew, owed, ...(span === undefined ? {} : { traceId: span.traceId }) }
}
