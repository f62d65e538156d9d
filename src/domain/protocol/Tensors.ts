/**
 * Tensors of the Open Inference Protocol, as JSON and as the binary extension writes them.
 *
 * @see https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol/binary-tensor-data-extension
 */
import { Result } from "effect"
import * as LenientJson from "../reply/LenientJson.ts"
import type { Answered } from "./Protocol.ts"
import * as Wire from "./Wire.ts"
import { textOf } from "../Web.ts"

/** Numbers, or texts of a `BYTES` tensor, row by row. */
export interface Tensor {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly data: ReadonlyArray<number> | ReadonlyArray<string>
}

/** The header that says where JSON ends and the bytes of tensors begin. */
export const headerLength = "inference-header-content-length"

/** The output tensors of an answer by name, and the JSON they came with. */
export const outputs = ({
  bytes,
  headers
}: Answered): Wire.Read<{ readonly body: Wire.JsonObject; readonly tensors: ReadonlyMap<string, Tensor> }> =>
  Result.gen(function* () {
    const length = headers[headerLength] === undefined ? bytes.length : Number(headers[headerLength])
    if (!(length >= 0 && length <= bytes.length))
      return yield* Wire.unreadable(`The JSON is said to have ${length} bytes`)
    const body = yield* Wire.object({ headers, bytes: bytes.subarray(0, length) })
    const error = Wire.errorMessage(Wire.at(body, "error"))
    if (error !== undefined) return yield* Wire.serviceError(error)
    const list = Wire.at(body, "outputs")
    if (!Array.isArray(list)) return yield* Wire.unreadable(`Expected outputs, got ${Wire.kindOf(list)}`)
    const tensors = new Map<string, Tensor>()
    let rest = bytes.subarray(length)
    for (const output of list as ReadonlyArray<Wire.Json>) {
      const size = Wire.at(Wire.at(output, "parameters"), "binary_data_size")
      const part = typeof size === "number" && size >= 0 ? rest.subarray(0, size) : undefined
      const tensor = yield* tensorOf(output, part)
      rest = rest.subarray(part?.length ?? 0)
      tensors.set(tensor.name, tensor)
    }
    return { body, tensors }
  })

const tensorOf = (output: Wire.Json, bytes: Uint8Array | undefined): Wire.Read<Tensor> => {
  const name = Wire.at(output, "name")
  const shape = Wire.at(output, "shape")
  const datatype = Wire.at(output, "datatype")
  if (typeof name !== "string" || !isShape(shape) || typeof datatype !== "string") {
    return Wire.unreadable("Expected every output to have name, shape and datatype")
  }
  const data = bytes === undefined ? flat(Wire.at(output, "data")) : decode(bytes, datatype)
  if (data === undefined) return Wire.unreadable(`The data of output ${name} (${datatype}) cannot be read`)
  const expected = shape.reduce((product, n) => product * n, 1)
  return data.length === expected
    ? Result.succeed({ name, shape, data })
    : Wire.unreadable(`Output ${name} has ${data.length} values, not ${shape.join(" x ")}`)
}

const isShape = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)

/** The values of nested or flat arrays: all numbers, or all texts. */
const flat = (value: Wire.Json | undefined): Tensor["data"] | undefined => {
  if (!Array.isArray(value)) return undefined
  const values: ReadonlyArray<unknown> = value.flat(maxRank)
  if (values.every((n) => typeof n === "number" || typeof n === "boolean" || LenientJson.isNotANumber(n))) {
    return values.map(Number)
  }
  return values.every((text) => typeof text === "string") ? values : undefined
}

const maxRank = 8

/** Reads numbers of a size, little-endian. */
const readers: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number) => number]>> = {
  BOOL: [1, (view, at) => view.getUint8(at)],
  UINT8: [1, (view, at) => view.getUint8(at)],
  INT8: [1, (view, at) => view.getInt8(at)],
  UINT16: [2, (view, at) => view.getUint16(at, true)],
  INT16: [2, (view, at) => view.getInt16(at, true)],
  UINT32: [4, (view, at) => view.getUint32(at, true)],
  INT32: [4, (view, at) => view.getInt32(at, true)],
  UINT64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  INT64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  FP16: [2, (view, at) => ofHalf(view.getUint16(at, true))],
  FP32: [4, (view, at) => view.getFloat32(at, true)],
  FP64: [8, (view, at) => view.getFloat64(at, true)]
}

const decode = (bytes: Uint8Array, datatype: string): Tensor["data"] | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (datatype === "BYTES") return texts(bytes, view)
  const reader = readers[datatype]
  if (reader === undefined || bytes.length % reader[0] !== 0) return undefined
  const [size, read] = reader
  return Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size))
}

/** Texts, each after its length in four bytes. */
const texts = (bytes: Uint8Array, view: DataView): ReadonlyArray<string> | undefined => {
  const found: Array<string> = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 <= bytes.length ? at + 4 + view.getUint32(at, true) : Number.NaN
    if (!(end <= bytes.length)) return undefined
    found.push(textOf(bytes.subarray(at + 4, end)))
    at = end
  }
  return found
}

/** The number that 16 bits mean in IEEE 754. */
export const ofHalf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The 16 bits of IEEE 754 nearest to a finite number; too large ones become infinite. */
export const toHalf = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24)
  const exponent = Math.min(Math.floor(Math.log2(size)), 16)
  const bits = ((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024)
  return sign | Math.min(bits, 0x7c00)
}
