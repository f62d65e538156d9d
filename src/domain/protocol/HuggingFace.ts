/**
 * Inference Endpoints of Hugging Face and all that follow their convention: the bytes of the picture in, a list out, of
 * objects (`label`, `score`, `box`), labels (`label`, `score`) or captions (`generated_text`).
 *
 * While a model is loaded, the server answers 503 with `estimated_time`, which the transport waits for.
 *
 * @see https://huggingface.co/docs/inference-providers/tasks/object-detection
 */
import { Result, Schema } from "effect"
import * as BoxEncoding from "./BoxEncoding.ts"
import type { Protocol } from "./Protocol.ts"
import * as Wire from "./Wire.ts"

export const Options = Schema.Struct({
  /** Parameters of the task. With some, the picture is sent as base64 in `inputs`: `{"threshold": 0.5}`. */
  parameters: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})
export type Options = typeof Options.Type

export const protocol = ({ parameters }: Options): Protocol => ({
  endpoint: { path: "/", below: false },
  health: undefined,
  inputs: ["upload"],
  form: { _tag: "File" },
  boxes: undefined,
  request: () => ({
    method: "POST",
    headers: { accept: "application/json" },
    body:
      parameters === undefined
        ? { _tag: "Picture" }
        : { _tag: "Json", json: (picture) => ({ inputs: picture, parameters }) }
  }),
  reply: (answered) =>
    Result.gen(function* () {
      const body = yield* Wire.json(answered)
      const error = Wire.errorMessage(Wire.at(body, "error"))
      if (error !== undefined) {
        return yield* Wire.at(body, "estimated_time") === undefined ? Wire.serviceError(error) : Wire.busy(error)
      }
      const found = Array.isArray(body) && body.length === 1 && Array.isArray(body[0]) ? (body[0] as Wire.Json) : body
      const list = Array.isArray(found) ? found : Wire.isObject(found) ? [found] : undefined
      if (list === undefined) return yield* Wire.unreadable(`Expected a list of predictions, got ${Wire.kindOf(found)}`)
      return Wire.success(list.map(predictionOf), { original: body })
    })
})

const predictionOf = (prediction: Wire.Json): Wire.Json => {
  const box = BoxEncoding.fourOf(Wire.at(prediction, "box"), "xyxy")
  return Wire.defined({
    label: Wire.at(prediction, "label"),
    confidence: Wire.at(prediction, "score"),
    text: Wire.at(prediction, "generated_text"),
    bbox: box?.every((n) => typeof n === "number") ? [...BoxEncoding.toCornerAndSize(box as never, "xyxy")] : undefined
  })
}
