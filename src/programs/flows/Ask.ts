/** Asking a service about a picture. */
import { Effect } from "effect"
import type { Outcome } from "../../domain/Facts.ts"
import { type ImageReference, pathOf } from "../../domain/ImageReference.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../services/ImageSource.ts"
import { type Handover, Inference } from "../../services/Inference.ts"

/**
 * The answer of `service` about the picture in the form the service wants it. A service that fails is not to blame when the
 * picture is damaged: then that is the failure.
 */
export const aboutImage = Effect.fnUntraced(function* (service: Service, image: ImageReference) {
  const handover = yield* handOver(service, image)
  return yield* ask(service, handover).pipe(
    Effect.tapError(() => (handover._tag === "Upload" ? ImageSource.use((source) => source.load(image)) : Effect.void))
  )
})

/** The answer of `service` about what is handed over. */
export const ask = Effect.fnUntraced(function* (service: Service, image: Handover) {
  const inference = yield* Inference
  return { _tag: "Success", ...(yield* inference.analyze(service, image)) } satisfies Outcome
})

const handOver = Effect.fnUntraced(function* (service: Service, image: ImageReference) {
  switch (service.input) {
    case "upload":
      return { _tag: "Upload", image: yield* ImageSource.use((source) => source.read(image)) } satisfies Handover
    case "url":
      if (image.url !== undefined) return { _tag: "Url", url: image.url } satisfies Handover
      return yield* lacks(image, "URL", service)
    case "file": {
      const path = pathOf(image)
      if (path !== undefined) return { _tag: "File", path } satisfies Handover
      return yield* lacks(image, "path", service)
    }
  }
})

const lacks = (image: ImageReference, what: string, service: Service) =>
  new ImageSourceError({
    reason: new Unusable({
      image: image.filename,
      detail: `has no ${what}, which ${service.id} is configured to be given: set its "input" to "upload"`
    })
  })
