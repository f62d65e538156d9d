/**
 * HEIC, as phones write it, by libheif compiled to WebAssembly: sharp comes without a decoder of HEVC, which is patented.
 *
 * The package is optional. It runs in a thread of its own, which is ended when a picture takes too long.
 */
import { Duration, Effect, RcRef, type Scope, Semaphore } from "effect"
import { createRequire } from "node:module"
import { Worker } from "node:worker_threads"
import sharp from "sharp"
import * as Exif from "./Exif.ts"
import * as PngChunks from "./PngChunks.ts"

/** How long decoding one picture may take. */
const defaultTimeout = Duration.seconds(30)

/** Bytes of JavaScript objects in the thread; pixels are not among them. */
const heap = { maxOldGenerationSizeMb: 256 }

/** What belongs to a picture besides its pixels. */
export interface Extras {
  readonly icc?: Buffer | undefined
  /** As sharp gives it. */
  readonly exif?: Buffer | undefined
}

export interface HeicDecoder {
  /** The main picture of a file as a PNG, upright. */
  readonly toPng: (bytes: Uint8Array, extras: Extras) => Effect.Effect<Buffer, Error>
}

/** Whether the optional package is installed. */
export const isInstalled = (): boolean => modulePath() !== undefined

export const make = Effect.fnUntraced(function* (
  timeout: Duration.Input = defaultTimeout
): Effect.fn.Return<HeicDecoder, never, Scope.Scope> {
  const thread = yield* RcRef.make({ acquire: startThread, idleTimeToLive: "10 seconds" })
  const turn = yield* Semaphore.make(1)
  const decode = (bytes: Uint8Array) =>
    Effect.gen(function* () {
      const worker = yield* RcRef.get(thread)
      return yield* ask(worker, bytes).pipe(
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () =>
            Effect.fail(new Error(`takes longer than ${Duration.format(Duration.fromInputUnsafe(timeout))} to decode`))
        }),
        Effect.onError(() => RcRef.invalidate(thread))
      )
    }).pipe(Effect.scoped, turn.withPermits(1))
  return {
    toPng: Effect.fn("HeicDecoder.toPng")(function* (bytes, extras) {
      const { data, height, width } = yield* decode(bytes)
      return yield* Effect.tryPromise({
        try: () => encode(data, width, height, extras),
        catch: (cause) => cause as Error
      })
    })
  }
})

interface Pixels {
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

const encode = async ({ buffer }: Uint8ClampedArray, width: number, height: number, { exif, icc }: Extras) => {
  const raw = { width, height, channels: 4 } as const
  const png = await sharp(new Uint8Array(buffer as ArrayBuffer), { raw })
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer()
  return PngChunks.insert(png, [
    ...(icc === undefined ? [] : [PngChunks.profile(icc)]),
    ...(exif === undefined ? [] : [PngChunks.chunk("eXIf", Exif.asUpright(Exif.blockOf(exif)))])
  ])
}

const modulePath = (): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve("libheif-js/wasm-bundle")
  } catch {
    return undefined
  }
}

const startThread = Effect.acquireRelease(
  Effect.sync(() => {
    // What the library prints about a picture is of no use to a user.
    const quiet = { stdout: true, stderr: true }
    const worker = new Worker(program, { eval: true, workerData: modulePath(), resourceLimits: heap, ...quiet })
    worker.stdout.resume()
    worker.stderr.resume()
    worker.unref()
    return worker
  }),
  (worker) => Effect.promise(() => worker.terminate())
)

/** What the thread runs: decodes the picture in a message, and answers with its pixels or the reason why there are none. */
const program = `
const { parentPort, workerData } = require("node:worker_threads")
const heif = require(workerData)
parentPort.on("message", (bytes) => {
  const fail = (reason) => parentPort.postMessage({ reason: String(reason) })
  try {
    const images = new heif.HeifDecoder().decode(bytes)
    const image = images.find((each) => each.is_primary()) ?? images[0]
    if (image === undefined) return fail("no picture can be decoded")
    const [width, height] = [image.get_width(), image.get_height()]
    const data = new Uint8ClampedArray(width * height * 4)
    image.display({ data, width, height }, (shown) => {
      for (const each of images) each.free()
      if (shown === null) fail("the picture cannot be decoded")
      else parentPort.postMessage({ data, width, height }, [data.buffer])
    })
  } catch (error) {
    fail(error?.message ?? error)
  }
})`

const ask = (worker: Worker, bytes: Uint8Array) =>
  Effect.callback<Pixels, Error>((resume) => {
    const answered = (message: Pixels | { readonly reason: string }) => {
      stop()
      resume("reason" in message ? Effect.fail(new Error(message.reason)) : Effect.succeed(message))
    }
    const failed = (cause: Error) => {
      stop()
      resume(Effect.fail(cause))
    }
    const stop = () => worker.off("message", answered).off("error", failed)
    worker.on("message", answered).on("error", failed)
    worker.postMessage(bytes, [])
    return Effect.sync(stop)
  })
