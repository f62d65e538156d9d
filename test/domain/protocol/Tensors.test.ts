import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as BoundingBox from "../../../src/domain/BoundingBox.ts"
import type { Four } from "../../../src/domain/protocol/BoxEncoding.ts"
import * as Heads from "../../../src/domain/protocol/Heads.ts"
import * as KServe from "../../../src/domain/protocol/KServe.ts"
import * as Tensors from "../../../src/domain/protocol/Tensors.ts"
import { binaryAnswer } from "../../support/Tensors.ts"

const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
/** Neighbors overlap often, and no side vanishes. */
const twentieth = Schema.Literals(Array.from({ length: 20 }, (_, i) => (i + 1) / 20))
const scored = Schema.Array(
  Schema.Struct({
    x: twentieth,
    y: twentieth,
    w: twentieth,
    h: twentieth,
    scores: Schema.Tuple([share, share]),
    object: share
  })
)
const classes = ["dog", "cat"] as const
const input = { width: 320, height: 320 }

describe("outputs", () => {
  it("reads binary tensors of every type, in the order in which they follow the JSON", () => {
    const sent = [
      { name: "f32", datatype: "FP32", shape: [2], values: [0.5, -1] },
      { name: "i64", datatype: "INT64", shape: [1, 2], values: [7, -7] },
      { name: "f16", datatype: "FP16", shape: [2], values: [0.5, 65504] },
      { name: "u8", datatype: "UINT8", shape: [3], values: [0, 1, 255] },
      { name: "text", datatype: "BYTES", shape: [2], values: ["dog", "é"] }
    ]
    const { tensors } = Result.getOrThrow(Tensors.outputs(binaryAnswer(sent)))
    for (const { name, shape, values } of sent) {
      assert.deepEqual(tensors.get(name), { name, shape, data: values as Tensors.Tensor["data"] })
    }
  })

  it("says what is wrong with bytes that are not those of the shape", () => {
    const answer = binaryAnswer([{ name: "f", datatype: "FP32", shape: [3], values: [1, 2] }])
    assert.deepEqual(
      Tensors.outputs(answer),
      Result.fail({ _tag: "Unreadable", message: "Output f has 2 values, not 3" })
    )
  })

  it.prop("is total whatever the bytes are", [Schema.Array(share), share], ([bytes, at]) => {
    const { bytes: whole, headers } = binaryAnswer([{ name: "f", datatype: "FP32", shape: [2], values: [1, 2] }])
    const damaged = whole.slice(0, Math.floor(at * whole.length))
    bytes.forEach((n, i) => {
      if (damaged.length > 0) damaged[Math.floor(n * damaged.length * 0.999)] = i
    })
    Tensors.outputs({ headers, bytes: damaged })
    Tensors.outputs({ headers: {}, bytes: damaged })
  })
})

describe("toHalf", () => {
  it.prop(
    "is the nearest number of 16 bits",
    [Schema.Finite.check(Schema.isBetween({ minimum: -60000, maximum: 60000 }))],
    ([n]) => {
      const bits = Tensors.toHalf(n)
      const distance = (other: number) => Math.abs(Tensors.ofHalf(other) - n)
      for (const neighbor of [bits - 1, bits + 1]) {
        if ((neighbor & 0x7c00) !== 0x7c00 && neighbor >= 0) assert.isAtMost(distance(bits), distance(neighbor))
      }
    }
  )

  it("reads back what it wrote, for all 16 bits that are finite", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = Tensors.ofHalf(bits)
      if (Number.isFinite(value) && value !== 0) assert.strictEqual(Tensors.toHalf(value), bits)
    }
  })
})

describe("decode", () => {
  const yolo = (rows: typeof scored.Type, { byColumn, objectness }: { byColumn: boolean; objectness: boolean }) => {
    const values = rows.map(({ h, object, scores, w, x, y }) => [
      x * 320,
      y * 320,
      w * 320,
      h * 320,
      ...(objectness ? [object] : []),
      ...scores
    ])
    const width = objectness ? 7 : 6
    const data = byColumn ? Array.from({ length: width }, (_, i) => values.map((row) => row[i]!)).flat() : values.flat()
    const shape = byColumn ? [1, width, rows.length] : [1, rows.length, width]
    const tensors = new Map([["out", { name: "out", shape, data }]])
    return Heads.decode({ type: "yolo", output: "out", objectness, minScore: 0.3, maxIou: 0.5 }, tensors, {
      classes,
      input
    })
  }

  it.prop("finds the same in rows and in columns", [scored.check(Schema.isMinLength(1))], ([rows]) => {
    // With as many boxes as values each, rows and columns look alike.
    if (rows.length === 6) return
    assert.deepEqual(
      yolo(rows, { byColumn: true, objectness: false }),
      yolo(rows, { byColumn: false, objectness: false })
    )
  })

  it.prop(
    "keeps no two boxes of a class that overlap more than allowed, and drops none without a better one",
    [scored.check(Schema.isMinLength(1))],
    ([rows]) => {
      // With as many boxes as values each, rows and columns look alike.
      if (rows.length === 7) return
      const found = Result.getOrThrow(yolo(rows, { byColumn: false, objectness: true }))
      const boxOf = ({ box: [x, y, width, height] = [0, 0, 0, 0] as Four }: Heads.Found) => ({ x, y, width, height })
      const all = rows.flatMap(({ h, object, scores, w, x, y }) => {
        const best = scores[1] > scores[0] ? 1 : 0
        const score = scores[best] * object
        // Rounded as the model's numbers are: at an overlap of exactly one half a last bit decides.
        const [width, height] = [w * 320, h * 320]
        const box: Four = [x * 320 - width / 2, y * 320 - height / 2, width, height]
        return score >= 0.3 ? [{ label: classes[best]!, score, box }] : []
      })
      const overlap = (a: Heads.Found, b: Heads.Found) =>
        a.label === b.label && BoundingBox.iou(boxOf(a), boxOf(b)) > 0.5
      found.forEach((one, i) => found.slice(i + 1).forEach((other) => assert.isFalse(overlap(one, other))))
      for (const one of all) {
        assert.isTrue(found.some((kept) => kept.score >= one.score && (kept.score === one.score || overlap(kept, one))))
      }
    }
  )

  it("reads a classifier's scores as shares, best first", () => {
    const tensors = new Map([["out", { name: "out", shape: [1, 2], data: [1, 3] }]])
    const found = Result.getOrThrow(Heads.decode({ type: "classifier", output: "out" }, tensors, { classes, input }))
    assert.deepEqual(
      found.map(({ label }) => label),
      ["cat", "dog"]
    )
    assert.approximately(found[0]!.score + found[1]!.score, 1, 1e-12)
    assert.approximately(found[0]!.score / found[1]!.score, Math.exp(2), 1e-9)
  })

  it("says which outputs there are when the one it needs is not, and when a shape does not fit", () => {
    const tensors = new Map([
      ["output0", { name: "output0", shape: [1, 9, 2], data: Array(18).fill(0) as Array<number> }]
    ])
    const fail = (output: string) => Heads.decode({ type: "yolo", output }, tensors, { classes, input })
    assert.deepInclude(Result.getOrThrow(Result.flip(fail("out"))), {
      message: "There is no output out; there are output0"
    })
    assert.match(Result.getOrThrow(Result.flip(fail("output0"))).message, /is 1 x 9 x 2, which does not fit 2 classes/)
  })
})

describe("tensorOf", () => {
  const pixels = Uint8Array.of(255, 0, 51, 0, 102, 255)

  it("lays pixels out by channel or by pixel, red or blue first, as numbers of the type", () => {
    const input = { name: "x", width: 2, height: 1 }
    assert.deepEqual([...KServe.tensorOf(pixels, { ...input, type: "UINT8" })], [255, 0, 0, 102, 51, 255])
    assert.deepEqual(
      [...KServe.tensorOf(pixels, { ...input, type: "UINT8", layout: "nhwc", channels: "bgr" })],
      [51, 0, 255, 255, 102, 0]
    )
    const floats = new Float32Array(KServe.tensorOf(pixels, { ...input, mean: [0.5, 0, 0], std: [0.5, 1, 1] }).buffer)
    assert.deepEqual(
      [...floats].map((n) => Number(n.toFixed(6))),
      [1, -1, 0, 0.4, 0.2, 1]
    )
    const halves = new Uint16Array(KServe.tensorOf(pixels, { ...input, type: "FP16", scale: 1 }).buffer)
    assert.deepEqual([...halves].map(Tensors.ofHalf), [255, 0, 0, 102, 51, 255])
  })
})

describe("placement", () => {
  const size = Schema.Int.check(Schema.isBetween({ minimum: 16, maximum: 4000 }))

  it.prop(
    "undoes how a picture was made to fit, to a pixel of the input",
    [size, size, share, share],
    ([width, height, x, y]) => {
      const picture = { width, height }
      const { left, scale, top } = KServe.letterbox(picture, input)
      const box: Four = [x * width * scale + left, y * height * scale + top, 8, 8]
      const [placedX, placedY, placedWidth] = KServe.placement(picture, input, "letterbox")(box)
      assert.approximately(placedX, x * width, 1e-6 * width)
      assert.approximately(placedY, y * height, 1e-6 * height)
      assert.approximately(placedWidth, 8 / scale, 1e-6 * width)
      assert.deepEqual(KServe.placement(picture, input, "stretch")([0, 0, 320, 320]).map(Math.round), [
        0,
        0,
        width,
        height
      ])
    }
  )
})
