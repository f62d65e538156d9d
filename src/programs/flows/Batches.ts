/**
 * Batches: what is done together, because that costs less than to do each alone.
 *
 * Who comes alone hardly waits for others. Where several came together more are coming, and they are waited for longer: of many
 * that wait for one another, each is done later by less than it would be if all were done one by one.
 */
import { Duration, Effect, Option, Schedule, Sink, Stream } from "effect"

export interface Batching {
  /** At most so many are done together. */
  readonly size: number
  /** How long the first of a batch waits for others, after a batch of one. */
  readonly within: Duration.Input
  /** The same after a batch of several. */
  readonly crowded: Duration.Input
}

/** How long the first of a batch waits for others, after a batch of `last`. */
export const windowAfter = (last: number, { crowded, within }: Batching): Duration.Duration =>
  Duration.fromInputUnsafe(last > 1 ? crowded : within)

/** The stream in batches. Each begins when it is wanted, with what is there then. */
export const batches =
  (batching: Batching) =>
  <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<ReadonlyArray<A>, E, R> =>
    Stream.aggregateWithin(
      stream,
      Sink.take<A>(batching.size),
      Schedule.spaced(batching.within).pipe(
        Schedule.setInputType<Option.Option<ReadonlyArray<A>>>(),
        Schedule.modifyDelay(({ input: last }) =>
          Effect.succeed(windowAfter(Option.match(last, { onNone: () => 0, onSome: ({ length }) => length }), batching))
        )
      )
    )
