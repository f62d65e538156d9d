/**
 * Decoding in bounds that hold for the whole process, whoever asks.
 *
 * Decoded pixels take a hundred times the memory of a file, and decoding takes threads that files and names are looked up
 * with, too. So pixels in flight are counted against a part of the machine's memory, and one thread is always left.
 */
import { Effect, type Scope, Semaphore } from "effect"
import * as NodeOs from "node:os"
import sharp, { type Metadata, type Sharp } from "sharp"

// No two pictures are the same: to look for results of before takes longer than most crops do.
sharp.cache(false)

/** Work that sharp does at once; Node has four threads for it and for files, unless `UV_THREADPOOL_SIZE` says otherwise. */
const most = Math.max(1, Number(process.env.UV_THREADPOOL_SIZE ?? 4) - 1)

/** Bytes of memory, of the container if it is limited. `constrainedMemory` is `0` or absurdly large when it is not. */
const memory = Math.min(process.constrainedMemory() || Infinity, NodeOs.totalmem())

/** Megapixels in flight: at 16 bytes each, which interlaced ones take, a quarter of the memory, and at most 2 GB. */
const budget = Math.min(128, Math.max(1, Math.floor(memory / 4 / 16 / 1_000_000)))

/** Seconds that decoding one picture may take. */
const timeout = 30

const threads = Semaphore.makeUnsafe(most)
const inFlight = Semaphore.makeUnsafe(budget)
/** Who waits for memory is the next to get it: a large picture is not overtaken for ever. */
const next = Semaphore.makeUnsafe(1)

/** A picture and how many pixels it has by its header. */
export interface Encoded {
  readonly bytes: Uint8Array
  readonly pixels: number
}

/** What is made of a picture, with sharp; failures are sharp's. A picture that has more pixels than it said is refused. */
export const run = <A>(picture: Encoded, work: (source: Sharp) => Promise<A>): Effect.Effect<A, Error> =>
  Effect.scoped(hold(picture, work))

/** The same; the pixels count as in flight until the scope closes, because the result holds them. */
export const hold = <A>(
  { bytes, pixels }: Encoded,
  work: (source: Sharp) => Promise<A>
): Effect.Effect<A, Error, Scope.Scope> =>
  // As forgiving as the services: spots of a picture may be spoiled, but all of it must be there.
  Effect.andThen(
    reserve(pixels),
    inThread(() =>
      work(sharp(bytes, { failOn: "truncated", limitInputPixels: Math.max(1, pixels) }).timeout({ seconds: timeout }))
    )
  )

/** The effect, while that many pixels count as in flight. */
export const during = <A, E, R>(pixels: number, effect: Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.andThen(reserve(pixels), effect))

/** What sharp says about a picture by its header. */
export const describe = (bytes: Uint8Array): Effect.Effect<Metadata, Error> =>
  inThread(() => sharp(bytes, { limitInputPixels: false }).metadata())

/** Counts pixels as in flight until the scope closes. A picture of more than the budget waits until it is alone. */
const reserve = (pixels: number) => {
  const permits = Math.min(budget, Math.max(1, Math.ceil(pixels / 1_000_000)))
  return Effect.acquireRelease(next.withPermits(1)(inFlight.take(permits)), () => inFlight.release(permits), {
    interruptible: true
  })
}

/** What has begun cannot be stopped, and counts until it ends. */
const inThread = <A>(work: () => Promise<A>): Effect.Effect<A, Error> =>
  threads.withPermits(1)(Effect.uninterruptible(Effect.tryPromise({ try: work, catch: (cause) => cause as Error })))
