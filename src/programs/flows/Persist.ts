/** Waiting for the database: what it cannot take now is kept and offered again, and meanwhile nothing more is taken on. */
import { Effect, Schedule } from "effect"
import { type ResultStoreError, type StoreRejected } from "../../services/ResultStore.ts"

/** Tries until the store is there. What it refuses for good is the failure that remains. */
export const untilStored = <A, R>(effect: Effect.Effect<A, ResultStoreError, R>): Effect.Effect<A, StoreRejected, R> =>
  effect.pipe(
    Effect.tapError((error) =>
      error.reason._tag === "StoreUnavailable" ? Effect.logWarning(error.message) : Effect.void
    ),
    Effect.retry({ schedule: reconnect, while: (error) => error.reason._tag === "StoreUnavailable" }),
    Effect.catch((error) => (error.reason._tag === "StoreRejected" ? Effect.fail(error.reason) : Effect.die(error)))
  )

/** 100 ms, doubled up to 5 seconds, jittered, for ever. */
const reconnect = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered
)
