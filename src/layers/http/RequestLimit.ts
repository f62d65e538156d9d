/**
 * How many requests to a service are in flight at once, and who is next.
 *
 * Of what nobody waits for, one request at a time stands in the line for a place. So what somebody waits for has at most one
 * such request before it, besides those in flight; and since the line is served in its order, neither waits for ever.
 */
import { Effect, Semaphore } from "effect"
import { CurrentLane } from "../../services/MessageBroker.ts"

export interface RequestLimit {
  /** Makes the request when it has a place, as one of the lane that is worked on. */
  readonly within: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** At most so many requests in flight. */
export const make = (places: number): RequestLimit => {
  const line = Semaphore.makeUnsafe(places)
  const entrance = Semaphore.makeUnsafe(1)
  return {
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
