/**
 * Networks give the same numbers as ONNX that they give in TensorFlow.js.
 *
 * `references.json` was recorded with @tensorflow/tfjs 4.22.0 (backend cpu) on the input that `wave` makes: of each output the
 * length, the largest magnitude, and every `step`-th value, twelve in all.
 */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { InferenceSession, Tensor } from "onnxruntime-node"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import * as Models from "../../../../farm/models/Models.ts"
import * as Conversion from "../../../../farm/models/onnx/Conversion.ts"
import * as GraphModel from "../../../../farm/models/onnx/GraphModel.ts"
import * as Onnx from "../../../../farm/models/onnx/Onnx.ts"
import * as Weights from "../../../../farm/models/Weights.ts"
import references from "../../../fixtures/models/references.json" with { type: "json" }

const wave = (length: number, scale: (value: number) => number) =>
  Float32Array.from({ length }, (_, at) => scale((Math.sin(at * 0.0137) + Math.sin(at * 0.00071 + 1) + 2) / 4))

const inputs = {
  centernet: { shape: [1, 512, 512, 3], scale: (value: number) => Math.round(255 * value) },
  nanodet: { shape: [1, 3, 416, 416], scale: (value: number) => (value - 0.5) * 4 },
  blazeface: { shape: [1, 256, 256, 3], scale: (value: number) => 2 * value - 1 },
  movenet: { shape: [1, 192, 192, 3], scale: (value: number) => Math.round(255 * value) }
} as const

describe("convert", () => {
  it.each(Object.keys(inputs) as ReadonlyArray<keyof typeof inputs>)("gives the numbers of %s", async (name) => {
    const cache = mkdtempSync(join(tmpdir(), "windmill-models-"))
    const session = await InferenceSession.create(await Weights.load(Models.networks[name], cache))
    const { scale, shape } = inputs[name]
    const values = wave(
      shape.reduce((product: number, size) => product * size, 1),
      scale
    )
    const outputs = await session.run({ [session.inputNames[0]!]: new Tensor("float32", values, shape) })
    for (const [head, { length, maximum, step, values }] of Object.entries(references[name])) {
      const data = outputs[head]!.data as Float32Array
      assert.strictEqual(data.length, length)
      values.forEach((value, index) => assert.approximately(data[index * step]!, value, 1e-5 * maximum))
    }
  })

  const node = (op: string, input: ReadonlyArray<string>) => ({ name: op, op, input })
  const modelOf = (...nodes: ReadonlyArray<GraphModel.Node>) => ({
    nodes: new Map(nodes.map((node) => [node.name, node])),
    constants: new Map()
  })

  it("names the operators that it does not know, each once", () => {
    const model = modelOf(node("Placeholder", []), node("Erf", ["Placeholder"]), node("Sigmoid", ["Erf"]))
    assert.deepStrictEqual(
      Conversion.convert(model, ["Sigmoid"]),
      Result.fail("It uses Erf, which cannot be converted.")
    )
  })

  it("leaves out what the heads do not need", () => {
    const model = modelOf(node("Placeholder", []), node("Sigmoid", ["Placeholder"]), node("Erf", ["Sigmoid"]))
    const graph = Result.getOrThrow(Conversion.convert(model, ["Sigmoid"]))
    assert.deepStrictEqual(
      graph.nodes.map(({ operator }) => operator),
      ["Sigmoid"]
    )
  })

  it("says which head there is not", () => {
    assert.deepStrictEqual(Conversion.convert(modelOf(), ["scores"]), Result.fail("It has no scores."))
  })
})

describe("GraphModel.decode", () => {
  const file = (weights: ReadonlyArray<object>) => ({
    modelTopology: { node: [] },
    weightsManifest: [{ paths: ["w.bin"], weights }]
  })
  const constant = (weight: object, bytes: Uint8Array) =>
    Result.map(GraphModel.decode(file([{ name: "w", ...weight }]), bytes), ({ constants }) =>
      Array.from(constants.get("w")!.values)
    )

  it("unpacks numbers of every width", () => {
    const float16 = { dtype: "float32", shape: [2], quantization: { dtype: "float16" } }
    assert.deepStrictEqual(constant(float16, Uint8Array.of(0, 0x3c, 0, 0xc1)), Result.succeed([1, -2.5]))
    const uint8 = { dtype: "float32", shape: [3], quantization: { dtype: "uint8", scale: 0.5, min: -1 } }
    assert.deepStrictEqual(constant(uint8, Uint8Array.of(0, 2, 255)), Result.succeed([-1, 0, 126.5]))
    assert.deepStrictEqual(
      constant({ dtype: "int32", shape: [] }, Uint8Array.of(254, 255, 255, 255)),
      Result.succeed([-2])
    )
  })

  it("refuses weights of another length", () => {
    assert.deepStrictEqual(
      constant({ dtype: "float32", shape: [2] }, new Uint8Array(7)),
      Result.fail("Its weights have 7 bytes; 8 are needed.")
    )
  })

  it("refuses what is no graph model", () => {
    assert.isTrue(Result.isFailure(GraphModel.decode({ layers: [] }, new Uint8Array(0))))
  })

  it("knows the special values of 16-bit numbers", () => {
    assert.deepStrictEqual([0x7c00, 0xfc00, 0x0001, 0x8000].map(GraphModel.half), [Infinity, -Infinity, 2 ** -24, -0])
    assert.isNaN(GraphModel.half(0x7e00))
  })
})

describe("Weights.load", () => {
  it("keeps what it converted, and converts again what was kept badly", async () => {
    const cache = mkdtempSync(join(tmpdir(), "windmill-models-"))
    const load = () => Weights.load(Models.networks.blazeface, cache)
    const converted = Buffer.from(await load())
    const [kept = "", ...others] = readdirSync(cache)
    assert.deepStrictEqual(others, [])
    assert.isTrue(Buffer.from(await load()).equals(converted))
    writeFileSync(join(cache, kept), readFileSync(join(cache, kept)).subarray(0, 1000))
    assert.isTrue(Buffer.from(await load()).equals(converted))
  })

  it("says which package is missing or damaged, and what to do", async () => {
    const { blazeface } = Models.networks
    const failure = (source: Models.Source) =>
      Weights.load(source, tmpdir()).then(
        () => "",
        (problem: Error) => problem.message
      )
    assert.strictEqual(
      await failure({ ...blazeface, package: { folder: "no-such-package", name: "no-such-package@1.0.0" } }),
      "no-such-package@1.0.0 is not installed: run npm ci without --omit=optional."
    )
    assert.strictEqual(
      await failure({ ...blazeface, weights: { ...blazeface.weights, sha256: "0".repeat(64) } }),
      "@vladmandic/human@3.3.6/models/blazeface.bin is damaged: run npm ci to install it anew."
    )
  })
})

describe("Onnx.encode", () => {
  it("is a file the runtime reads", async () => {
    const bytes = Onnx.encode({
      nodes: [{ operator: "Add", inputs: ["x", "one"], outputs: ["y"], attributes: {} }],
      constants: new Map([["one", { shape: [], type: "float", values: Float32Array.of(1) }]]),
      inputs: new Map([["x", [2]]]),
      outputs: ["y"]
    })
    const session = await InferenceSession.create(bytes)
    const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2), [2]) })
    assert.deepStrictEqual([...(y!.data as Float32Array)], [2, 3])
  })
})
