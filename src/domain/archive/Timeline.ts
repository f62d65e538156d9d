/** What happened to one image, and when. */
import { Schema } from "effect"
import { FailureClass } from "../Facts.ts"
import { BoxId, ImageId, ServiceId } from "../Identifiers.ts"
import { Revision, Stage } from "../Staleness.ts"

const ending = {
  succeeded: Schema.Boolean,
  /** Why it did not succeed. */
  class: Schema.optionalKey(FailureClass),
  reason: Schema.optionalKey(Schema.String)
}

/**
 * - `Submitted`: the image became known.
 * - `Answered`: the terminal answer of a service was recorded, after `attempts` deliveries of the job. `handlingTime`: seconds
 *   the worker took for the last of them; what is missing to the submission the job was waiting. `processingTime`: seconds
 *   the service says it took.
 * - `Derived`: a stage ran and its outcome replaced the stored one. Revisions that were overtaken in between are not listed.
 * - `Enriched`: the terminal answer of a service about one crop was recorded.
 */
export const TimelineEvent = Schema.Union([
  Schema.TaggedStruct("Submitted", { at: Schema.Date }),
  Schema.TaggedStruct("Answered", {
    at: Schema.Date,
    service: ServiceId,
    workerId: Schema.String,
    attempts: Schema.optionalKey(Schema.Int),
    handlingTime: Schema.optionalKey(Schema.Finite),
    processingTime: Schema.optionalKey(Schema.Finite),
    ...ending
  }),
  Schema.TaggedStruct("Derived", { at: Schema.Date, stage: Stage, revision: Revision }),
  Schema.TaggedStruct("Enriched", { at: Schema.Date, service: ServiceId, boxId: BoxId, ...ending })
])
export type TimelineEvent = typeof TimelineEvent.Type

export const Timeline = Schema.Struct({
  imageId: ImageId,
  traceId: Schema.optionalKey(Schema.String),
  /** Services that have not answered yet, in name order. */
  waiting: Schema.Array(ServiceId),
  /** Oldest first. */
  events: Schema.Array(TimelineEvent)
})
export type Timeline = typeof Timeline.Type
