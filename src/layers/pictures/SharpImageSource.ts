/**
 * Pictures from disk and over HTTP, checked by sharp.
 *
 * What a worker analyzes is always one still picture within the limits, in a format every service reads. What several
 * workers of a process ask for at once, or shortly after, is fetched and converted once; a file that services read as it is
 * is read anew each time, which costs less than the memory to keep it.
 */
import { Cache, Duration, Effect, Exit, Layer, Stream } from "effect"
import { HttpClient, type HttpClientResponse } from "effect/http"
import { imageSize } from "image-size"
import * as NodeFs from "node:fs"
import sharp from "sharp"
import { type EncodedImage, type ImageReference, pathOf } from "../../domain/ImageReference.ts"
import { ImageSource, ImageSourceError, Unreachable, Unusable } from "../../services/ImageSource.ts"
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

      const cache = yield* Cache.makeWith(
        Effect.fnUntraced(function* (key: string) {
          const reference = JSON.parse(key) as ImageReference
          const path = pathOf(reference)
          const bytes =
            path === undefined ? yield* fetchUrl(reference.url!) : yield* readFile(path, limits, Buffer.allocUnsafeSlow)
          return yield* inspect(reference, bytes, headerOf(bytes), limits)
        }),
        { capacity: 32, timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.minutes(1) : Duration.zero) }
      )

      const read = Effect.fn("ImageSource.read")((reference: ImageReference) =>
        Cache.get(cache, JSON.stringify(reference))
      )
      const load = Effect.fn("ImageSource.load")((reference: ImageReference) =>
        Effect.tap(read(reference), ({ bytes }) => decodeAll(nameOf(reference), bytes, limits))
      )

      const memory = PictureMemory.make()
      /** The picture in borrowed memory, unless there is more to do about it than to read it. */
      const borrow = Effect.fn("ImageSource.read")(function* (reference: ImageReference, path: string) {
        const bytes = yield* readFile(path, limits, memory.take)
        const header = headerOf(bytes)
        if (header !== undefined) return { bytes, image: yield* inspect(reference, bytes, header, limits) }
        memory.give(bytes)
        return undefined
      })
      const lend: ImageSource["Service"]["lend"] = (reference, use) => {
        const path = pathOf(reference)
        return Effect.flatMap(path === undefined ? Effect.undefined : borrow(reference, path), (borrowed) =>
          borrowed === undefined
            ? Effect.flatMap(read(reference), use)
            : Effect.ensuring(
                use(borrowed.image),
                Effect.sync(() => memory.give(borrowed.bytes))
              )
        )
      }
      return ImageSource.of({ lend, load })
    })
  )

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

/** Formats that every service reads as they are. */
const mediaTypes: Readonly<Record<string, string>> = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif"
}

/** Formats that are read here and handed on as JPEG. */
const convertible = new Set(["tiff", "heif", "jp2k", "jxl"])

/** Finds out what the picture is by its header, or by asking sharp. */
const inspect = Effect.fn("ImageSource.inspect")(function* (
  reference: ImageReference,
  bytes: Uint8Array,
  header: Header | undefined,
  limits: Limits
) {
  const name = nameOf(reference)
  if (bytes.length === 0) return yield* unusable(name, "is empty (0 bytes): fetch or export it again")
  const { format, height, pages = 1, width } = header ?? (yield* metadataOf(name, bytes))
  if (mediaTypes[format] === undefined && !convertible.has(format)) {
    return yield* unusable(name, `is ${format.toUpperCase()}, which services cannot read: convert it to JPEG or PNG`)
  }
  if (pages > 1) {
    return yield* unusable(
      name,
      `is animated or has several pages (${pages}): export the one to analyze as a still picture`
    )
  }
  if (width * height > limits.pixels) {
    return yield* unusable(
      name,
      `has ${width} x ${height} pixels, more than the limit of ${limits.pixels}: scale it down, or raise IMAGE_MAX_PIXELS`
    )
  }
  const mediaType = mediaTypes[format]
  const encoded = mediaType === undefined ? yield* convert(name, bytes, limits) : bytes
  return {
    bytes: encoded,
    mediaType: mediaType ?? "image/jpeg",
    filename: withExtension(reference.filename, mediaType === undefined ? "jpeg" : format),
    width,
    height
  } satisfies EncodedImage
})

interface Header {
  readonly format: string
  readonly width: number
  readonly height: number
  readonly pages?: number | undefined
}

/** What most pictures are, at a hundredth of the price of asking sharp; `undefined` for what only sharp can tell. */
const headerOf = (bytes: Uint8Array): Header | undefined => {
  try {
    const { height, type, width } = imageSize(bytes)
    if (type === "jpg") return { format: "jpeg", width, height }
    return type === "png" ? { format: "png", width, height } : undefined
  } catch {
    return undefined
  }
}

const metadataOf = (name: string, bytes: Uint8Array): Effect.Effect<Header, ImageSourceError> =>
  Effect.tryPromise({
    try: () => sharp(bytes, { limitInputPixels: false }).metadata(),
    catch: () =>
      unusable(
        name,
        "is not a picture in a known format: convert it to JPEG, PNG, WebP, GIF, TIFF or AVIF, or remove it"
      )
  })

/** Hands a picture on as JPEG. */
const convert = (name: string, bytes: Uint8Array, limits: Limits) =>
  Effect.tryPromise({
    try: () => whole(bytes, limits).flatten({ background: "white" }).jpeg({ quality: 95 }).toBuffer(),
    catch: (cause) => damaged(name, cause)
  })

/** Decodes the picture in a small size, for which all of it has to be there. */
const decodeAll = Effect.fn("ImageSource.decodeAll")((name: string, bytes: Uint8Array, limits: Limits) =>
  Effect.tryPromise({
    try: () => whole(bytes, limits).resize(16, 16, { fit: "fill" }).raw().toBuffer(),
    catch: (cause) => damaged(name, cause)
  })
)

const whole = (bytes: Uint8Array, { pixels }: Limits) => sharp(bytes, { failOn: "truncated", limitInputPixels: pixels })

const damaged = (name: string, cause: unknown) =>
  unusable(name, `is damaged (${(cause as Error).message.split("\n")[0]}): fetch or export it again`)

/** What messages call the picture. */
const nameOf = (reference: ImageReference): string => pathOf(reference) ?? reference.url ?? reference.filename

const extensions: Readonly<Record<string, ReadonlyArray<string>>> = {
  jpeg: ["jpg", "jpeg"],
  png: ["png"],
  webp: ["webp"],
  gif: ["gif"]
}

/** The name, with an extension that agrees with the format; services judge an upload by it. */
const withExtension = (filename: string, format: string): string => {
  const accepted = extensions[format]!
  const dot = filename.lastIndexOf(".")
  return accepted.includes(filename.slice(dot + 1).toLowerCase())
    ? filename
    : `${dot > 0 ? filename.slice(0, dot) : filename}.${accepted[0]}`
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
