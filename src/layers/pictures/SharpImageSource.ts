/**
 * Pictures from disk and over HTTP, checked and made alike.
 *
 * Every service, crop, thumbnail and page sees the same pixels: one upright still picture, 8-bit sRGB. What is that already
 * is handed on as it is; all else is decoded once and handed on as JPEG, so that no other decoder has anything to decide.
 * What several workers of a process ask for at once, or shortly after, is fetched and converted once; a file that services
 * read as it is is read anew each time, which costs less than the memory to keep it.
 */
import { Cache, Duration, Effect, Exit, Layer, Stream } from "effect"
import * as NodeZlib from "node:zlib"
import sharp from "sharp"
import { type ImageReference, pathOf, PictureVersion } from "../../domain/ImageReference.ts"
import { ImageSource, type SourceImage } from "../../services/ImageSource.ts"
import { WebPictures } from "../../services/WebPictures.ts"
import * as Decoding from "./Decoding.ts"
import * as FileBytes from "./FileBytes.ts"
import * as PictureHeader from "./PictureHeader.ts"
import * as PictureMemory from "./PictureMemory.ts"
import { damaged, type Limits, tooLarge, unusable } from "./Problems.ts"

export const defaultLimits: Limits = { bytes: 32 * 1024 * 1024, pixels: 100_000_000 }

export interface SourceOptions {
  readonly limits?: Limits
  /** Folders below which files are read; any file when there are none. */
  readonly roots?: ReadonlyArray<string>
}

export const layer = ({ limits = defaultLimits, roots = [] }: SourceOptions = {}) =>
  Layer.effect(
    ImageSource,
    Effect.gen(function* () {
      const web = yield* WebPictures
      const readFile = (path: string, take: PictureMemory.PictureMemory["take"]) =>
        FileBytes.read(path, { limit: limits.bytes, roots }, take)

      const fetchUrl = Effect.fn("ImageSource.fetch")((url: string) =>
        web.fetchTrusted(url).pipe(
          Stream.runFoldEffect(
            () => ({ chunks: [] as Array<Uint8Array>, size: 0 }),
            (read, chunk) => {
              read.chunks.push(chunk)
              read.size += chunk.length
              return read.size <= limits.bytes ? Effect.succeed(read) : tooLarge(url, limits)
            }
          ),
          Effect.map(({ chunks }): Uint8Array => Buffer.concat(chunks)),
          Effect.catchTag("PlaceRefused", (refusal) =>
            unusable(
              url,
              `leads to ${refusal.url}, which is not fetched: ${refusal.detail}. Allow it with API_FETCH_NETWORKS`
            )
          )
        )
      )

      /** What was fetched or converted, by reference and, for a file, the version that it had. */
      const cache = yield* Cache.makeWith(
        Effect.fnUntraced(function* (key: string) {
          const [reference] = JSON.parse(key) as [ImageReference, PictureVersion?]
          const path = pathOf(reference)
          const bytes =
            path === undefined ? yield* fetchUrl(reference.url!) : yield* readFile(path, Buffer.allocUnsafeSlow)
          return yield* inspect(reference, bytes, PictureHeader.read(bytes), limits)
        }),
        { capacity: 32, timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.minutes(1) : Duration.zero) }
      )
      const cached = (...key: [ImageReference, PictureVersion?]) => Cache.get(cache, JSON.stringify(key))

      const memory = PictureMemory.make()
      const lend: ImageSource["Service"]["lend"] = (reference, use) => {
        const path = pathOf(reference)
        if (path === undefined) return Effect.flatMap(read(cached(reference)), use)
        return Effect.flatMap(read(borrow(reference, path)), (borrowed) =>
          Effect.ensuring(use(borrowed.image), borrowed.giveBack)
        )
      }
      /** The picture in borrowed memory, unless there is more to do about it than to read it. */
      const borrow = Effect.fnUntraced(function* (reference: ImageReference, path: string) {
        const bytes = yield* readFile(path, memory.take)
        const giveBack = Effect.sync(() => memory.give(bytes))
        const header = PictureHeader.read(bytes)
        if (header?.plain !== undefined) return { image: yield* inspect(reference, bytes, header, limits), giveBack }
        const version = versionOf(bytes)
        yield* giveBack
        return { image: yield* cached(reference, version), giveBack: Effect.void }
      })
      const load = Effect.fn("ImageSource.load")(function* (reference: ImageReference) {
        const path = pathOf(reference)
        if (path === undefined)
          return yield* Effect.tap(read(cached(reference)), (image) => decodeAll(nameOf(reference), image))
        return yield* lend(reference, (image) =>
          Effect.as(decodeAll(nameOf(reference), image), { ...image, bytes: new Uint8Array(image.bytes) })
        )
      })
      return ImageSource.of({ lend, load })
    })
  )

const read = Effect.withSpan("ImageSource.read")

/** Formats that are read. Animations are none: services look at one picture. */
const readable = new Set(["jpeg", "png", "webp", "gif", "tiff", "avif", "heif"])

/** Bytes of EXIF that fit into a JPEG. */
const largestExif = 65_000

/** Finds out what the picture is, and makes it what services are to see. */
const inspect = Effect.fn("ImageSource.inspect")(function* (
  reference: ImageReference,
  bytes: Uint8Array,
  header: PictureHeader.Header | undefined,
  limits: Limits
) {
  const name = nameOf(reference)
  if (bytes.length === 0) return yield* unusable(name, "is empty (0 bytes): fetch or export it again")
  if (header === undefined) {
    return yield* unusable(
      name,
      "is not a picture in a known format: convert it to JPEG, PNG, WebP, GIF, TIFF or AVIF, or remove it"
    )
  }
  const { format, frames = 1, plain } = header
  if (frames > 1 || format.startsWith("animated ")) return yield* animated(name, frames)
  if (!isReadable(format)) {
    return yield* unusable(name, `is ${format.toUpperCase()}, which services cannot read: convert it to JPEG or PNG`)
  }
  const version = versionOf(bytes)
  if (plain !== undefined) {
    yield* checkPixels(name, plain, limits)
    const { extensions, mediaType } = handedOn[format]!
    const filename = withExtension(reference.filename, extensions)
    return { bytes, mediaType, filename, ...plain, isOriginal: true, version } satisfies SourceImage
  }
  const { data, info } = yield* convert(name, bytes, limits)
  const { extensions, mediaType } = handedOn.jpeg!
  const filename = withExtension(reference.filename, extensions)
  const { height, width } = info
  return { bytes: data, mediaType, filename, width, height, isOriginal: false, version } satisfies SourceImage
})

/** JPEG 2000 and JPEG XL are read where sharp was built with them. */
const isReadable = (format: string): boolean =>
  readable.has(format) || ((format === "jp2" || format === "jxl") && sharp.format[format].input.buffer)

const versionOf = (bytes: Uint8Array): PictureVersion =>
  PictureVersion.make(`${bytes.length}-${NodeZlib.crc32(bytes).toString(16)}`)

const checkPixels = (name: string, { height, width }: Pick<SourceImage, "width" | "height">, limits: Limits) =>
  width * height <= limits.pixels
    ? Effect.void
    : unusable(
        name,
        `has ${width} x ${height} pixels, more than the limit of ${limits.pixels}: scale it down, or raise IMAGE_MAX_PIXELS`
      )

const animated = (name: string, frames: number) =>
  unusable(
    name,
    `is animated or has several pages${frames > 1 ? ` (${frames})` : ""}: export the one to analyze as a still picture`
  )

/** Upright, flat, 8-bit sRGB, as JPEG. EXIF stays, and says that the picture is upright. */
const convert = Effect.fn("ImageSource.convert")(function* (name: string, bytes: Uint8Array, limits: Limits) {
  const asDamaged = Effect.mapError((cause: Error) => damaged(name, cause))
  const { exif, format, height, pages = 1, width } = yield* asDamaged(Decoding.describe(bytes))
  // What HEIF calls pages are other pictures than the main one.
  if (pages > 1 && format !== "heif") return yield* animated(name, pages)
  yield* checkPixels(name, { width, height }, limits)
  return yield* asDamaged(
    Decoding.run({ bytes, pixels: width * height }, (source) => {
      const upright = source.autoOrient().flatten({ background: "white" }).toColourspace("srgb")
      const kept = (exif?.length ?? 0) <= largestExif ? upright.keepExif() : upright
      return kept.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer({ resolveWithObject: true })
    })
  )
})

/** Decodes the picture in a small size, for which all of it has to be there. What was converted is whole. */
const decodeAll = Effect.fn("ImageSource.decodeAll")(function* (name: string, image: SourceImage) {
  if (!image.isOriginal) return
  const { bytes, height, width } = image
  yield* Decoding.run({ bytes, pixels: width * height }, (source) =>
    source.resize(16, 16, { fit: "fill" }).raw().toBuffer()
  ).pipe(Effect.mapError((cause) => damaged(name, cause)))
})

/** What messages call the picture. */
const nameOf = (reference: ImageReference): string => pathOf(reference) ?? reference.url ?? reference.filename

/** The formats that services read, with the extensions by which they judge an upload. */
const handedOn: Readonly<
  Record<string, { readonly mediaType: string; readonly extensions: ReadonlyArray<string> } | undefined>
> = {
  jpeg: { mediaType: "image/jpeg", extensions: ["jpg", "jpeg"] },
  png: { mediaType: "image/png", extensions: ["png"] },
  webp: { mediaType: "image/webp", extensions: ["webp"] }
}

/** The name, with an extension that agrees with the format. */
const withExtension = (filename: string, extensions: ReadonlyArray<string>): string => {
  const dot = filename.lastIndexOf(".")
  return extensions.includes(filename.slice(dot + 1).toLowerCase())
    ? filename
    : `${dot > 0 ? filename.slice(0, dot) : filename}.${extensions[0]}`
}
