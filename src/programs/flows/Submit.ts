/** Submitting images: making them known, and asking the services about them. */
import { Clock, Effect, Exit, Option, Schema, Stream, type Tracer } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { ImageReference } from "../../domain/ImageReference.ts"
import { Job, published, repeated } from "../../domain/Messages.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import * as Wording from "../../domain/Wording.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type Lane, MessageBroker, type OutgoingMessage } from "../../services/MessageBroker.ts"
import { ResultStore, type SubmittedImage } from "../../services/ResultStore.ts"

export interface SubmitOptions {
  readonly services: ReadonlyArray<Service>
  readonly group?: string
  /** Whether a person waits for these images: then they go before all others, in every step. */
  readonly lane?: Lane
}

/**
 * Makes the images known and publishes what is owed about them, in order and in constant memory. Submitting an image
 * again asks only for what has not been answered.
 */
export const submit = <E, R>(images: Stream.Stream<ImageReference, E, R>, options: SubmitOptions) =>
  images.pipe(
    Stream.groupedWithin(200, together),
    Stream.mapEffect((references) => submitBatch(references, options)),
    Stream.flattenIterable
  )

/** How long further images are waited for, of which none may come for hours. */
const together = "500 millis"

const submitBatch = Effect.fn("Submit.batch")(function* (
  references: ReadonlyArray<ImageReference>,
  options: SubmitOptions
) {
  const submitted = yield* makeKnown(references, options)
  yield* publishOwed(submitted, undefined, options)
  return submitted
})

/** File systems have no longer names; what URLs end with may be longer. */
const longestFilename = 255

/** Makes images known, each with a trace of its own, and requests the services. Nothing is published. */
export const makeKnown = Effect.fnUntraced(function* (
  references: ReadonlyArray<ImageReference>,
  { group, services }: SubmitOptions
) {
  const store = yield* ResultStore
  const roots = yield* Effect.forEach(references, () => rootSpan)
  const submitted = yield* store.submit(
    references.map((reference, i) => ({
      reference: { ...reference, filename: Wording.cut(reference.filename, longestFilename) },
      services: services.map(({ id }) => id),
      traceParent: TraceContext.encode(roots[i]!),
      ...(group === undefined ? {} : { group })
    }))
  )
  yield* endRoots(roots, submitted)
  return submitted
})

/**
 * The span that all work on an image belongs to; it covers the submission only, the work may take days. An image has one
 * even where nothing is traced, so that what other programs trace of it is one trace.
 */
const rootSpan = Effect.flatMap(Effect.option(Effect.currentSpan), (batch) =>
  Effect.makeSpan("submit image", {
    root: true,
    kind: "producer",
    links: Option.toArray(batch).map((span) => ({ span, attributes: {} }))
  })
).pipe(Effect.withTracerEnabled(true))

/** Ends the spans of new images. Those of images known before are forgotten: these go on in their first trace. */
const endRoots = Effect.fnUntraced(function* (
  roots: ReadonlyArray<Tracer.Span>,
  submitted: ReadonlyArray<SubmittedImage>
) {
  const now = yield* Clock.currentTimeNanos
  const begun = new Map(submitted.map(({ imageId, traceParent }) => [Option.getOrUndefined(traceParent), imageId]))
  for (const root of roots) {
    const imageId = begun.get(TraceContext.encode(root))
    if (imageId === undefined) continue
    root.attribute("windmill.image_id", imageId)
    root.end(now, Exit.void)
  }
})

/**
 * Publishes a job for every answer that the images still lack: those of a queue together, which costs the broker least.
 * `isRepeated`: they may have been published before.
 */
export const publishOwed = Effect.fn("Submit.publish")(function* (
  images: ReadonlyArray<SubmittedImage>,
  isWanted: (service: ServiceId) => boolean = () => true,
  { isRepeated = false, lane = "bulk" }: { readonly isRepeated?: boolean; readonly lane?: Lane } = {}
) {
  const broker = yield* MessageBroker
  const catalog = yield* Catalog
  const now = { ...published(yield* Clock.currentTimeMillis), ...(isRepeated ? repeated : {}) }
  const byQueue = new Map<string, Array<OutgoingMessage>>(catalog.map(({ queue }) => [queue, []]))
  for (const image of images) {
    const services = image.owed.flatMap((id) => (isWanted(id) ? (ServiceCatalog.find(catalog, id) ?? []) : []))
    for (const message of jobMessages(image, services, now)) byQueue.get(message.queue)!.push({ lane, ...message })
  }
  yield* broker.publish([...byQueue.values()].flat())
})

const encodeJob = Schema.encodeSync(Job)

/** The jobs about an image, which differ in the service alone: it is encoded once. */
const jobMessages = (
  { imageId, reference, traceParent }: SubmittedImage,
  services: ReadonlyArray<Service>,
  now: Readonly<Record<string, string>>
): ReadonlyArray<OutgoingMessage> => {
  const [first] = services
  if (first === undefined) return []
  const job = encodeJob({ version: 1, imageId, service: first.id, image: reference })
  const headers = Option.match(traceParent, {
    onNone: () => now,
    onSome: (value) => ({ [TraceContext.header]: value, ...now })
  })
  return services.map(({ id, queue }) => ({ queue, body: JSON.stringify({ ...job, service: id }), headers }))
}
