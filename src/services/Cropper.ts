/** Regions of a picture as pictures of their own. */
import { Context, type Effect, Schema, type Scope } from "effect"
import type { ImageBox } from "../domain/BoundingBox.ts"
import type { EncodedImage } from "../domain/ImageReference.ts"

/** The picture cannot be decoded, or nothing of the box lies inside it. */
export class CropError extends Schema.TaggedError<CropError>()("CropError", {
  image: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Cannot crop ${this.image}: ${this.detail}`
  }
}

/** A JPEG of part of an image. `region` is the part, in whole pixels of the image, inside its borders. */
export interface Crop {
  readonly image: EncodedImage
  readonly region: ImageBox
}

/** Cuts boxes, in image pixels, from one picture. */
export type Cut = (box: ImageBox) => Effect.Effect<Crop, CropError>

export class Cropper extends Context.Service<
  Cropper,
  {
    /**
     * Decodes the picture once, in memory that is given back with the scope, and cuts from it as often as wanted, each region
     * once.
     */
    readonly open: (image: EncodedImage) => Effect.Effect<Cut, CropError, Scope.Scope>
  }
>()("windmill/services/Cropper") {}
