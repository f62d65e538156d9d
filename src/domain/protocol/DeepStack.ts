/**
 * DeepStack, CodeProject.AI and others that cameras and recorders ask: `/v1/vision/detection`, `face`, `scene`,
 * `custom/NAME`.
 *
 * @see https://docs.deepstack.cc/object-detection/
 */
import { Result, Schema } from "effect"
import * as Fields from "../reply/Fields.ts"
import type { Protocol } from "./Protocol.ts"
import * as Wire from "./Wire.ts"

export const Options = Schema.Struct({
  /** What is asked for: `detection`, `face`, `scene`, or `custom/NAME`. */
  task: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^(detection|face|scene|custom\/[\w.-]+)$/, {
        message: "Expected detection, face, scene or custom/NAME"
      })
    )
  ),
  /** The least confidence the server is told to answer with, in `[0, 1]`. */
  minConfidence: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** The key that the server was started with. A variable of the environment is named as `${NAME}`. */
  apiKey: Schema.optionalKey(Schema.NonEmptyString)
})
export type Options = typeof Options.Type

export const protocol = ({ apiKey, minConfidence, task = "detection" }: Options): Protocol => ({
  endpoint: { path: `/v1/vision/${task}`, below: true },
  health: undefined,
  inputs: ["upload"],
  form: { _tag: "File" },
  boxes: undefined,
  request: () => ({
    method: "POST",
    body: {
      _tag: "Form",
      file: "image",
      fields: {
        ...(minConfidence === undefined ? {} : { min_confidence: String(minConfidence) }),
        ...(apiKey === undefined ? {} : { api_key: apiKey })
      }
    }
  }),
  reply: (answered) =>
    Result.gen(function* () {
      const body = yield* Wire.object(answered)
      if (Wire.at(body, "success") !== true) {
        const message = Wire.errorMessage(Wire.at(body, "error") ?? Wire.at(body, "message")) ?? "says success: false"
        // The server is up, and its worker is busy, starting or gone.
        return yield* Number(Wire.at(body, "code")) >= 500 ? Wire.busy(message) : Wire.serviceError(message)
      }
      const found = task === "scene" ? [body] : Wire.at(body, "predictions")
      if (!Array.isArray(found)) return yield* Wire.unreadable(`Expected predictions, got ${Wire.kindOf(found)}`)
      const milliseconds = Fields.number(Wire.at(body, "inferenceMs"))
      return Wire.success(
        found.map((prediction: Wire.Json) => predictionOf(prediction, task)),
        { metadata: milliseconds === undefined ? {} : { processing_time: milliseconds / 1000 }, original: body }
      )
    })
})

/** Faces come without a label, scenes without a box. */
const predictionOf = (prediction: Wire.Json, task: string): Wire.Json => {
  const corners = ["x_min", "y_min", "x_max", "y_max"].map((name) => Fields.number(Wire.at(prediction, name)))
  const [left, top, right, bottom] = corners
  return Wire.defined({
    label: Wire.at(prediction, "label") ?? (task === "face" ? "face" : undefined),
    confidence: Wire.at(prediction, "confidence"),
    bbox:
      left === undefined || top === undefined || right === undefined || bottom === undefined
        ? undefined
        : [left, top, right - left, bottom - top]
  })
}
