/** Running a program until it is told to stop, and letting it finish what it has in hand. */
import { Deferred, type Duration, Effect, Fiber, Stream } from "effect"

/**
 * Runs the stream that `make` builds. When this effect is interrupted, `stop` is completed, and the stream has `within`
 * to finish what is in flight; then it is interrupted, and what was not settled is delivered again elsewhere.
 */
export const runUntilStopped = <A, E, R>(
  make: (stop: Deferred.Deferred<void>) => Stream.Stream<A, E, R>,
  options: { readonly within: Duration.Input }
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const running = yield* Effect.forkDetach(Stream.runDrain(make(stop)), { startImmediately: true })
    yield* Fiber.join(running).pipe(
      Effect.onInterrupt(() =>
        Deferred.succeed(stop, undefined).pipe(
          Effect.andThen(Fiber.await(running)),
          Effect.timeoutOrElse({
            duration: options.within,
            orElse: () =>
              Effect.andThen(
                Effect.logWarning("Not everything in flight could be finished in time; it will be delivered again"),
                Fiber.interrupt(running)
              )
          })
        )
      )
    )
  })
