/**
 * Producing: asks services about any number of images, in constant memory.
 *
 * May be repeated, and goes on where it was stopped: only what was not asked before is published, and what was asked of a
 * service whose queue is empty, since then no worker is about to answer. What falls between, a batch that was noted in the
 * database and not published, is found by the sweep when the queue is empty.
 */
import { Clock, Console, type Data, Deferred, Effect, Ref, Stream } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { type ImageReference, placeOf, type SeenPicture } from "../../domain/ImageReference.ts"
import * as Publication from "../../domain/Publication.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { Archive } from "../../services/Archive.ts"
import type { BrokerUnavailable, Lane } from "../../services/MessageBroker.ts"
import { ResultStore, type ResultStoreError, type SubmittedImage } from "../../services/ResultStore.ts"
import * as ProductionText from "../views/ProductionText.ts"
import { runUntilStopped } from "./Drain.ts"
import * as Idle from "./Idle.ts"
import * as Reconnect from "./Reconnect.ts"
import { makeKnown, publishOwed } from "./Submit.ts"

/** The images to ask about: some to be made known, or some that are. */
export type Source<E, R> = Data.TaggedEnum<{
  Pictures: { readonly pictures: Stream.Stream<ImageReference, E, R>; readonly group: string | undefined }
  Known: { readonly ids: Stream.Stream<ImageId, E, R> }
  /** Pictures that come now and then, each with what is seen there: one that is another picture is asked about anew. */
  Appearing: {
    readonly pictures: Stream.Stream<{ readonly reference: ImageReference; readonly seen: SeenPicture }, E, R>
    readonly group: string | undefined
  }
}>

/** What became of some images. */
export interface Produced {
  readonly images: number
  /** Questions that were published. */
  readonly jobs: number
  /** Questions that were published before and are not answered yet. */
  readonly pending: number
  /** Images that are not known yet. */
  readonly unknown: number
}

/** Images that are worked on at once, and how long those that appear are waited for. */
const batch = 500
const together = "500 millis"

/** Asks the services about the images, batch by batch, until told to stop; says of each what became of it. */
export const produce = <E, R>(
  source: Source<E, R>,
  services: ServiceCatalog,
  stop: Deferred.Deferred<void>,
  lane: Lane = "bulk"
) =>
  Stream.unwrap(
    Effect.map(source._tag === "Appearing" ? Effect.succeed(new Set<ServiceId>()) : Idle.services(services), (idle) => {
      const batches =
        source._tag === "Known"
          ? source.ids.pipe(Stream.grouped(batch), Stream.mapEffect(known))
          : source._tag === "Appearing"
            ? source.pictures.pipe(
                // Nothing may come for hours.
                Stream.interruptWhen(Deferred.await(stop)),
                Stream.groupedWithin(batch, together),
                Stream.mapEffect((some) => appeared(some, source.group))
              )
            : source.pictures.pipe(
                Stream.grouped(batch),
                Stream.mapEffect((pictures) =>
                  Effect.map(bridged(makeKnown(pictures, groupOf(source.group))), (images): Batch => ({
                    ids: images.map(({ imageId }) => imageId),
                    images,
                    unknown: 0
                  }))
                )
              )
      return batches.pipe(
        Stream.haltWhen(Deferred.await(stop)),
        Stream.mapEffect((batch) => ask(batch, services, idle, lane), { concurrency: 3 })
      )
    })
  )

interface Batch {
  readonly ids: ReadonlyArray<ImageId>
  /** What the images owed before. */
  readonly images: ReadonlyArray<SubmittedImage>
  readonly unknown: number
}

/** Makes pictures known, and forgets what is known about others that were at their places. */
const appeared = Effect.fnUntraced(function* (
  pictures: ReadonlyArray<{ readonly reference: ImageReference; readonly seen: SeenPicture }>,
  group: string | undefined
) {
  const store = yield* ResultStore
  const references = pictures.map(({ reference }) => reference)
  const images = yield* bridged(makeKnown(references, groupOf(group)))
  const seen = new Map(pictures.map(({ reference, seen }) => [placeOf(reference), seen]))
  yield* Effect.forEach(
    images.filter(({ isNew }) => !isNew),
    ({ imageId, reference }) => {
      const picture = seen.get(placeOf(reference))
      return picture === undefined ? Effect.succeed(false) : bridged(store.see(imageId, picture))
    },
    { discard: true }
  )
  const batch: Batch = { ids: images.map(({ imageId }) => imageId), images, unknown: 0 }
  return batch
})

const groupOf = (group: string | undefined) => ({ services: [], ...(group === undefined ? {} : { group }) })

const known = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const archive = yield* Archive
  const store = yield* ResultStore
  const found = yield* bridged(Stream.runCollect(archive.ids({ ids })))
  const images = yield* bridged(store.owed({ scope: { _tag: "Images", ids }, limit: ids.length }))
  const batch: Batch = { ids: found, images, unknown: ids.length - found.length }
  return batch
})

const ask = Effect.fn("Produce.ask")(function* (
  { ids, images, unknown }: Batch,
  services: ServiceCatalog,
  idle: ReadonlySet<ServiceId>,
  lane: Lane
) {
  const store = yield* ResultStore
  const wanted = new Set(services.map(({ id }) => id))
  const before = new Map(images.map(({ imageId, owed }) => [imageId, new Set(owed)]))
  yield* bridged(store.request(ids, [...wanted]))
  const after = yield* bridged(store.owed({ scope: { _tag: "Images", ids }, limit: ids.length }))
  const owed = Publication.only(after, (service) => wanted.has(service))
  const due = Publication.due(owed, {
    idle,
    isPublished: (imageId, service) => before.get(imageId)?.has(service) ?? false
  })
  yield* bridged(publishOwed(due, undefined, { lane }))
  const jobs = Publication.count(due)
  return { images: ids.length, jobs, pending: Publication.count(owed) - jobs, unknown } satisfies Produced
})

/** Tries again while the broker or the database is being restarted. */
const bridged = <A, E extends BrokerUnavailable | ResultStoreError, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(
    Effect.tapError((error) => (isPassing(error) ? Effect.logWarning(error.message) : Effect.void)),
    Effect.retry({ while: isPassing, schedule: Reconnect.untilRestarted })
  )

const isPassing = (error: BrokerUnavailable | ResultStoreError): boolean =>
  error._tag === "BrokerUnavailable" || error.reason._tag === "StoreUnavailable"

/**
 * Produces, says how far that is every few seconds and at the end, whatever that is, what was done. Returns the sum. When it
 * is interrupted, batches in hand are finished.
 */
export const produceAll = <E, R>(source: Source<E, R>, services: ServiceCatalog, total: number, lane: Lane = "bulk") =>
  Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const sum = yield* Ref.make<Produced>({ images: 0, jobs: 0, pending: 0, unknown: 0 })
    const production = Effect.gen(function* () {
      return { ...(yield* Ref.get(sum)), total, elapsed: ((yield* Clock.currentTimeMillis) - started) / 1000 }
    })
    yield* Effect.flatMap(production, (now) => Console.error(ProductionText.progress(now))).pipe(
      Effect.delay("2 seconds"),
      Effect.forever,
      Effect.forkScoped
    )
    const counted = (stop: Deferred.Deferred<void>) =>
      produce(source, services, stop, lane).pipe(Stream.tap((batch) => Ref.update(sum, (before) => add(before, batch))))
    yield* runUntilStopped(counted, { within: "20 seconds" }).pipe(
      Effect.ensuring(Effect.flatMap(production, (done) => Console.log(ProductionText.summary(done)))),
      Effect.onInterrupt(() => Console.error("Stopped before the end. Start the same command again to go on."))
    )
    return yield* Ref.get(sum)
  }).pipe(Effect.scoped)

const add = (self: Produced, that: Produced): Produced => ({
  images: self.images + that.images,
  jobs: self.jobs + that.jobs,
  pending: self.pending + that.pending,
  unknown: self.unknown + that.unknown
})
