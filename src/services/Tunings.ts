/** How services are asked, changed while programs run. */
import { Context, Effect } from "effect"
import type { ServiceId } from "../domain/Identifiers.ts"
import { type Change, type Tuning, untuned } from "../domain/Tuning.ts"
import type { ResultStoreError } from "./ResultStore.ts"

export class Tunings extends Context.Service<
  Tunings,
  {
    /** What is tuned, by service. */
    readonly all: Effect.Effect<ReadonlyMap<ServiceId, Tuning>, ResultStoreError>
    /** Changes what is named, for all programs, until it is reset; survives restarts. Returns what is tuned then. */
    readonly change: (service: ServiceId, change: Change) => Effect.Effect<Tuning, ResultStoreError>
    /** From now on all is as in the catalog, or as usual. Returns whether it was not. */
    readonly reset: (service: ServiceId) => Effect.Effect<boolean, ResultStoreError>
  }
>()("windmill/services/Tunings") {}

export interface CurrentTuningShape {
  /** The tuning of a service as far as this program knows, with its part of the rate. Cheap, and a few seconds late. */
  readonly of: (service: ServiceId) => Effect.Effect<Tuning>
  /** Waits until the tuning of a service is like that. */
  readonly until: (service: ServiceId, holds: (tuning: Tuning) => boolean) => Effect.Effect<void>
}

/** What this program keeps to. By default nothing is tuned. */
export const CurrentTuning: Context.Reference<CurrentTuningShape> = Context.Reference(
  "windmill/services/Tunings/CurrentTuning",
  { defaultValue: (): CurrentTuningShape => ({ of: () => Effect.succeed(untuned), until: () => Effect.never }) }
)
