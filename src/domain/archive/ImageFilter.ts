/** Which images are looked for. */
import { Schema } from "effect"
import { Group, ImageId } from "../Identifiers.ts"
import { StepName } from "../StepName.ts"
import { FailureKind } from "./FailureGroup.ts"
import { ImageStatus } from "./Image.ts"
import { QueryText } from "./Query.ts"

/** An image must meet all that is given. */
export const ImageFilter = Schema.Struct({
  /** Images with these words in their name or group, in what was found in them, or in why something failed. */
  q: Schema.optionalKey(QueryText),
  /** These images. */
  ids: Schema.optionalKey(Schema.Array(ImageId)),
  group: Schema.optionalKey(Group),
  status: Schema.optionalKey(ImageStatus),
  /** Images that this service has answered about; with `error`, those that it, or this stage, failed on. */
  service: Schema.optionalKey(StepName),
  /** Images with a failure of this class, or of `any`: of an answer about the image or a crop, or of a stage. */
  error: Schema.optionalKey(Schema.Union([FailureKind, Schema.Literal("any")])),
  /** Images in which the services agreed on the thing this word names, in any wording: `women` finds `person`. */
  label: Schema.optionalKey(Schema.NonEmptyString),
  /** The same by emoji; variation selectors make no difference. */
  emoji: Schema.optionalKey(Schema.NonEmptyString),
  /** The least confidence of what `label` and `emoji` find or, without them, of anything the services agreed on. */
  confidence: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
})
export type ImageFilter = typeof ImageFilter.Type
