/** Submitting images: making them known, and asking the services about them. */
import { Effect, Option, Schema, Stream } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { ImageReference } from "../../domain/ImageReference.ts"
import { JobJson } from "../../domain/Messages.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import { Catalog } from "../../services/Catalog.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import { ResultStore, type SubmittedImage } from "../../services/ResultStore.ts"

export interface SubmitOptions {
  readonly services: ReadonlyArray<Service>
  readonly group?: string
}

/**
 * Makes the images known and publishes what is owed about them, in order and in constant memory. Submitting an image
 * again asks only for what has not been answered.
 */
export const submit = <E, R>(images: Stream.Stream<ImageReference, E, R>, options: SubmitOptions) =>
  images.pipe(
    Stream.grouped(200),
    Stream.mapEffect((references) => submitBatch(references, options)),
    Stream.flattenIterable
  )

const submitBatch = Effect.fn("Submit.batch")(function* (
  references: ReadonlyArray<ImageReference>,
  { group, services }: SubmitOptions
) {
  const store = yield* ResultStore
  const requests = yield* Effect.forEach(references, (reference) =>
    Effect.map(rootSpan(reference), (span) => ({
      reference,
      services: services.map(({ id }) => id),
      traceParent: TraceContext.encode(span),
      ...(group === undefined ? {} : { group })
    }))
  )
  const submitted = yield* store.submit(requests)
  yield* publishOwed(submitted)
  return submitted
})

/** The span that all work on an image belongs to; it covers the submission only, the work may take days. */
const rootSpan = (reference: ImageReference) =>
  Effect.currentSpan.pipe(
    Effect.orDie,
    Effect.withSpan("submit image", {
      root: true,
      kind: "producer",
      attributes: { "windmill.image.filename": reference.filename }
    })
  )

/** Publishes a job for every answer that the images still lack. */
export const publishOwed = Effect.fn("Submit.publish")(function* (
  images: ReadonlyArray<SubmittedImage>,
  isWanted: (service: ServiceId) => boolean = () => true
) {
  const broker = yield* MessageBroker
  const catalog = yield* Catalog
  yield* broker.publish(
    images.flatMap((image) =>
      image.owed.flatMap((id) => {
        const service = ServiceCatalog.find(catalog, id)
        return service === undefined || !isWanted(id) ? [] : [jobMessage(image, service)]
      })
    )
  )
})

const jobMessage = ({ imageId, reference, traceParent }: SubmittedImage, service: Service) => ({
  queue: service.queue,
  body: Schema.encodeSync(JobJson)({ version: 1, imageId, service: service.id, image: reference }),
  headers: Option.match(traceParent, {
    onNone: () => ({}),
    onSome: (value) => ({ [TraceContext.header]: value })
  })
})
