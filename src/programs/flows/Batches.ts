/**
 * Batches: what is done together, because that costs less than to do each alone.
 *
 * Who comes alone hardly waits for others. Where several came together more are coming, and they are waited for longer: of many
 * that wait for one another, each is done later by less than it would be if all were done one by one.
 */
import { Duration, Effect, Latch, Option, Schedule, Sink, Stream } from "effect"

export interface Batching {
  /** At most so many are done together. */
  readonly size: number
  /** How long the first of a batch waits for others, after a batch of one. */
  readonly within: Duration.Input
  /** The same after a batch of several. */
  readonly crowded: Duration.Input
}

/** What is done in batches, so many of them at the same time. */
export interface BatchedWork extends Batching {
  readonly concurrency: number
}

/** How long the first of a batch waits for others, after a batch of `last`. */
export const windowAfter = (last: number, { crowded, within }: Batching): Duration.Duration =>
  Duration.fromInputUnsafe(last > 1 ? crowded : within)

/** The stream in batches. Each begins when it is wanted, with what is there then. One that is not full is held until `free`. */
export const batches =
  (batching: Batching, free: Effect.Effect<void> = Effect.void) =>
  <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<ReadonlyArray<A>, E, R> =>
    Stream.aggregateWithin(
      stream,
      Sink.take<A>(batching.size),
      Schedule.forever.pipe(
        Schedule.setInputType<Option.Option<ReadonlyArray<A>>>(),
        Schedule.modifyDelay(({ input: last }) =>
          Effect.sleep(windowAfter(Option.isSome(last) ? last.value.length : 0, batching)).pipe(
            Effect.andThen(free),
            Effect.as(Duration.zero)
          )
        )
      )
    )

/**
 * Works on the stream in batches, `concurrency` of them at the same time. One that is not full waits for those under way: it may
 * still grow.
 */
export const inBatches =
  <A, B, E2, R2>(
    { concurrency, ...batching }: BatchedWork,
    work: (batch: ReadonlyArray<A>) => Effect.Effect<B, E2, R2>
  ) =>
  <E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<B, E | E2, R | R2> =>
    Stream.suspend(() => {
      let underWay = 0
      const free = Latch.makeUnsafe(true)
      const begin = Effect.sync(() => {
        underWay++
        free.closeUnsafe()
      })
      const end = Effect.sync(() => {
        if (--underWay === 0) free.openUnsafe()
      })
      const working = (batch: ReadonlyArray<A>) =>
        Effect.acquireUseRelease(
          begin,
          () => work(batch),
          () => end
        )
      return stream.pipe(batches(batching, free.await), Stream.mapEffect(working, { concurrency, unordered: true }))
    })
