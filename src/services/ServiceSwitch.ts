/** Switching services and stages off and on while programs run. */
import { Context, type Effect, Schema } from "effect"
import { ServiceId } from "../domain/Identifiers.ts"
import { Stage } from "../domain/Staleness.ts"
import type { ResultStoreError } from "./ResultStore.ts"

/** Something that consumes a queue: a service, or a stage. */
export const Step = Schema.Union([Stage, ServiceId])
export type Step = typeof Step.Type

/** A step that is switched off, by whom and why. */
export const Pause = Schema.Struct({
  step: Step,
  by: Schema.NonEmptyString.check(Schema.isMaxLength(200)),
  reason: Schema.String.check(Schema.isMaxLength(2000)),
  since: Schema.Date
})
export type Pause = typeof Pause.Type

export class ServiceSwitch extends Context.Service<
  ServiceSwitch,
  {
    /** Switches a step off for all programs, until somebody switches it on; survives restarts. A second pause replaces the first. */
    readonly pause: (pause: Omit<Pause, "since">) => Effect.Effect<Pause, ResultStoreError>
    /** Switches a step on. Returns whether it was off. */
    readonly resume: (step: Step) => Effect.Effect<boolean, ResultStoreError>
    /** The steps that are off, in name order. */
    readonly pauses: Effect.Effect<ReadonlyArray<Pause>, ResultStoreError>
    /** Whether a step is off, as far as this process knows. Cheap. */
    readonly isPaused: (step: Step) => Effect.Effect<boolean>
    /** Waits until a step is off, as far as this process knows: it may learn of a change a second late. */
    readonly untilPaused: (step: Step) => Effect.Effect<void>
    /** Waits until a step is on. Returns at once when it is. */
    readonly untilResumed: (step: Step) => Effect.Effect<void>
  }
>()("windmill/services/ServiceSwitch") {}
