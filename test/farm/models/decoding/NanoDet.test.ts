import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as NanoDet from "../../../../farm/models/decoding/NanoDet.ts"

const logits = Arbitrary.schema(
  Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: -50, maximum: 50 }))).check(
    Schema.isMinLength(2),
    Schema.isMaxLength(12)
  )
)

describe("expectation", () => {
  it.prop("lies between the first bin and the last", [logits], ([values]) => {
    const mean = NanoDet.expectation(Float32Array.from(values), 0, values.length)
    assert.isTrue(mean >= 0 && mean <= values.length - 1 + 1e-9)
  })

  it.prop("is the same whatever is added to all logits", [logits], ([values]) => {
    const mean = (summand: number) =>
      NanoDet.expectation(
        Float32Array.from(values, (value) => value + summand),
        0,
        values.length
      )
    assert.approximately(mean(1000), mean(0), 0.01)
  })

  it("is the middle of bins that are equally likely", () => {
    assert.strictEqual(NanoDet.expectation(new Float32Array(20), 5, 8), 3.5)
  })
})

describe("decode", () => {
  /** A level of 4 x 4 cells of 8 pixels, on which one cell is certain of its class and of every distance. */
  const certain = (cell: number, label: number, distances: ReadonlyArray<number>, bins = 8) => {
    const level = { stride: 8, scores: new Float32Array(16 * 2), distances: new Float32Array(16 * 4 * bins) }
    level.scores[2 * cell + label] = 0.9
    distances.forEach((distance, edge) => (level.distances[(4 * cell + edge) * bins + distance] = 100))
    return level
  }
  const options = { classes: 2, side: 32, threshold: 0.3 }

  it("measures from the middle of the cell, in strides", () => {
    const [found, ...others] = NanoDet.decode([certain(6, 1, [1, 0, 2, 3])], options)
    assert.deepStrictEqual(others, [])
    assert.strictEqual(found?.label, 1)
    assert.approximately(found!.confidence, 0.9, 1e-6)
    const expected = { x: 2 * 8 + 3.5 - 8, y: 8 + 3.5, width: 24, height: 24 }
    for (const key of ["x", "y", "width", "height"] as const) assert.approximately(found!.box[key], expected[key], 1e-4)
  })

  it("finds out how many bins there are", () => {
    const [found] = NanoDet.decode([certain(0, 0, [10, 10, 10, 10], 11)], options)
    assert.approximately(found!.box.width, 160, 1e-4)
  })

  it("finds nothing without area", () => {
    assert.deepStrictEqual(
      NanoDet.decode([certain(0, 0, [0, 0, 0, 0])], options).filter(({ box }) => box.width > 1e-6),
      []
    )
  })
})
