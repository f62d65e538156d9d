/**
 * A neural network as an ONNX file.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the numbers of fields and types
 */
import * as Protobuf from "./Protobuf.ts"

/** Numbers in rows; the last axis is the innermost. Whole numbers are 64 bits wide, as ONNX wants shapes and axes. */
export type Tensor =
  | { readonly shape: ReadonlyArray<number>; readonly type: "float"; readonly values: Float32Array }
  | { readonly shape: ReadonlyArray<number>; readonly type: "integer"; readonly values: ReadonlyArray<number> }

/** A parameter of an operator: a number, a list of whole numbers, or a word. */
export type Attribute = { readonly float: number } | number | ReadonlyArray<number> | string

export interface Node {
  readonly operator: string
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface Graph {
  /** In an order in which every node comes after what it reads. */
  readonly nodes: ReadonlyArray<Node>
  readonly constants: ReadonlyMap<string, Tensor>
  /** Inputs of floating point, with their shapes. */
  readonly inputs: ReadonlyMap<string, ReadonlyArray<number>>
  readonly outputs: ReadonlyArray<string>
}

/** The version of ONNX's operators that graphs are written in. */
const operatorSet = 13

/** The file. */
export const encode = ({ constants, inputs, nodes, outputs }: Graph): Uint8Array =>
  Protobuf.concat([
    Protobuf.integer(1, 8),
    Protobuf.text(2, "windmill"),
    Protobuf.message(7, [
      ...nodes.map(node),
      Protobuf.text(2, "graph"),
      ...[...constants].map(([name, value]) => tensor(name, value)),
      ...[...inputs].map(([name, shape]) => port(11, name, shape)),
      ...outputs.map((name) => port(12, name))
    ]),
    Protobuf.message(8, [Protobuf.integer(2, operatorSet)])
  ])

const node = ({ attributes, inputs, operator, outputs }: Node) =>
  Protobuf.message(1, [
    ...inputs.map((name) => Protobuf.text(1, name)),
    ...outputs.map((name) => Protobuf.text(2, name)),
    Protobuf.text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value))
  ])

const attribute = (name: string, value: Attribute) => {
  const content =
    typeof value === "number"
      ? [Protobuf.integer(3, value), Protobuf.integer(20, 2)]
      : typeof value === "string"
        ? [Protobuf.text(4, value), Protobuf.integer(20, 3)]
        : "float" in value
          ? [Protobuf.float(2, value.float), Protobuf.integer(20, 1)]
          : [...value.map((item) => Protobuf.integer(8, item)), Protobuf.integer(20, 7)]
  return Protobuf.message(5, [Protobuf.text(1, name), ...content])
}

const elementTypes = { float: 1, integer: 7 } as const

const tensor = (name: string, { shape, type, values }: Tensor) =>
  Protobuf.message(5, [
    ...shape.map((size) => Protobuf.integer(1, size)),
    Protobuf.integer(2, elementTypes[type]),
    Protobuf.text(8, name),
    Protobuf.bytes(9, littleEndian(type === "float" ? values : BigInt64Array.from(values, BigInt)))
  ])

/** The processors that the runtime has binaries for are all little-endian. */
const littleEndian = ({ buffer, byteLength, byteOffset }: Float32Array | BigInt64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** An input or output. */
const port = (field: number, name: string, shape?: ReadonlyArray<number>) =>
  Protobuf.message(field, [
    Protobuf.text(1, name),
    Protobuf.message(2, [
      Protobuf.message(1, [
        Protobuf.integer(1, elementTypes.float),
        ...(shape === undefined
          ? []
          : [
              Protobuf.message(
                2,
                shape.map((size) => Protobuf.message(1, [Protobuf.integer(1, size)]))
              )
            ])
      ])
    ])
  ])
