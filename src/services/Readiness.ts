/** Whether this program can do its work now, for whoever decides to send it some. */
import { Context, Effect, type Scope } from "effect"

export interface ReadinessShape {
  /** Whether this program is watched. */
  readonly isAsked: boolean
  /** Adds something that must hold, until the scope closes. `isWell` is asked at every look. */
  readonly require: (name: string, isWell: Effect.Effect<boolean>) => Effect.Effect<void, never, Scope.Scope>
}

/** Not asked unless one is provided. */
export const Readiness: Context.Reference<ReadinessShape> = Context.Reference("windmill/services/Readiness", {
  defaultValue: (): ReadinessShape => ({ isAsked: false, require: () => Effect.void })
})
