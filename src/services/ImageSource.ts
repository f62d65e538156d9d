/** The pictures themselves. */
import { Context, type Effect, Schema } from "effect"
import type { EncodedImage, ImageReference, SeenPicture } from "../domain/ImageReference.ts"
import * as SignedUrl from "../domain/SignedUrl.ts"

/** The place could not be reached now. Worth another try. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  image: Schema.String,
  detail: Schema.String,
  /** The folder or web server that is away, with all that is read from it. The picture is not to blame then. */
  source: Schema.optionalKey(Schema.String),
  /** When to look again, while the source is left alone. */
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {
  override get message() {
    return `${SignedUrl.shown(this.image)} cannot be reached: ${this.detail}`
  }
}

/** Its folder is there, but not the picture, or it may not be read. It may still appear: worth a few more looks. */
export class Missing extends Schema.TaggedError<Missing>()("Missing", {
  image: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${SignedUrl.shown(this.image)} ${this.detail}`
  }
}

/** The place was reached, and what is there cannot be analyzed. `detail` says what is wrong and what to do about it. */
export class Unusable extends Schema.TaggedError<Unusable>()("Unusable", {
  image: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${SignedUrl.shown(this.image)} ${this.detail}`
  }
}

export class ImageSourceError extends Schema.TaggedError<ImageSourceError>()("ImageSourceError", {
  reason: Schema.Union([Unreachable, Missing, Unusable])
}) {
  override get message() {
    return this.reason.message
  }
}

/** A picture as services are to see it: upright, one still frame, 8-bit sRGB without transparency. */
export interface SourceImage extends EncodedImage, SeenPicture {
  /** Whether the place has these very bytes, so that a service may as well read them there. */
  readonly isOriginal: boolean
}

export class ImageSource extends Context.Service<
  ImageSource,
  {
    /**
     * What `use` makes of the image: by what its header says within the limits of size and pixels. Whether the rest of it
     * can be decoded is not looked at. Its bytes are there until `use` ends, and may be another picture's after that.
     */
    readonly lend: <A, E, R>(
      reference: ImageReference,
      use: (image: SourceImage) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | ImageSourceError, R>
    /** The image for good, decoded to the end to know that all of it is there. */
    readonly load: (reference: ImageReference) => Effect.Effect<SourceImage, ImageSourceError>
    /** Whether a folder or web server that was away can be read from again, as far as can be told without a picture. */
    readonly isBack: (source: string) => Effect.Effect<boolean>
  }
>()("windmill/services/ImageSource") {}
