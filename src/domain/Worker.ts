/** Programs that run, and what they do. */
import { Duration, Schema } from "effect"
import { CatalogPrint } from "./catalog/Agreement.ts"
import { ServiceId } from "./Identifiers.ts"
import { StepName } from "./StepName.ts"

/** How often a program tells what it does. */
export const beatEvery = Duration.seconds(5)

/** After so long, everybody knows what a program that is alive has in hand: a beat, and the time that a busy one takes for it. */
export const knownWithin = Duration.seconds(7)

/** A service is left alone because it kept failing. */
export const OpenBreaker = Schema.Struct({
  reason: Schema.String,
  /** When it is asked about its health next, or was when that is past and it has not answered. */
  nextProbe: Schema.Date,
  /** Absent when the program does not say. */
  since: Schema.optionalKey(Schema.Date)
})
export type OpenBreaker = typeof OpenBreaker.Type

/** A folder or web server that pictures are read from, which is left alone because it is away. */
export const AwaySource = Schema.Struct({ source: Schema.String, ...OpenBreaker.fields })
export type AwaySource = typeof AwaySource.Type

/** What a program does for one step. */
export const Activity = Schema.Struct({
  step: StepName,
  /** Deliveries in hand. */
  inFlight: Schema.Int,
  /** Deliveries that it sent to wait for a delay which is not over, when there are some, and when the last one is. */
  delayed: Schema.optionalKey(Schema.Struct({ count: Schema.Int, until: Schema.Date })),
  /** Deliveries handled since the program started. */
  handled: Schema.Int,
  /** When one was handled last. */
  lastProgress: Schema.optionalKey(Schema.Date),
  /** Present while the service is left alone because it kept failing. */
  breaker: Schema.optionalKey(OpenBreaker),
  /** Of a stage: the services that it leaves alone because they kept failing. */
  leftAlone: Schema.optionalKey(Schema.Array(Schema.Struct({ service: ServiceId, ...OpenBreaker.fields })))
})
export type Activity = typeof Activity.Type

/** A program that is, or was, running. */
export const Worker = Schema.Struct({
  workerId: Schema.String,
  host: Schema.String,
  version: Schema.String,
  started: Schema.Date,
  lastBeat: Schema.Date,
  /** Whether it was heard of lately. */
  isAlive: Schema.Boolean,
  /** The services it knows; absent when it does not say. */
  catalog: Schema.optionalKey(CatalogPrint),
  /** Where it reads pictures from, and cannot now. */
  away: Schema.Array(AwaySource),
  activities: Schema.Array(
    Schema.Struct({
      ...Activity.fields,
      /** Deliveries handled per second between its last two beats. */
      rate: Schema.Finite
    })
  )
})
export type Worker = typeof Worker.Type

/** The steps of which programs have something in hand or sent something to wait at `now`, in milliseconds since 1970. */
export const busy = (workers: ReadonlyArray<Worker>, now: number): ReadonlySet<StepName> =>
  new Set(
    workers.flatMap(({ activities, isAlive }) =>
      activities
        // What a program that died had in hand went back; what it sent to wait still does.
        .filter(({ delayed, inFlight }) => (isAlive && inFlight > 0) || (delayed?.until.getTime() ?? now) > now)
        .map(({ step }) => step)
    )
  )
