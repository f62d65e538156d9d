/** Pictures made small, for lists and reports. */
import { Context, type Effect } from "effect"
import type { EncodedImage } from "../domain/ImageReference.ts"
import type { ImageSourceError } from "./ImageSource.ts"

export class Scaler extends Context.Service<
  Scaler,
  {
    /** The picture as a JPEG of at most that many pixels in width and height, never larger than it is, without EXIF. */
    readonly scale: (
      image: EncodedImage,
      most: { readonly width: number; readonly height?: number }
    ) => Effect.Effect<EncodedImage, ImageSourceError>
  }
>()("windmill/services/Scaler") {}
