/** Asking a service about a picture. */
import { Effect } from "effect"
import type { Outcome } from "../../domain/Facts.ts"
import { type ImageReference, pathOf } from "../../domain/ImageReference.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import * as StoredObject from "../../domain/StoredObject.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../services/ImageSource.ts"
import { type Handover, Inference } from "../../services/Inference.ts"

/**
 * The answer of `service` about the picture in the form the service wants it, and which picture that was. What is not upright
 * where it lies, or otherwise not as all are to see it, is uploaded to every service, and so is an object in storage, for
 * which the service would need a login. A service that fails is not to blame when the picture is damaged:
 * then that is the failure.
 */
export const aboutImage = Effect.fnUntraced(function* (service: Service, image: ImageReference) {
  const source = yield* ImageSource
  const place = service.input === "upload" ? undefined : yield* placeOf(service, service.input, image)
  return yield* source.lend(image, (encoded) =>
    ask(service, place !== undefined && encoded.isOriginal ? place : { _tag: "Upload", image: encoded }).pipe(
      Effect.tapError(() => source.load(image)),
      Effect.map((outcome) => ({ outcome, picture: { version: encoded.version, isTurned: encoded.isTurned } }))
    )
  )
})

/** The answer of `service` about what is handed over. */
export const ask = Effect.fnUntraced(function* (service: Service, image: Handover) {
  const inference = yield* Inference
  return { _tag: "Success", ...(yield* inference.analyze(service, image)) } satisfies Outcome
})

/** Where the service itself can read the picture. */
const placeOf = (
  service: Service,
  input: "url" | "file",
  image: ImageReference
): Effect.Effect<Handover | undefined, ImageSourceError> => {
  if (input === "url") {
    if (image.url !== undefined && StoredObject.isAddress(image.url)) return Effect.undefined
    return image.url === undefined ? lacks(image, "URL", service) : Effect.succeed({ _tag: "Url", url: image.url })
  }
  const path = pathOf(image)
  return path === undefined ? lacks(image, "path", service) : Effect.succeed({ _tag: "File", path })
}

const lacks = (image: ImageReference, what: string, service: Service) =>
  new ImageSourceError({
    reason: new Unusable({
      image: image.filename,
      detail: `has no ${what}, which ${service.id} is configured to be given: set its "input" to "upload"`
    })
  })
