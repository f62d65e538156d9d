/** Work that one program does at a time, whichever has the lease of it; when that one is gone, another goes on. */
import { Deferred, Duration, Effect, Random, Schedule, Stream } from "effect"
import type { ResultStoreError } from "../../services/ResultStore.ts"
import { WorkerRegistry } from "../../services/WorkerRegistry.ts"

export interface DutyOptions<E extends { readonly message: string }, R> {
  /** What is leased. */
  readonly name: string
  /** How long whoever has it keeps it, from its last look on. */
  readonly lease: Duration.Duration
  readonly every: Duration.Input
  /** Whether there is something to do. While there is not, the duty is nobody's. */
  readonly isDue: Effect.Effect<boolean, E, R>
  readonly stop: Deferred.Deferred<void>
  /** What the log says of a turn that failed: `The sweep is left to the next time`. */
  readonly onFailure: string
  /** A turn. `keep` renews the lease, and says whether there still is one. */
  readonly work: (keep: Keep) => Effect.Effect<void, E, R>
}

export type Keep = Effect.Effect<boolean, ResultStoreError, WorkerRegistry>

/** Takes turns until told to stop, while the duty is this program's, and lets go of it then. The first turn comes at once. */
export const duty = <E extends { readonly message: string }, R>(options: DutyOptions<E, R>) =>
  Stream.unwrap(
    Effect.map(Effect.map(Random.nextInt, String), (holder) => {
      const { every, isDue, lease, name, onFailure, stop, work } = options
      const hold = (time: Duration.Duration): Keep =>
        WorkerRegistry.use((registry) => registry.lead(name, holder, time))
      const turn = Effect.gen(function* () {
        if ((yield* isDue) && (yield* hold(lease))) yield* work(hold(lease))
      }).pipe(Effect.catch((error) => Effect.logWarning(`${onFailure}: ${error.message}`)))
      return Stream.fromEffectSchedule(turn, Schedule.spaced(every)).pipe(
        Stream.interruptWhen(Deferred.await(stop)),
        Stream.drain,
        Stream.concat(Stream.fromEffectDrain(Effect.ignore(hold(Duration.zero))))
      )
    })
  )
