/** Failures, grouped by what they have in common. */
import { Schema } from "effect"
import { FailureClass } from "../Facts.ts"
import { BoxId, ImageId } from "../Identifiers.ts"
import { StepName } from "../StepName.ts"

/** The class of a failed answer, or `underivable`: a stage could not work with what was answered. */
export const FailureKind = Schema.Literals([...FailureClass.literals, "underivable"])
export type FailureKind = typeof FailureKind.Type

/** The failures of one service, or one stage, of one class. */
export const FailureGroup = Schema.Struct({
  service: StepName,
  class: FailureKind,
  count: Schema.Int,
  /** The latest, newest first. */
  samples: Schema.Array(
    Schema.Struct({
      imageId: ImageId,
      filename: Schema.String,
      /** The box whose crop was asked about; absent when it was the whole image. */
      boxId: Schema.optionalKey(BoxId),
      reason: Schema.String,
      at: Schema.Date
    })
  )
})
export type FailureGroup = typeof FailureGroup.Type
