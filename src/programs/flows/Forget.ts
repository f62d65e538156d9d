/** Forgetting the past: one program at a time does it every hour, a few thousand rows at a time. */
import { Deferred, Duration, Effect, Random, Schedule, Stream } from "effect"
import { History } from "../../services/History.ts"
import { WorkerRegistry } from "../../services/WorkerRegistry.ts"

export interface ForgetOptions {
  /** How long the past is kept. */
  readonly keep: Duration.Duration
  readonly stop: Deferred.Deferred<void>
}

/** How long whoever forgets has the duty to itself. */
const lease = Duration.hours(1)

/** Forgets until told to stop. The duty is kept for its time, so that the others do not look more often. */
export const forgetPast = ({ keep, stop }: ForgetOptions) =>
  Stream.unwrap(
    Effect.map(Effect.map(Random.nextInt, String), (holder) => {
      const turn = Effect.gen(function* () {
        const registry = yield* WorkerRegistry
        if (!(yield* registry.lead("forget", holder, lease))) return
        const history = yield* History
        yield* Effect.repeat(history.forget(keep), { until: (count) => count === 0 })
      }).pipe(Effect.catch((error) => Effect.logWarning(`The past is forgotten later: ${error.message}`)))
      return Stream.fromEffectSchedule(turn, Schedule.spaced(lease)).pipe(
        Stream.interruptWhen(Deferred.await(stop)),
        Stream.drain
      )
    })
  )
