/** Waiting until a server is back: 200 ms, doubled up to 5 seconds, jittered. */
import { Effect, Schedule } from "effect"
import type { ResultStoreError, StoreRejected } from "../../services/ResultStore.ts"

/** For ever: for programs that are there for the server. */
export const untilBack = Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered
)

/** For some 30 seconds, which bridge a restart: for programs that a person waits for. */
export const untilRestarted = untilBack.pipe(Schedule.upTo({ duration: "30 seconds" }))

/**
 * Tries until the store is there: what it cannot take now is kept and offered again, and meanwhile nothing more is taken on.
 * What it refuses for good is the failure that remains.
 */
export const untilStored = <A, R>(effect: Effect.Effect<A, ResultStoreError, R>): Effect.Effect<A, StoreRejected, R> =>
  effect.pipe(
    Effect.tapError(({ message, reason }) =>
      reason._tag === "StoreUnavailable" ? Effect.logWarning(message) : Effect.void
    ),
    Effect.retry({ schedule: untilBack, while: ({ reason }) => reason._tag === "StoreUnavailable" }),
    Effect.catch((error) => (error.reason._tag === "StoreRejected" ? Effect.fail(error.reason) : Effect.die(error)))
  )
