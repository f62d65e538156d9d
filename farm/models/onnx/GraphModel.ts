/**
 * A TensorFlow.js graph model: the nodes of `model.json` and the constants that its weight file packs.
 *
 * @see https://www.tensorflow.org/js/guide/save_load for the format
 */
import { Result, Schema } from "effect"
import type { Tensor } from "./Onnx.ts"

const Strings = Schema.Array(Schema.String)

/** A parameter of a node, one of them. */
const Attribute = Schema.Struct({
  /** Base64. */
  s: Schema.optionalKey(Schema.String),
  i: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite])),
  f: Schema.optionalKey(Schema.Finite),
  b: Schema.optionalKey(Schema.Boolean),
  type: Schema.optionalKey(Schema.String),
  shape: Schema.optionalKey(
    Schema.Struct({
      dim: Schema.optionalKey(Schema.Array(Schema.Struct({ size: Schema.Union([Schema.String, Schema.Finite]) })))
    })
  ),
  list: Schema.optionalKey(
    Schema.Struct({
      s: Schema.optionalKey(Strings),
      i: Schema.optionalKey(Schema.Array(Schema.Union([Schema.String, Schema.Finite])))
    })
  )
})

const Node = Schema.Struct({
  name: Schema.String,
  op: Schema.String,
  input: Schema.optionalKey(Strings),
  attr: Schema.optionalKey(Schema.Record(Schema.String, Attribute))
})
export type Node = typeof Node.Type

const Weights = Schema.Struct({
  name: Schema.String,
  shape: Schema.Array(Schema.Int),
  dtype: Schema.Literals(["float32", "int32"]),
  quantization: Schema.optionalKey(
    Schema.Struct({
      dtype: Schema.Literals(["float16", "uint8", "uint16"]),
      scale: Schema.optionalKey(Schema.Finite),
      min: Schema.optionalKey(Schema.Finite)
    })
  )
})
type Weights = typeof Weights.Type

const File = Schema.Struct({
  modelTopology: Schema.Struct({ node: Schema.Array(Node) }),
  weightsManifest: Schema.Array(Schema.Struct({ paths: Strings, weights: Schema.Array(Weights) }))
})
type File = typeof File.Type

export interface GraphModel {
  readonly nodes: ReadonlyMap<string, Node>
  readonly constants: ReadonlyMap<string, Tensor>
}

/** Reads the parsed `model.json` and the bytes of its weights, all files in a row. A failure says what is wrong. */
export const decode = (json: unknown, weights: Uint8Array): Result.Result<GraphModel, string> =>
  Result.gen(function* () {
    const { modelTopology, weightsManifest } = yield* Result.mapError(
      Schema.decodeUnknownResult(File)(json),
      ({ message }) => `It is no graph model. ${message}`
    )
    const specifications = weightsManifest.flatMap((group) => group.weights)
    const needed = specifications.reduce((sum, weight) => sum + byteLength(weight), 0)
    if (needed !== weights.length) {
      return yield* Result.fail(`Its weights have ${weights.length} bytes; ${needed} are needed.`)
    }
    const constants = new Map<string, Tensor>()
    let at = 0
    for (const weight of specifications) {
      const end = at + byteLength(weight)
      constants.set(weight.name, unpack(weight, weights.subarray(at, end)))
      at = end
    }
    return { nodes: new Map(modelTopology.node.map((node) => [node.name, node])), constants }
  })

const widths = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 } as const

const count = ({ shape }: Weights): number => shape.reduce((product, size) => product * size, 1)

const byteLength = (weight: Weights): number => count(weight) * widths[weight.quantization?.dtype ?? weight.dtype]

const unpack = (weight: Weights, bytes: Uint8Array): Tensor => {
  const { dtype, shape } = weight
  const length = count(weight)
  return dtype === "float32"
    ? { shape, type: "float", values: filled(new Float32Array(length), weight, bytes) }
    : {
        shape,
        type: "integer",
        values: filled(
          Array.from({ length }, () => 0),
          weight,
          bytes
        )
      }
}

/** Writes the stored numbers to `values`, and returns it; there are millions of them. */
const filled = <A extends Float32Array | Array<number>>(
  values: A,
  { dtype, quantization }: Weights,
  bytes: Uint8Array
): A => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { min = 0, scale = 1 } = quantization ?? {}
  const { length } = values
  switch (quantization?.dtype ?? dtype) {
    case "float32":
      for (let i = 0; i < length; i++) values[i] = view.getFloat32(4 * i, true)
      break
    case "int32":
      for (let i = 0; i < length; i++) values[i] = view.getInt32(4 * i, true)
      break
    case "float16":
      halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => half(bits))
      for (let i = 0; i < length; i++) values[i] = halves[view.getUint16(2 * i, true)]!
      break
    case "uint16":
      for (let i = 0; i < length; i++) values[i] = view.getUint16(2 * i, true) * scale + min
      break
    case "uint8":
      for (let i = 0; i < length; i++) values[i] = bytes[i]! * scale + min
      break
  }
  return values
}

/** The values of all 16-bit numbers; none before they are needed. */
let halves: Float32Array | undefined

/** The value of a 16-bit floating point number (IEEE 754 binary16). */
export const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
