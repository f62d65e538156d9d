/**
 * The Open Inference Protocol (V2) of Triton, KServe, Seldon and OpenVINO: tensors in, tensors out.
 *
 * The picture is scaled to the input of the model, made numbers, and sent in the binary form; what comes back is decoded by
 * the head the catalog names. Servers make batches of concurrent requests by themselves.
 *
 * @see https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol
 */
import { Result, Schema } from "effect"
import type { Four, Size } from "./BoxEncoding.ts"
import * as Heads from "./Heads.ts"
import type { Protocol } from "./Protocol.ts"
import * as Tensors from "./Tensors.ts"
import * as Wire from "./Wire.ts"
import { utf8 } from "../Web.ts"

const Three = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite])
const Side = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8192 }))

export const Options = Schema.Struct({
  model: Schema.NonEmptyString,
  version: Schema.optionalKey(Schema.NonEmptyString),
  input: Schema.Struct({
    name: Schema.NonEmptyString,
    width: Side,
    height: Side,
    /** `letterbox` keeps the proportions and fills up with gray, `stretch` does not. */
    fit: Schema.optionalKey(Schema.Literals(["letterbox", "stretch"])),
    layout: Schema.optionalKey(Schema.Literals(["nchw", "nhwc"])),
    type: Schema.optionalKey(Schema.Literals(["FP32", "FP16", "UINT8"])),
    channels: Schema.optionalKey(Schema.Literals(["rgb", "bgr"])),
    /** A byte times `scale` (1/255 unless given), minus `mean`, divided by `std`, of each channel. Not for `UINT8`. */
    scale: Schema.optionalKey(Schema.Finite),
    mean: Schema.optionalKey(Three),
    std: Schema.optionalKey(Three),
    /** Whether the tensor begins with a dimension for the batch, of 1. */
    batched: Schema.optionalKey(Schema.Boolean)
  }),
  head: Heads.Head,
  classes: Schema.optionalKey(Heads.Classes),
  /** A file with a name on each line, read with the catalog, instead of `classes`. */
  classesFile: Schema.optionalKey(Schema.NonEmptyString),
  /** Whether tensors travel as bytes; off for servers without the extension. */
  binary: Schema.optionalKey(Schema.Boolean)
})
export type Options = typeof Options.Type
type Input = Options["input"]

export const protocol = (options: Options): Protocol => {
  const { binary = true, classes = "coco80", head, input, model, version } = options
  const path = `/v2/models/${encodeURIComponent(model)}${version === undefined ? "" : `/versions/${encodeURIComponent(version)}`}`
  const size = { width: input.width, height: input.height }
  const fit = input.fit ?? "letterbox"
  return {
    endpoint: { path: `${path}/infer`, below: true },
    health: `${path}/ready`,
    inputs: ["upload"],
    form: { _tag: "Pixels", size, fit },
    boxes: undefined,
    request: (shown) => {
      const data = shown._tag === "Picture" ? tensorOf(shown.bytes, input) : new Uint8Array()
      const described = { name: input.name, shape: shapeOf(input), datatype: input.type ?? "FP32" }
      const outputs = outputsOf(head).map((name) => ({ name, parameters: { binary_data: binary } }))
      if (!binary) {
        const json = { inputs: [{ ...described, data: valuesOf(data, input) }], outputs }
        return { method: "POST", body: { _tag: "Json", json: () => json } }
      }
      const json = { inputs: [{ ...described, parameters: { binary_data_size: data.length } }], outputs }
      const text = utf8(JSON.stringify(json))
      const bytes = new Uint8Array(text.length + data.length)
      bytes.set(text)
      bytes.set(data, text.length)
      return {
        method: "POST",
        headers: { [Tensors.headerLength]: String(text.length) },
        body: { _tag: "Bytes", bytes, contentType: "application/octet-stream" }
      }
    },
    reply: (answered, { picture }) =>
      Result.gen(function* () {
        const { body, tensors } = yield* Tensors.outputs(answered)
        const found = yield* Heads.decode(head, tensors, { classes, input: size })
        const place = picture === undefined ? (box: Four) => box : placement(picture, size, fit)
        const metadata = {
          model_info: Wire.defined({ model: Wire.at(body, "model_name"), version: Wire.at(body, "model_version") })
        }
        return Wire.success(
          found.map(({ box, label, score }) =>
            Wire.defined({ label, confidence: score, bbox: box === undefined ? undefined : [...place(box)] })
          ),
          { metadata }
        )
      })
  }
}

/** Brings a box from pixels of the model's input into those of the picture, by undoing how it was made to fit. */
export const placement = (picture: Size, input: Size, fit: "letterbox" | "stretch"): ((box: Four) => Four) => {
  const across = input.width / picture.width
  const down = input.height / picture.height
  if (fit === "stretch") return ([x, y, width, height]) => [x / across, y / down, width / across, height / down]
  const { left, scale, top } = letterbox(picture, input)
  return ([x, y, width, height]) => [(x - left) / scale, (y - top) / scale, width / scale, height / scale]
}

/** How a picture lies in a letterbox: its size there in whole pixels, in the middle. */
export const letterbox = (picture: Size, input: Size) => {
  const scale = Math.min(input.width / picture.width, input.height / picture.height)
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  return {
    scale,
    width,
    height,
    left: Math.floor((input.width - width) / 2),
    top: Math.floor((input.height - height) / 2)
  }
}

const shapeOf = ({ batched = true, height, layout = "nchw", width }: Input): ReadonlyArray<number> => [
  ...(batched ? [1] : []),
  ...(layout === "nchw" ? [3, height, width] : [height, width, 3])
]

const outputsOf = (head: Heads.Head): ReadonlyArray<string> =>
  head.type === "boxes" ? [head.boxes, head.scores, head.classes] : [head.output]

/** The bytes of the input tensor of pixels, red first. */
export const tensorOf = (pixels: Uint8Array, input: Input): Uint8Array => {
  const { channels = "rgb", layout = "nchw", type = "FP32" } = input
  const area = pixels.length / 3
  const lookUp = [0, 1, 2].map((channel) => valuesOfBytes(input, channel))
  const write = new arrays[type](pixels.length)
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === "rgb" ? channel : 2 - channel
    const values = lookUp[channel]!
    for (let i = 0; i < area; i++) {
      write[layout === "nchw" ? channel * area + i : 3 * i + channel] = values[pixels[3 * i + from]!]!
    }
  }
  return new Uint8Array(write.buffer)
}

const arrays = { UINT8: Uint8Array, FP16: Uint16Array, FP32: Float32Array }

/** What each of the 256 values of a byte becomes in a channel of the tensor. */
const valuesOfBytes = ({ mean, scale = 1 / 255, std, type = "FP32" }: Input, channel: number): ReadonlyArray<number> =>
  Array.from({ length: 256 }, (_, byte) => {
    if (type === "UINT8") return byte
    const value = (byte * scale - (mean?.[channel] ?? 0)) / (std?.[channel] ?? 1)
    return type === "FP16" ? Tensors.toHalf(value) : value
  })

/** The values of a tensor as numbers of JSON. */
const valuesOf = (tensor: Uint8Array, { type = "FP32" }: Input): ReadonlyArray<number> => {
  switch (type) {
    case "UINT8":
      return [...tensor]
    case "FP16":
      return Array.from(new Uint16Array(tensor.buffer), Tensors.ofHalf)
    case "FP32":
      return [...new Float32Array(tensor.buffer)]
  }
}
