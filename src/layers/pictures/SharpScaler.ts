/** Small pictures by sharp; a few at a time, so that whoever analyzes in the same process has room. */
import { Effect, Layer, Semaphore } from "effect"
import sharp from "sharp"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { ImageSourceError, Unusable } from "../../services/ImageSource.ts"
import { Scaler } from "../../services/Scaler.ts"

/** Pictures scaled at once. */
const concurrency = 2

/** JPEG quality of a small picture, of 100. */
const quality = 80

export const layer = Layer.effect(
  Scaler,
  Effect.gen(function* () {
    const permits = yield* Semaphore.make(concurrency)
    const scale = Effect.fn("Scaler.scale")((image: EncodedImage, size: number) =>
      permits.withPermits(1)(
        Effect.tryPromise({
          try: () =>
            sharp(image.bytes)
              .resize({ width: size, height: size, fit: "inside", withoutEnlargement: true })
              .flatten({ background: "white" })
              .jpeg({ quality })
              .toBuffer({ resolveWithObject: true }),
          catch: (cause) =>
            new ImageSourceError({
              reason: new Unusable({ image: image.filename, detail: `cannot be scaled: ${(cause as Error).message}` })
            })
        }).pipe(
          Effect.map(({ data, info }) => ({
            bytes: data,
            mediaType: "image/jpeg",
            filename: "small.jpg",
            width: info.width,
            height: info.height
          }))
        )
      )
    )
    return Scaler.of({ scale })
  })
)
