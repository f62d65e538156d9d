/** Small pictures by sharp. */
import { Effect, Layer } from "effect"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { ImageSourceError, Unusable } from "../../services/ImageSource.ts"
import { Scaler } from "../../services/Scaler.ts"
import * as Decoding from "./Decoding.ts"

/** JPEG quality of a small picture, of 100. */
const quality = 80

const scale = Effect.fn("Scaler.scale")(
  (image: EncodedImage, most: { readonly width: number; readonly height?: number }) =>
    Decoding.run({ bytes: image.bytes, pixels: image.width * image.height }, (source) =>
      source
        .resize({ ...most, fit: "inside", withoutEnlargement: true })
        .toColourspace("srgb")
        .flatten({ background: "white" })
        .jpeg({ quality })
        .toBuffer({ resolveWithObject: true })
    ).pipe(
      Effect.mapError(
        (cause) =>
          new ImageSourceError({
            reason: new Unusable({ image: image.filename, detail: `cannot be scaled: ${cause.message}` })
          })
      ),
      Effect.map(({ data, info }) => ({
        bytes: data,
        mediaType: "image/jpeg",
        filename: "small.jpg",
        width: info.width,
        height: info.height
      }))
    )
)

export const layer = Layer.succeed(Scaler, Scaler.of({ scale }))
