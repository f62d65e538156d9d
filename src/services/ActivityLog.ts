import type { ServiceId } from "../domain/Identifiers.ts"
import type { StepName } from "../domain/StepName.ts"
import type { Activity, OpenBreaker } from "../domain/Worker.ts"
/** What this process is doing right now, for those who watch it. */
import { Context, type Duration, Effect, type Option, type Scope } from "effect"

/** The deliveries that a consumer has in hand. */
export interface Hand {
  /** Takes a delivery, named by any value of its own. */
  readonly take: (delivery: object) => void
  /** Puts down a delivery that was handled, and that waits for so long when it was sent to wait. What is not in hand is ignored. */
  readonly release: (delivery: object, wait?: Duration.Duration) => void
  /** Puts down all deliveries, which will not be handled any more. */
  readonly drop: () => void
}

export interface ActivityLogShape {
  /** Says that this process works on a step until the scope closes. */
  readonly open: (step: StepName) => Effect.Effect<Hand, never, Scope.Scope>
  /** Says that a step leaves a service alone because it kept failing, or (none) no longer does. */
  readonly breaker: (
    step: StepName,
    service: ServiceId,
    state: Option.Option<NonNullable<Activity["breaker"]>>
  ) => Effect.Effect<void>
  /** Says that a source of pictures is left alone because it is away, or (none) no longer is. */
  readonly source: (source: string, state: Option.Option<OpenBreaker>) => Effect.Effect<void>
}

/** Discards everything unless a log is provided. */
export const ActivityLog: Context.Reference<ActivityLogShape> = Context.Reference("windmill/services/ActivityLog", {
  defaultValue: (): ActivityLogShape => ({
    open: () => Effect.succeed({ take: () => {}, release: () => {}, drop: () => {} }),
    breaker: () => Effect.void,
    source: () => Effect.void
  })
})
