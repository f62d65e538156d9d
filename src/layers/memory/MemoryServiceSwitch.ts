/** Which steps are switched off, in the memory of this process. For one process and for tests. */
import { Clock, Effect, Layer, Stream, SubscriptionRef } from "effect"
import type { Pause, StepName } from "../../domain/StepName.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"

export const layer: Layer.Layer<ServiceSwitch> = Layer.effect(
  ServiceSwitch,
  Effect.gen(function* () {
    const paused = yield* SubscriptionRef.make<ReadonlyMap<StepName, Pause>>(new Map())
    const until = (holds: (pauses: ReadonlyMap<StepName, Pause>) => boolean) =>
      SubscriptionRef.changes(paused).pipe(Stream.filter(holds), Stream.take(1), Stream.runDrain)

    return {
      pause: (request) =>
        Effect.gen(function* () {
          const pause = { ...request, since: new Date(yield* Clock.currentTimeMillis) }
          yield* SubscriptionRef.update(paused, (pauses) => new Map(pauses).set(pause.step, pause))
          return pause
        }),
      resume: (step) =>
        SubscriptionRef.modify(paused, (pauses) => {
          const others = new Map(pauses)
          return [others.delete(step), others] as const
        }),
      pauses: Effect.map(SubscriptionRef.get(paused), (pauses) =>
        [...pauses.values()].sort((a, b) => (a.step < b.step ? -1 : 1))
      ),
      isPaused: (step) => Effect.map(SubscriptionRef.get(paused), (pauses) => pauses.has(step)),
      untilPaused: (step) => until((pauses) => pauses.has(step)),
      untilResumed: (step) => until((pauses) => !pauses.has(step))
    }
  })
)
