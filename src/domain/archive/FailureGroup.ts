/** Failed answers, grouped by what they have in common. */
import { Schema } from "effect"
import { FailureClass } from "../Facts.ts"
import { BoxId, ImageId, ServiceId } from "../Identifiers.ts"

/** The failures of one service of one class. */
export const FailureGroup = Schema.Struct({
  service: ServiceId,
  class: FailureClass,
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
