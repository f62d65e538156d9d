/** Switching services and stages off and on while programs run. */
import { Context, type Effect } from "effect"
import type { Pause, StepName } from "../domain/StepName.ts"
import type { ResultStoreError } from "./ResultStore.ts"

export class ServiceSwitch extends Context.Service<
  ServiceSwitch,
  {
    /** Switches a step off for all programs, until it is switched on; survives restarts. A second pause replaces the first. */
    readonly pause: (pause: Omit<Pause, "since">) => Effect.Effect<Pause, ResultStoreError>
    /** Switches a step on. Returns whether it was off. */
    readonly resume: (step: StepName) => Effect.Effect<boolean, ResultStoreError>
    /** The steps that are off, in name order. */
    readonly pauses: Effect.Effect<ReadonlyArray<Pause>, ResultStoreError>
    /** Whether a step is off, as far as this process knows. Cheap. */
    readonly isPaused: (step: StepName) => Effect.Effect<boolean>
    /** Waits until a step is off, as far as this process knows: it may learn of a change a second late. */
    readonly untilPaused: (step: StepName) => Effect.Effect<void>
    /** Waits until a step is on. Returns at once when it is. */
    readonly untilResumed: (step: StepName) => Effect.Effect<void>
  }
>()("windmill/services/ServiceSwitch") {}
