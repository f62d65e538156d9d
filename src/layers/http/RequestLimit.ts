/**
 * How many requests to a service are in flight at once, how fast they follow each other, and who is next.
 *
 * Of what is in the bulk lane, one request at a time stands in the line for a place. So what a person waits for has at most one
 * such request before it, besides those in flight; and since the line is served in its order, neither waits for ever.
 *
 * A service that says that it is asked too much gets half as many requests at once, at least one, and one more each time that
 * many were answered.
 */
import { Clock, Effect, Semaphore } from "effect"
import type { Tuning } from "../../domain/Tuning.ts"
import { CurrentLane } from "../../services/MessageBroker.ts"

export interface RequestLimit {
  /** Makes the request when it has a place, as one of the lane that is worked on. */
  readonly within: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The service says that it is asked too much. */
  readonly slower: Effect.Effect<void>
  /** The service has answered. */
  readonly faster: Effect.Effect<void>
}

/** Requests that come late, for timers are not exact, are caught up on for so many milliseconds. */
const leeway = 100

/** Milliseconds after which a request that waits for its time looks whether the rate is another. */
const lookEvery = 500

/** At most `usual` requests in flight, at any rate, unless `tuning` says otherwise: it is looked at for each request. */
export const make = (
  usual: number,
  tuning: Effect.Effect<Pick<Tuning, "concurrency" | "rate">> = Effect.succeed({})
): RequestLimit => {
  const line = Semaphore.makeUnsafe(usual)
  const entrance = Semaphore.makeUnsafe(1)
  const pace = Semaphore.makeUnsafe(1)
  let most = usual
  let places = usual
  let answers = 0
  let last = Number.NEGATIVE_INFINITY
  const resize = (to: number) => {
    answers = 0
    places = to
    return line.resize(to)
  }
  const paced = Effect.gen(function* () {
    while (true) {
      const { rate } = yield* tuning
      if (rate === undefined) return
      const now = yield* Clock.currentTimeMillis
      const due = last + 1000 / rate
      if (due <= now) {
        last = Math.max(due, now - leeway)
        return
      }
      yield* Effect.sleep(Math.min(Math.ceil(due - now), lookEvery))
    }
  })
  /** Waits until the next request may be made. */
  const turn = Effect.flatMap(tuning, ({ concurrency = usual, rate }) => {
    const inPace = rate === undefined ? Effect.void : pace.withPermits(1)(paced)
    if (concurrency === most) return inPace
    most = concurrency
    return Effect.andThen(resize(concurrency), inPace)
  })
  /** Makes the request in its turn. */
  const inLine = <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.andThen(turn, line.withPermits(1)(request))
  return {
    slower: Effect.suspend(() => (places === 1 ? Effect.void : resize(Math.floor(places / 2)))),
    faster: Effect.suspend(() => (places === most || ++answers < places ? Effect.void : resize(places + 1))),
    within: (request) =>
      Effect.flatMap(CurrentLane, (lane) =>
        lane === "express"
          ? inLine(request)
          : Effect.uninterruptibleMask((restore) =>
              Effect.flatMap(restore(entrance.take(1)), () => {
                let isInLine = true
                const enter = Effect.suspend(() => {
                  if (!isInLine) return Effect.void
                  isInLine = false
                  return entrance.release(1)
                })
                return restore(inLine(Effect.andThen(enter, request))).pipe(Effect.ensuring(enter))
              })
            )
      )
  }
}
