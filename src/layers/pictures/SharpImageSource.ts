/**
 * Pictures from disk, over HTTP and from storage, checked and made alike.
 *
 * Every service, crop, thumbnail and page sees the same pixels: one upright still picture, 8-bit sRGB. What is that already
 * is handed on as it is; all else is decoded once and handed on as JPEG, so that no other decoder has anything to decide.
 * What several workers of a process ask for at once, or shortly after, is fetched and converted once; a file that services
 * read as it is is read anew each time, which costs less than the memory to keep it.
 */
import { Cache, Duration, Effect, Exit, Layer, Stream } from "effect"
import { type ImageReference, pathOf, type PictureVersion } from "../../domain/ImageReference.ts"
import * as PictureSource from "../../domain/PictureSource.ts"
import * as StoredObject from "../../domain/StoredObject.ts"
import { ImageSource, type SourceImage } from "../../services/ImageSource.ts"
import { ObjectStorage } from "../../services/ObjectStorage.ts"
import { WebPictures } from "../../services/WebPictures.ts"
import { span } from "../telemetry/Span.ts"
import * as FileBytes from "./FileBytes.ts"
import * as Folders from "./Folders.ts"
import * as Inspection from "./Inspection.ts"
import * as PictureHeader from "./PictureHeader.ts"
import * as PictureMemory from "./PictureMemory.ts"
import { type Limits, tooLarge, unusable } from "./Problems.ts"

export const defaultLimits: Limits = { bytes: 32 * 1024 * 1024, pixels: 100_000_000 }

/** Versions of pictures that are known to be whole. */
const mostKnown = 10_000

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
      const storage = yield* ObjectStorage
      const inspect = yield* Inspection.make(limits)
      const readFile = (path: string, take: PictureMemory.PictureMemory["take"]) =>
        FileBytes.read(path, { limit: limits.bytes, roots }, take)

      const contentOf = (url: string) => {
        if (!StoredObject.isAddress(url)) return web.fetchTrusted(url)
        const object = StoredObject.parse(url)
        return object === undefined
          ? Stream.fromEffect(unusable(url, "names no object: write s3://bucket/key"))
          : storage.fetch(object)
      }
      const fetchUrl = Effect.fn("ImageSource.fetch")((url: string) =>
        contentOf(url).pipe(
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
              `leads to ${refusal.place}, which is not fetched: ${refusal.detail}` +
                (refusal.address === undefined ? "" : ". Allow it with API_FETCH_NETWORKS")
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
          return yield* inspect(reference, bytes, PictureHeader.read(bytes))
        }),
        { capacity: 32, timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.minutes(1) : Duration.zero) }
      )
      const cached = (...key: [ImageReference, PictureVersion?]) => Cache.get(cache, JSON.stringify(key))

      /** Pictures that were decoded to the end. */
      const whole = new Set<PictureVersion>()
      const decodeAll = Effect.fnUntraced(function* (reference: ImageReference, image: SourceImage) {
        if (whole.has(image.version)) return
        yield* Inspection.decodeAll(Inspection.nameOf(reference), image)
        if (whole.size === mostKnown) whole.clear()
        whole.add(image.version)
      })

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
        if (header?.plain !== undefined) return { image: yield* inspect(reference, bytes, header), giveBack }
        const version = Inspection.versionOf(bytes)
        yield* giveBack
        return { image: yield* cached(reference, version), giveBack: Effect.void }
      })
      const load = Effect.fn("ImageSource.load")(function* (reference: ImageReference) {
        const path = pathOf(reference)
        if (path === undefined)
          return yield* Effect.tap(read(cached(reference)), (image) => decodeAll(reference, image))
        return yield* lend(reference, (image) =>
          Effect.as(decodeAll(reference, image), { ...image, bytes: new Uint8Array(image.bytes) })
        )
      })
      const isBack: ImageSource["Service"]["isBack"] = (source) => {
        // Whoever may read the objects of a bucket may not be allowed to ask anything else of it: a picture tells.
        if (StoredObject.isAddress(source)) return Effect.succeed(true)
        if (PictureSource.isWeb(source)) return isServed(web.fetchTrusted(source))
        return Effect.map(
          Effect.promise(() => Folders.trouble(source)),
          (trouble) => trouble === undefined
        )
      }
      return ImageSource.of({ lend, load, isBack: (source) => settledSoon(isBack(source)) })
    })
  )

const read = span("ImageSource.read")

/** Whether the server says anything, if only that there is nothing at its root. */
const isServed = (page: ReturnType<WebPictures["Service"]["fetchTrusted"]>) =>
  Effect.match(Stream.runDrain(Stream.take(page, 1)), {
    onSuccess: () => true,
    onFailure: (error) => error._tag === "PlaceRefused" || error.reason._tag !== "Unreachable"
  })

const settledSoon = (isBack: Effect.Effect<boolean>) =>
  Effect.timeoutOrElse(isBack, { duration: "10 seconds", orElse: () => Effect.succeed(false) })
