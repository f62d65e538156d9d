/** The steps of the pipeline, and switching them off. */
import { Schema } from "effect"
import { ServiceId } from "./Identifiers.ts"
import { Stage } from "./Staleness.ts"

/** Something that consumes a queue: a service, or a stage. */
export const StepName = Schema.Union([Stage, ServiceId])
export type StepName = typeof StepName.Type

/** A step that is switched off, by whom and why. */
export const Pause = Schema.Struct({
  step: StepName,
  by: Schema.NonEmptyString.check(Schema.isMaxLength(200)),
  reason: Schema.String.check(Schema.isMaxLength(2000)),
  since: Schema.Date
})
export type Pause = typeof Pause.Type
