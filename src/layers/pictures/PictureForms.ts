/**
 * Pictures in the form services want: smaller, in another format, or as plain pixels.
 *
 * Services that want the same of a picture share the work: each form of it is made once, and kept for a moment.
 */
import { Cache, Duration, Effect, Equal, Exit, Hash, Schema } from "effect"
import * as NodeCrypto from "node:crypto"
import sharp from "sharp"
import type { PictureFormat } from "../../domain/catalog/Service.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import * as KServe from "../../domain/protocol/KServe.ts"
import type { PictureForm } from "../../domain/protocol/Protocol.ts"

/** The picture cannot be decoded. */
export class PictureUnfit extends Schema.TaggedError<PictureUnfit>()("PictureUnfit", { detail: Schema.String }) {
  override get message() {
    return `the picture cannot be brought into the form the service wants: ${this.detail}`
  }
}

export interface Wish {
  readonly form: PictureForm
  /** The most pixels of width and height. */
  readonly maxSize: number | undefined
  /** Formats that are read; the first is the one to convert to. */
  readonly formats: ReadonlyArray<PictureFormat> | undefined
}

/** The picture as wished. What is as wished already stays as it is, in the memory it is in. */
export type PictureForms = (image: EncodedImage, wish: Wish) => Effect.Effect<EncodedImage, PictureUnfit>

export const make = Effect.gen(function* () {
  const cache = yield* Cache.makeWith((key: Key) => convert(key.image, key.wish), {
    capacity: 16,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.minutes(1) : Duration.zero)
  })
  const prepare: PictureForms = (image, wish) =>
    isAsWished(image, wish) ? Effect.succeed(image) : Cache.get(cache, new Key(image, wish))
  return prepare
})

/** JPEG quality of a picture that is made smaller, of 100. */
const quality = 92

/** Fills what a letterbox leaves over, as those who trained the usual detectors did. */
const gray = { r: 114, g: 114, b: 114 }

const isAsWished = (image: EncodedImage, { form, formats, maxSize = Number.POSITIVE_INFINITY }: Wish): boolean =>
  form._tag === "File" &&
  Math.max(image.width, image.height) <= maxSize &&
  (formats === undefined || formats.some((format) => image.mediaType === `image/${format}`))

/** One form of one picture, which is told by its content: memory is used again for other pictures. */
class Key implements Equal.Equal {
  private readonly name: string
  readonly image: EncodedImage
  readonly wish: Wish
  constructor(image: EncodedImage, wish: Wish) {
    this.image = image
    this.wish = wish
    const digest = NodeCrypto.createHash("sha1").update(image.bytes).digest("base64")
    this.name = digest + JSON.stringify(wish)
  }
  [Hash.symbol](): number {
    return Hash.string(this.name)
  }
  [Equal.symbol](that: Equal.Equal): boolean {
    return that instanceof Key && that.name === this.name
  }
}

const convert = Effect.fn("PictureForms.convert")((image: EncodedImage, wish: Wish) =>
  Effect.tryPromise({
    try: () => (wish.form._tag === "Pixels" ? pixels(image, wish.form) : file(image, wish)),
    catch: (cause) => new PictureUnfit({ detail: (cause as Error).message.split("\n")[0]! })
  })
)

const open = ({ bytes }: EncodedImage) =>
  sharp(bytes, { failOn: "truncated", limitInputPixels: false }).toColourspace("srgb")

const file = async (image: EncodedImage, { formats, maxSize }: Wish): Promise<EncodedImage> => {
  const format = formatOf(image, formats)
  const scaled =
    maxSize === undefined
      ? open(image)
      : open(image).resize({ width: maxSize, height: maxSize, fit: "inside", withoutEnlargement: true })
  const opaque = format === "jpeg" ? scaled.flatten({ background: "white" }) : scaled
  const { data, info } = await opaque
    .keepExif()
    .toFormat(format, format === "jpeg" || format === "webp" ? { quality } : {})
    .toBuffer({ resolveWithObject: true })
  return {
    bytes: data,
    mediaType: `image/${format}`,
    filename: `${image.filename.replace(/\.[^.]*$/, "")}.${format === "jpeg" ? "jpg" : format}`,
    width: info.width,
    height: info.height
  }
}

const formatOf = ({ mediaType }: EncodedImage, formats: Wish["formats"]): PictureFormat => {
  const own = mediaType.replace(/^image\//, "") as PictureFormat
  return formats === undefined || formats.includes(own) ? own : formats[0]!
}

/** Red, green and blue of each pixel, as a letterbox or stretched. */
const pixels = async (
  image: EncodedImage,
  { fit, size }: Extract<PictureForm, { readonly _tag: "Pixels" }>
): Promise<EncodedImage> => {
  const inside = fit === "stretch" ? { ...size, left: 0, top: 0 } : KServe.letterbox(image, size)
  const { height, left, top, width } = inside
  const data = await open(image)
    .flatten({ background: "white" })
    .resize({ width, height, fit: "fill" })
    .extend({
      left,
      top,
      right: size.width - width - left,
      bottom: size.height - height - top,
      background: gray
    })
    .removeAlpha()
    .raw()
    .toBuffer()
  return { bytes: data, mediaType: "application/octet-stream", filename: image.filename, ...size }
}
