/**
 * Pictures from disk and over HTTP, checked and made alike.
 *
 * Every service, crop, thumbnail and page sees the same pixels: one upright still picture, 8-bit sRGB. What is that already
 * is handed on as it is; all else is decoded once and handed on as JPEG, so that no other decoder has anything to decide.
 * What several workers of a process ask for at once, or shortly after, is fetched and converted once; a file that services
 * read as it is is read anew each time, which costs less than the memory to keep it.
 */
import { Cache, Duration, Effect, Exit, Layer, Stream } from "effect"
import { HttpClient, type HttpClientResponse } from "effect/http"
import * as NodeFs from "node:fs"
import * as NodeZlib from "node:zlib"
import sharp from "sharp"
import { type ImageReference, pathOf, PictureVersion } from "../../domain/ImageReference.ts"
import { ImageSource, ImageSourceError, type SourceImage, Unreachable, Unusable } from "../../services/ImageSource.ts"
import * as Decoding from "./Decoding.ts"
import * as PictureHeader from "./PictureHeader.ts"
import * as PictureMemory from "./PictureMemory.ts"
import * as TransportProblem from "../http/TransportProblem.ts"

/** What is still accepted as a picture. */
export interface Limits {
  /** Bytes of the file. */
  readonly bytes: number
  /** Width times height. */
  readonly pixels: number
}

export const defaultLimits: Limits = { bytes: 32 * 1024 * 1024, pixels: 100_000_000 }

/** How long fetching one picture over HTTP may take. */
const fetchTimeout = Duration.seconds(30)

export const layer = (limits: Limits = defaultLimits) =>
  Layer.effect(
    ImageSource,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient

      const fetchUrl = Effect.fn("ImageSource.fetch")(
        function* (url: string) {
          const response = yield* client
            .get(url)
            .pipe(
              Effect.mapError((error) =>
                error.reason._tag === "InvalidUrlError"
                  ? unusable(url, "is not a URL that can be fetched: check its spelling")
                  : unreachable(url, TransportProblem.describe(error))
              )
            )
          yield* checkStatus(url, response.status)
          return yield* readAtMost(url, response, limits)
        },
        (fetch, url) =>
          Effect.timeoutOrElse(fetch, {
            duration: fetchTimeout,
            orElse: () => unreachable(url, `no answer within ${Duration.format(fetchTimeout)}`)
          })
      )

      /** What was fetched or converted, by reference and, for a file, the version that it had. */
      const cache = yield* Cache.makeWith(
        Effect.fnUntraced(function* (key: string) {
          const [reference] = JSON.parse(key) as [ImageReference, PictureVersion?]
          const path = pathOf(reference)
          const bytes =
            path === undefined ? yield* fetchUrl(reference.url!) : yield* readFile(path, limits, Buffer.allocUnsafeSlow)
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
        const bytes = yield* readFile(path, limits, memory.take)
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

/**
 * The bytes of a file, in memory from `take`.
 *
 * Only what may wait for a disk or a network goes through Node's thread pool, of which every use costs more than the rest of
 * this: what the open file is, is known by then.
 */
const readFile = Effect.fn("ImageSource.readFile")(
  (path: string, limits: Limits, take: PictureMemory.PictureMemory["take"]) =>
    Effect.callback<Buffer<ArrayBuffer>, ImageSourceError>((resume) => {
      NodeFs.open(path, (problem, file) => {
        if (problem !== null) return resume(problemOfFile(path, problem.code))
        const end = (result: Effect.Effect<Buffer<ArrayBuffer>, ImageSourceError>) => {
          try {
            NodeFs.closeSync(file)
          } catch {
            // What was read counts.
          }
          resume(result)
        }
        let info: NodeFs.Stats
        try {
          info = NodeFs.fstatSync(file)
        } catch (problem) {
          return end(problemOfFile(path, (problem as NodeJS.ErrnoException).code))
        }
        if (info.isDirectory()) return end(unusable(path, "is a folder: name the pictures in it"))
        if (info.size > limits.bytes) return end(tooLarge(path, limits))
        const bytes = take(info.size)
        const read = (done: number): void =>
          NodeFs.read(file, bytes, done, bytes.length - done, done, (problem, count) => {
            if (problem !== null) return end(problemOfFile(path, problem.code))
            const now = done + count
            if (count > 0 && now < bytes.length) return read(now)
            end(Effect.succeed(bytes.subarray(0, now)))
          })
        read(0)
      })
    })
)

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

const damaged = (name: string, cause: Error) =>
  unusable(name, `is damaged (${cause.message.split("\n")[0]}): fetch or export it again`)

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

const checkStatus = (url: string, status: number): Effect.Effect<void, ImageSourceError> => {
  if (status === 429 || status >= 500) return Effect.fail(unreachable(url, `HTTP ${status}`))
  return status === 200
    ? Effect.void
    : Effect.fail(unusable(url, `answers HTTP ${status}: check the address, or that it needs no login`))
}

const readAtMost = (url: string, response: HttpClientResponse.HttpClientResponse, limits: Limits) =>
  response.stream.pipe(
    Stream.mapError((error) => unreachable(url, TransportProblem.describe(error))),
    Stream.runFoldEffect(
      () => ({ chunks: [] as Array<Uint8Array>, size: 0 }),
      (read, chunk) => {
        read.chunks.push(chunk)
        read.size += chunk.length
        return read.size <= limits.bytes ? Effect.succeed(read) : tooLarge(url, limits)
      }
    ),
    Effect.map(({ chunks }): Uint8Array => Buffer.concat(chunks))
  )

const tooLarge = (name: string, { bytes }: Limits): ImageSourceError =>
  unusable(name, `is larger than the limit of ${bytes} bytes: scale it down, or raise IMAGE_MAX_BYTES`)

const problemOfFile = (path: string, code: string | undefined): ImageSourceError => {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return unusable(path, "does not exist: check the path, which every worker must be able to see")
    case "EACCES":
    case "EPERM":
      return unusable(path, "may not be read: give the user that runs windmill read permission")
    default:
      return unreachable(path, code ?? "unknown error")
  }
}

const unreachable = (image: string, detail: string) =>
  new ImageSourceError({ reason: new Unreachable({ image, detail }) })

const unusable = (image: string, detail: string) => new ImageSourceError({ reason: new Unusable({ image, detail }) })
