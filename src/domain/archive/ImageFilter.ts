/** Which images somebody looks for. */
import { Schema } from "effect"
import { FailureClass } from "../Facts.ts"
import { ImageId, ServiceId } from "../Identifiers.ts"
import { ImageStatus } from "./Image.ts"

/** An image must meet all that is given. */
export const ImageFilter = Schema.Struct({
  /** These images. */
  ids: Schema.optionalKey(Schema.Array(ImageId)),
  group: Schema.optionalKey(Schema.String),
  status: Schema.optionalKey(ImageStatus),
  /** Images that this service has answered about; with `error`, those it failed on. */
  service: Schema.optionalKey(ServiceId),
  /** Images with a failed answer of this class, or of `any`, about the image or about a crop. */
  error: Schema.optionalKey(Schema.Union([FailureClass, Schema.Literal("any")])),
  /** Images in which the services agreed on the thing this word names, in any wording: `women` finds `person`. */
  label: Schema.optionalKey(Schema.NonEmptyString),
  /** The same by emoji; variation selectors make no difference. */
  emoji: Schema.optionalKey(Schema.NonEmptyString),
  /** The least confidence of what `label` and `emoji` find or, without them, of anything the services agreed on. */
  confidence: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
})
export type ImageFilter = typeof ImageFilter.Type
