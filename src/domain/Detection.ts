/** One object that one detector saw, in the terms all detectors share. */
import { Schema } from "effect"
import { ImageBox } from "./BoundingBox.ts"
import { Concept, ServiceId } from "./Identifiers.ts"
import { Keypoints, Mask } from "./Mask.ts"

/** How sure a service is of a prediction, in `[0, 1]`. */
export const Confidence = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/**
 * A detector's claim that `concept` is inside `box`.
 *
 * `index` is the position of the prediction in the service's reply: `(service, index)` identifies the detection within
 * its image. `label` and `emoji` are the service's own words, kept for display; identity is `concept` alone.
 */
export const Detection = Schema.Struct({
  service: ServiceId,
  index: Schema.Int,
  concept: Concept,
  label: Schema.String,
  emoji: Schema.optionalKey(Schema.String),
  box: ImageBox,
  /** The box as the service sent it, when `box` was moved because the service is aligned. */
  recorded: Schema.optionalKey(ImageBox),
  confidence: Confidence,
  /** In pixels of the image, where the service sent it, as the keypoints. */
  mask: Schema.optionalKey(Mask),
  keypoints: Schema.optionalKey(Keypoints)
})
export type Detection = typeof Detection.Type
