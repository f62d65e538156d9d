/** How the pipeline is doing as a whole. */
import { Schema } from "effect"
import { Difference } from "./catalog/Agreement.ts"
import { ServiceId } from "./Identifiers.ts"
import { EvidenceKind } from "./ServiceCatalog.ts"
import { Stage } from "./Staleness.ts"
import { Pause } from "./StepName.ts"
import { Tuning } from "./Tuning.ts"
import { AwaySource, OpenBreaker } from "./Worker.ts"

/** Messages of a queue. */
export const QueueState = Schema.Struct({
  name: Schema.String,
  /** Absent while the broker cannot be asked. */
  statistics: Schema.optionalKey(
    Schema.Struct({
      ready: Schema.Int,
      unsettled: Schema.Int,
      delayed: Schema.Int,
      dead: Schema.Int,
      consumers: Schema.Int
    })
  )
})
export type QueueState = typeof QueueState.Type

/** What is known about any step. */
const step = {
  queue: QueueState,
  /** Images the step has still to look at. */
  waiting: Schema.Int,
  /** Deliveries in hand, of all workers that are alive. */
  inFlight: Schema.Int,
  /** Programs that are alive and run the step. */
  workers: Schema.Int,
  /** Images per second, lately. */
  rate: Schema.Finite,
  /** Seconds until nothing is waiting, if all goes on as it does now; absent when that cannot be told. */
  eta: Schema.optionalKey(Schema.Finite),
  /** Since when the oldest image that waits has been waiting. */
  oldest: Schema.optionalKey(Schema.Date),
  /** Present while the step is switched off. */
  paused: Schema.optionalKey(Pause)
}

export const ServiceState = Schema.Struct({
  service: ServiceId,
  kind: EvidenceKind,
  /** How it is asked otherwise than the catalog says; empty when it is not. */
  tuning: Tuning,
  /** Whether the service says that it can serve; `unknown` until it was asked. */
  health: Schema.Literals(["healthy", "unhealthy", "unknown"]),
  requested: Schema.Int,
  /** Good and failed answers about images. */
  succeeded: Schema.Int,
  failed: Schema.Int,
  /** Failed answers about crops, which nothing waits for. */
  failedCrops: Schema.Int,
  /** Answers in each ten seconds of the last five minutes, oldest first; empty when there were none. */
  history: Schema.Array(Schema.Int),
  /** Workers that leave the service alone because it kept failing, when asked about images or about crops. */
  breakers: Schema.Array(
    Schema.Struct({ workerId: Schema.String, on: Schema.Literals(["image", "crops"]), ...OpenBreaker.fields })
  ),
  ...step
})
export type ServiceState = typeof ServiceState.Type

export const StageState = Schema.Struct({
  stage: Stage,
  /** Images of which the stage has used all that is recorded, and that is something. */
  done: Schema.Int,
  ...step
})
export type StageState = typeof StageState.Type

/** A folder or web server that programs cannot read pictures from. */
export const AwayState = Schema.Struct({ ...AwaySource.fields, workers: Schema.Array(Schema.String) })
export type AwayState = typeof AwayState.Type

/** A service that is not in the catalog: what was requested of it is withdrawn until it is there again. */
export const WithdrawnService = Schema.Struct({
  service: ServiceId,
  /** Answers that it was asked for and did not give. */
  owed: Schema.Int,
  /** Its queue, and the messages that are left in it. */
  queue: Schema.String,
  queued: Schema.Int
})
export type WithdrawnService = typeof WithdrawnService.Type

/** A program that works with another catalog than the one that says so. */
export const OtherCatalog = Schema.Struct({ workerId: Schema.String, ...Difference.fields })
export type OtherCatalog = typeof OtherCatalog.Type

/** Services in name order, stages in the order in which one uses the other. */
export const PipelineState = Schema.Struct({
  at: Schema.Date,
  /** Where pictures cannot be read from now, in name order, and for which workers. Their images wait. */
  away: Schema.Array(AwayState),
  /** Services that are not in the catalog and owe answers, or have messages, in name order. */
  withdrawn: Schema.Array(WithdrawnService),
  /** Programs that run with another catalog. */
  otherCatalogs: Schema.Array(OtherCatalog),
  services: Schema.Array(ServiceState),
  stages: Schema.Array(StageState)
})
export type PipelineState = typeof PipelineState.Type

/** The images of a group, or those without one. */
export const GroupProgress = Schema.Struct({
  group: Schema.optionalKey(Schema.String),
  images: Schema.Int,
  done: Schema.Int,
  /** Images with a failed answer, about them or about a crop of them. */
  failed: Schema.Int
})
export type GroupProgress = typeof GroupProgress.Type

/** How far the images are. */
export const PipelineProgress = Schema.Struct({
  at: Schema.Date,
  images: Schema.Int,
  /** Images with every requested answer, nothing stale and every planned crop answered. */
  done: Schema.Int,
  /** Services that owe answers and give none now: what is said of the pace and the end leaves them out. */
  halted: Schema.Array(ServiceId),
  /** Images that are done, or lack only what the halted services owe. */
  doneWithoutHalted: Schema.Int,
  /** Images that became `doneWithoutHalted` per second, lately; absent until there is something to compare with. */
  rate: Schema.optionalKey(Schema.Finite),
  /**
   * Seconds until all are `doneWithoutHalted`, if all goes on as it does now: what the slowest service needs or, when nothing
   * is owed any more, what the remaining images need. Absent when that cannot be told.
   */
  eta: Schema.optionalKey(Schema.Finite),
  boxes: Schema.Int,
  crops: Schema.Int,
  services: Schema.Array(
    Schema.Struct({
      service: ServiceId,
      requested: Schema.Int,
      succeeded: Schema.Int,
      failed: Schema.Int,
      /** Failed answers about crops. */
      failedCrops: Schema.Int,
      /** Answers per second, lately; absent until there is something to compare with. */
      rate: Schema.optionalKey(Schema.Finite)
    })
  ),
  stages: Schema.Array(Schema.Struct({ stage: Stage, waiting: Schema.Int })),
  /** The latest groups, newest first. */
  groups: Schema.Array(GroupProgress)
})
export type PipelineProgress = typeof PipelineProgress.Type
