/** Which programs are running, and what they are doing. */
import { Context, type Effect, Schema } from "effect"
import type { ResultStoreError } from "./ResultStore.ts"
import { Step } from "./ServiceSwitch.ts"

/** What a program does for one step. */
export const Activity = Schema.Struct({
  step: Step,
  /** Deliveries in hand. */
  inFlight: Schema.Int,
  /** Deliveries handled since the program started. */
  handled: Schema.Int,
  /** When one was handled last. */
  lastProgress: Schema.optionalKey(Schema.Date),
  /** Present while the service is left alone because it kept failing. */
  breaker: Schema.optionalKey(Schema.Struct({ reason: Schema.String, nextProbe: Schema.Date }))
})
export type Activity = typeof Activity.Type

/** What a program says about itself. */
export interface Beat {
  readonly workerId: string
  readonly host: string
  readonly version: string
  readonly activities: ReadonlyArray<Activity>
}

/** A program that is, or was, running. */
export const Worker = Schema.Struct({
  workerId: Schema.String,
  host: Schema.String,
  version: Schema.String,
  started: Schema.Date,
  lastBeat: Schema.Date,
  /** Whether it was heard of lately. */
  isAlive: Schema.Boolean,
  activities: Schema.Array(
    Schema.Struct({
      ...Activity.fields,
      /** Deliveries handled per second between its last two beats. */
      rate: Schema.Finite
    })
  )
})
export type Worker = typeof Worker.Type

export class WorkerRegistry extends Context.Service<
  WorkerRegistry,
  {
    /** Says that a program is alive and what it does. To be repeated every few seconds. */
    readonly beat: (beat: Beat) => Effect.Effect<void, ResultStoreError>
    /** Says that a program stops. */
    readonly leave: (workerId: string) => Effect.Effect<void, ResultStoreError>
    /** The programs heard of within a day, those alive first, in name order. */
    readonly workers: Effect.Effect<ReadonlyArray<Worker>, ResultStoreError>
  }
>()("windmill/services/WorkerRegistry") {}
