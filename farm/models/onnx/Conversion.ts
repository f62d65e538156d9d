/**
 * Turns a TensorFlow.js graph model into an ONNX graph that gives the same numbers.
 *
 * Pictures stay channels-last as in TensorFlow: every convolution is written between two transpositions, which the
 * runtime's optimizer removes again. What only shapes a tensor is computed here.
 */
import { Result } from "effect"
import type { GraphModel, Node } from "./GraphModel.ts"
import type { Attribute, Graph, Node as OnnxNode, Tensor } from "./Onnx.ts"

/** The part of the model that computes `heads`; the rest is left out. A failure names the operators that are not known. */
export const convert = (model: GraphModel, heads: ReadonlyArray<string>): Result.Result<Graph, string> => {
  const missing = heads.filter((head) => !model.nodes.has(head))
  if (missing.length > 0) return Result.fail(`It has no ${missing.join(", ")}.`)
  const needed = inOrder(model, heads)
  const unknown = [...new Set(needed.map(({ op }) => op))].filter((op) => !(op in translations) && !sources.has(op))
  if (unknown.length > 0) return Result.fail(`It uses ${unknown.join(", ")}, which cannot be converted.`)

  const constants = new Map(model.constants)
  const writer = writerFor(model, constants)
  for (const node of needed) translations[node.op]?.(node, writer)
  const nodes = thatCompute(heads, writer.nodes)
  const read = new Set(nodes.flatMap(({ inputs }) => inputs))
  const inputs = needed.filter(({ op }) => op === "Placeholder")
  return Result.succeed({
    nodes,
    constants: new Map([...constants].filter(([name]) => read.has(name))),
    inputs: new Map(inputs.map((node) => [node.name, shapeOf(node)])),
    outputs: heads
  })
}

/** The nodes whose outputs are read, without those that only computed a shape. */
const thatCompute = (heads: ReadonlyArray<string>, nodes: ReadonlyArray<OnnxNode>): ReadonlyArray<OnnxNode> => {
  const read = new Set(heads)
  return nodes
    .toReversed()
    .filter(({ inputs, outputs }) => {
      const needed = outputs.some((output) => read.has(output))
      if (needed) inputs.forEach((input) => read.add(input))
      return needed
    })
    .toReversed()
}

/** What nodes are that compute nothing. */
const sources = new Set(["Placeholder", "Const"])

/** The nodes that `heads` need, each after those it reads. */
const inOrder = (model: GraphModel, heads: ReadonlyArray<string>): ReadonlyArray<Node> => {
  const ordered = new Set<Node>()
  const visit = (name: string): void => {
    const node = model.nodes.get(name)
    if (node === undefined || ordered.has(node)) return
    inputsOf(node).forEach((input) => visit(input.split(":")[0]!))
    ordered.add(node)
  }
  heads.forEach(visit)
  return [...ordered]
}

/** What a node reads, without what only has to be computed before. The first output of a node has the node's own name. */
const inputsOf = ({ input = [] }: Node): ReadonlyArray<string> =>
  input.filter((name) => !name.startsWith("^")).map((name) => name.replace(/:0$/, ""))

const shapeOf = ({ attr }: Node): ReadonlyArray<number> =>
  // One picture at a time where any number is allowed, which is written as -1.
  (attr?.["shape"]?.shape?.dim ?? []).map(({ size }) => Math.max(1, Number(size)))

/** Where the converted nodes go. */
interface Writer {
  readonly nodes: Array<OnnxNode>
  /** Adds a node with one output of that name, or a new one. */
  readonly add: (
    operator: string,
    inputs: ReadonlyArray<string>,
    attributes?: Readonly<Record<string, Attribute>>,
    output?: string
  ) => string
  /** A list of whole numbers as an input. */
  readonly list: (values: ReadonlyArray<number>) => string
  /** One whole number as an input. */
  readonly scalar: (value: number) => string
  /** A constant under a name of its own. */
  readonly constant: (value: Tensor) => string
  /** The whole numbers of an input that does not depend on the picture. */
  readonly integers: (name: string) => ReadonlyArray<number>
  /** The constant input of that name. */
  readonly valueOf: (name: string) => Tensor
}

const writerFor = (model: GraphModel, constants: Map<string, Tensor>): Writer => {
  const nodes: Array<OnnxNode> = []
  let names = 0
  const fresh = () => `windmill/${names++}`
  const constant = (value: Tensor): string => {
    const name = fresh()
    constants.set(name, value)
    return name
  }
  const valueOf = (name: string): Tensor => constants.get(name) ?? { shape: [0], type: "integer", values: [] }
  const integers = (name: string): ReadonlyArray<number> => {
    const node = model.nodes.get(name)
    const [first = "", second = "", third = "", fourth = ""] = node === undefined ? [] : inputsOf(node)
    switch (node?.op) {
      case "SparseToDense": {
        const dense = Array.from({ length: integers(second)[0] ?? 0 }, () => integers(fourth)[0] ?? 0)
        integers(first).forEach((at, index) => {
          dense[at] = integers(third)[index] ?? integers(third)[0]!
        })
        return dense
      }
      case "Add":
      case "AddV2": {
        const [a, b] = [integers(first), integers(second)]
        return a.map((value, index) => value + (b[index] ?? 0))
      }
      default:
        return Array.from(valueOf(name).values)
    }
  }
  return {
    nodes,
    add: (operator, inputs, attributes = {}, output = fresh()) => {
      nodes.push({ operator, inputs, outputs: [output], attributes })
      return output
    },
    list: (values) => constant({ shape: [values.length], type: "integer", values }),
    scalar: (value) => constant({ shape: [], type: "integer", values: [value] }),
    constant,
    integers,
    valueOf
  }
}

type Translation = (node: Node, writer: Writer) => void

/** The same operator under its name in ONNX. */
const same =
  (operator: string, attributes: Readonly<Record<string, Attribute>> = {}): Translation =>
  (node, { add }) =>
    void add(operator, inputsOf(node), attributes, node.name)

const toChannelsFirst = { perm: [0, 3, 1, 2] }
const toChannelsLast = { perm: [0, 2, 3, 1] }

const numbers = ({ attr }: Node, name: string): ReadonlyArray<number> => (attr?.[name]?.list?.i ?? []).map(Number)
const word = (base64: string | undefined): string => Buffer.from(base64 ?? "", "base64").toString()
/** Height and width of a list that has batch and channels, too. */
const spatial = ([, height = 1, width = 1]: ReadonlyArray<number>): ReadonlyArray<number> => [height, width]
const padding = ({ attr }: Node): string => (word(attr?.["padding"]?.s) === "SAME" ? "SAME_UPPER" : "VALID")

/** The functions that a convolution may end with. */
const activations: Readonly<Record<string, (writer: Writer, input: string, output: string) => string>> = {
  Relu: ({ add }, input, output) => add("Relu", [input], {}, output),
  Relu6: (writer, input, output) => clip(writer, input, output)
}

const clip = ({ add, constant }: Writer, input: string, output: string): string => {
  const limit = (value: number) => constant({ shape: [], type: "float", values: Float32Array.of(value) })
  return add("Clip", [input, limit(0), limit(6)], {}, output)
}

const convolution =
  (depthwise: boolean): Translation =>
  (node, writer) => {
    const { add, constant, valueOf } = writer
    const [input = "", kernel = "", ...bias] = inputsOf(node)
    const weights = valueOf(kernel)
    const [height = 1, width = 1, channels = 1] = weights.shape
    const fused = (node.attr?.["fused_ops"]?.list?.s ?? []).map(word)
    const activation = activations[fused.find((name) => name !== "BiasAdd") ?? ""]
    const convolved = add(
      "Conv",
      [
        add("Transpose", [input], toChannelsFirst),
        constant(outputsFirst(weights, depthwise)),
        ...bias.slice(0, fused.includes("BiasAdd") ? 1 : 0)
      ],
      {
        auto_pad: padding(node),
        dilations: spatial(numbers(node, "dilations")),
        group: depthwise ? channels : 1,
        kernel_shape: [height, width],
        strides: spatial(numbers(node, "strides"))
      }
    )
    if (activation === undefined) return void add("Transpose", [convolved], toChannelsLast, node.name)
    activation(writer, add("Transpose", [convolved], toChannelsLast), node.name)
  }

/** A kernel of height, width, inputs and outputs with its outputs first; a depthwise one has a group for each input. */
const outputsFirst = ({ shape, values }: Tensor, depthwise: boolean): Tensor => {
  const [height = 1, width = 1, inputs = 1, outputs = 1] = shape
  const area = height * width
  const turned = new Float32Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const output = at % outputs
    const input = Math.floor(at / outputs) % inputs
    const place = Math.floor(at / outputs / inputs)
    turned[(depthwise ? input * outputs + output : output * inputs + input) * area + place] = values[at]!
  }
  return {
    type: "float",
    shape: depthwise ? [inputs * outputs, 1, height, width] : [outputs, inputs, height, width],
    values: turned
  }
}

const pool =
  (operator: "MaxPool" | "AveragePool"): Translation =>
  (node, { add }) => {
    const [input = ""] = inputsOf(node)
    const pooled = add(operator, [add("Transpose", [input], toChannelsFirst)], {
      auto_pad: padding(node),
      kernel_shape: spatial(numbers(node, "ksize")),
      strides: spatial(numbers(node, "strides"))
    })
    add("Transpose", [pooled], toChannelsLast, node.name)
  }

const pad: Translation = (node, { add, integers, list }) => {
  const [input = "", pads = "", ...value] = inputsOf(node)
  const amounts = integers(pads)
  const before = amounts.filter((_, index) => index % 2 === 0)
  const after = amounts.filter((_, index) => index % 2 === 1)
  add("Pad", [input, list([...before, ...after]), ...value], {}, node.name)
}

const resize: Translation = (node, { add, integers, list }) => {
  const [input = "", size = ""] = inputsOf(node)
  const { align_corners, half_pixel_centers } = node.attr ?? {}
  const first = add("Transpose", [input], toChannelsFirst)
  const batchAndChannels = add("Slice", [add("Shape", [first]), list([0]), list([2])])
  const resized = add("Resize", [first, "", "", add("Concat", [batchAndChannels, list(integers(size))], { axis: 0 })], {
    coordinate_transformation_mode: half_pixel_centers?.b
      ? "half_pixel"
      : align_corners?.b
        ? "align_corners"
        : "asymmetric",
    mode: "linear"
  })
  add("Transpose", [resized], toChannelsLast, node.name)
}

const split: Translation = (node, { integers, list, nodes }) => {
  const [input = "", sizes = "", axis = ""] = inputsOf(node)
  const lengths = integers(sizes)
  nodes.push({
    operator: "Split",
    inputs: [input, list(lengths)],
    outputs: lengths.map((_, index) => (index === 0 ? node.name : `${node.name}:${index}`)),
    attributes: { axis: integers(axis)[0]! }
  })
}

const unpack: Translation = (node, { add, scalar }) => {
  const [input = ""] = inputsOf(node)
  const axis = Number(node.attr?.["axis"]?.i ?? 0)
  for (let index = 0; index < Number(node.attr?.["num"]?.i); index++) {
    add("Gather", [input, scalar(index)], { axis }, index === 0 ? node.name : `${node.name}:${index}`)
  }
}

const pack: Translation = (node, { add, list }) => {
  const axis = Number(node.attr?.["axis"]?.i ?? 0)
  const parts = inputsOf(node).map((input) => add("Unsqueeze", [input, list([axis])]))
  add("Concat", parts, { axis }, node.name)
}

/** An operator whose last inputs are lists of whole numbers for ONNX as well. */
const withLists =
  (operator: string): Translation =>
  (node, { add, integers, list }) => {
    const [input = "", ...lists] = inputsOf(node)
    add(operator, [input, ...lists.map((name) => list(integers(name)))], {}, node.name)
  }

const elementTypes: Readonly<Record<string, number>> = { DT_FLOAT: 1, DT_INT32: 7, DT_INT64: 7, DT_BOOL: 9 }

const translations: Readonly<Record<string, Translation>> = {
  Add: same("Add"),
  AddV2: same("Add"),
  AvgPool: pool("AveragePool"),
  ArgMax: (node, { add, integers }) => {
    const [input = "", axis = ""] = inputsOf(node)
    add("ArgMax", [input], { axis: integers(axis)[0]!, keepdims: 0 }, node.name)
  },
  Cast: (node, { add }) =>
    void add("Cast", inputsOf(node), { to: elementTypes[node.attr?.["DstT"]?.type ?? ""] ?? 1 }, node.name),
  ConcatV2: (node, { add, integers }) => {
    const inputs = inputsOf(node)
    add("Concat", inputs.slice(0, -1), { axis: integers(inputs.at(-1)!)[0]! }, node.name)
  },
  Conv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  ExpandDims: withLists("Unsqueeze"),
  FloorDiv: same("Div"),
  FusedDepthwiseConv2dNative: convolution(true),
  GatherNd: same("GatherND"),
  Identity: same("Identity"),
  LeakyRelu: (node, { add }) =>
    void add("LeakyRelu", inputsOf(node), { alpha: { float: node.attr?.["alpha"]?.f ?? 0.2 } }, node.name),
  MaxPool: pool("MaxPool"),
  Mean: (node, { add, integers }) => {
    const [input = "", axes = ""] = inputsOf(node)
    add(
      "ReduceMean",
      [input],
      { axes: integers(axes), keepdims: Number(node.attr?.["keep_dims"]?.b ?? false) },
      node.name
    )
  },
  Mul: same("Mul"),
  Pack: pack,
  Pad: pad,
  PadV2: pad,
  RealDiv: same("Div"),
  Relu: same("Relu"),
  Relu6: (node, writer) => void clip(writer, inputsOf(node)[0]!, node.name),
  Reshape: withLists("Reshape"),
  ResizeBilinear: resize,
  Sigmoid: same("Sigmoid"),
  Softmax: same("Softmax", { axis: -1 }),
  SparseToDense: () => {},
  SplitV: split,
  Sqrt: same("Sqrt"),
  SquaredDifference: (node, { add }) => {
    const difference = add("Sub", inputsOf(node))
    add("Mul", [difference, difference], {}, node.name)
  },
  Squeeze: (node, { add, list }) =>
    void add("Squeeze", [...inputsOf(node), list(numbers(node, "squeeze_dims"))], {}, node.name),
  Sub: same("Sub"),
  Transpose: (node, { add, integers }) => {
    const [input = "", order = ""] = inputsOf(node)
    add("Transpose", [input], { perm: integers(order) }, node.name)
  },
  Unpack: unpack,
  _FusedConv2D: convolution(false),
  _FusedMatMul: (node, { add }) => {
    const [a = "", b = "", bias = ""] = inputsOf(node)
    const { transpose_a, transpose_b } = node.attr ?? {}
    add(
      "Gemm",
      [a, b, bias],
      { transA: Number(transpose_a?.b ?? false), transB: Number(transpose_b?.b ?? false) },
      node.name
    )
  }
}
