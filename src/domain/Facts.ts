/** Recorded facts: what services answered about an image and about crops of it. All else is derived from these. */
import { Schema } from "effect"
import { ImageBox } from "./BoundingBox.ts"
import { BoxId, ImageId, ServiceId } from "./Identifiers.ts"
import { at } from "./protocol/Wire.ts"
import { Revision } from "./Staleness.ts"

/** The class of a failure that trying again would not mend, or that was tried often enough. */
export const FailureClass = Schema.Literals(["image", "refused", "unreadable-reply", "unavailable"])
export type FailureClass = typeof FailureClass.Type

/** How a service's work on one image, or on one crop of it, ended. Either is terminal. */
export const Outcome = Schema.Union([
  Schema.TaggedStruct("Success", {
    /** The service's reply, whole and unchanged. */
    data: Schema.Json,
    /** Seconds the service says it took. */
    processingTime: Schema.optionalKey(Schema.Finite)
  }),
  Schema.TaggedStruct("Failure", {
    class: FailureClass,
    reason: Schema.String,
    /** The service's reply when there was one. */
    data: Schema.optionalKey(Schema.Json)
  })
])
export type Outcome = typeof Outcome.Type

/** Whether an answer says of itself that it is invented, as those of the simulated farm do (`metadata.model_info`). */
export const isSimulated = ({ data }: Outcome): boolean =>
  at(at(at(data, "metadata"), "model_info"), "simulated") === true

/** A model as the answer that comes from it names it. */
export interface Model {
  readonly name: string
  readonly version: string | undefined
  readonly license: string | undefined
}

/** The model that an answer says it comes from (`metadata.model_info`); `undefined` when it names none, or is invented. */
export const modelOf = (outcome: Outcome): Model | undefined => {
  const info = at(at(outcome.data, "metadata"), "model_info")
  const text = (key: string) => {
    const value = at(info, key)
    return typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined
  }
  const name = text("model")
  return name === undefined || isSimulated(outcome)
    ? undefined
    : { name, version: text("version"), license: text("license") }
}

/** Present while another answer is wanted: this one counts until it comes. */
const isRenewed = Schema.optionalKey(Schema.Boolean)

/** The current answer of a service about an image. */
export const ServiceResult = Schema.Struct({
  resultId: Schema.Int,
  service: ServiceId,
  outcome: Outcome,
  isRenewed
})
export type ServiceResult = typeof ServiceResult.Type

/** The answer of a service about one crop. `region` is what was cut, in image pixels. */
export const CropResult = Schema.Struct({
  boxId: BoxId,
  service: ServiceId,
  region: ImageBox,
  outcome: Outcome,
  isRenewed
})
export type CropResult = typeof CropResult.Type

/** All that is known about an image at one revision. `results` and `crops` are sorted by service and box. */
export const ImageFacts = Schema.Struct({
  imageId: ImageId,
  revision: Revision,
  requested: Schema.Array(ServiceId),
  results: Schema.Array(ServiceResult),
  /** Answers about crops of the boxes that are current. */
  crops: Schema.Array(CropResult)
})
export type ImageFacts = typeof ImageFacts.Type
