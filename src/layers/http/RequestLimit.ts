/**
 * How many requests to a service are in flight at once, and who is next.
 *
 * Of what is in the bulk lane, one request at a time stands in the line for a place. So what a person waits for has at most one
 * such request before it, besides those in flight; and since the line is served in its order, neither waits for ever.
 *
 * A service that says that it is asked too much gets half as many requests at once, at least one, and one more each time that
 * many were answered.
 */
import { Effect, Semaphore } from "effect"
import { CurrentLane } from "../../services/MessageBroker.ts"

export interface RequestLimit {
  /** Makes the request when it has a place, as one of the lane that is worked on. */
  readonly within: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The service says that it is asked too much. */
  readonly slower: Effect.Effect<void>
  /** The service has answered. */
  readonly faster: Effect.Effect<void>
}

/** At most so many requests in flight. */
export const make = (most: number): RequestLimit => {
  const line = Semaphore.makeUnsafe(most)
  const entrance = Semaphore.makeUnsafe(1)
  let places = most
  let answers = 0
  const resize = (to: number) => {
    answers = 0
    places = to
    return line.resize(to)
  }
  return {
    slower: Effect.suspend(() => (places === 1 ? Effect.void : resize(Math.floor(places / 2)))),
    faster: Effect.suspend(() => (places === most || ++answers < places ? Effect.void : resize(places + 1))),
    within: (request) =>
      Effect.flatMap(CurrentLane, (lane) =>
        lane === "express"
          ? line.withPermits(1)(request)
          : Effect.uninterruptibleMask((restore) =>
              Effect.flatMap(restore(entrance.take(1)), () => {
                let isInLine = true
                const enter = Effect.suspend(() => {
                  if (!isInLine) return Effect.void
                  isInLine = false
                  return entrance.release(1)
                })
                return restore(line.withPermits(1)(Effect.andThen(enter, request))).pipe(Effect.ensuring(enter))
              })
            )
      )
  }
}
