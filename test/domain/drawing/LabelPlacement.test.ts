import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { intersectionArea } from "../../../src/domain/BoundingBox.ts"
import * as LabelPlacement from "../../../src/domain/drawing/LabelPlacement.ts"

const picture = { width: 400, height: 300 }
const label = (x: number, y: number, width = 100, height = 100): LabelPlacement.Label => ({
  box: { x, y, width, height },
  width: 60,
  height: 20
})
const corners = (...labels: ReadonlyArray<LabelPlacement.Label>) =>
  LabelPlacement.place(labels, picture).map(({ x, y }) => [x, y])

describe("LabelPlacement.place", () => {
  it("puts a label on top of its box, or into it at the upper border", () => {
    assert.deepStrictEqual(corners(label(50, 100)), [[50, 80]])
    assert.deepStrictEqual(corners(label(50, 0)), [[50, 0]])
    assert.deepStrictEqual(corners(label(370, 100, 30)), [[340, 80]])
  })

  it("finds another spot when the first is taken", () => {
    assert.deepStrictEqual(corners(label(50, 100), label(50, 100), label(60, 100)), [
      [50, 80],
      [50, 100],
      [60, 200]
    ])
  })

  it("hides as little as it can when no spot is free", () => {
    const crowd = Array.from({ length: 20 }, () => label(0, 0, 60, 20))
    const placed = LabelPlacement.place(crowd, { width: 60, height: 40 })
    assert.deepStrictEqual(new Set(placed.map(({ y }) => y)), new Set([0, 20]))
  })

  const side = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 120 }))
  const anyLabel = Schema.Struct({
    box: Schema.Struct({
      x: Schema.Int.check(Schema.isBetween({ minimum: -50, maximum: 450 })),
      y: Schema.Int.check(Schema.isBetween({ minimum: -50, maximum: 350 })),
      width: side,
      height: side
    }),
    width: side,
    height: side
  })

  it.prop("keeps every label inside the picture", [Schema.Array(anyLabel)], ([labels]) => {
    LabelPlacement.place(labels, picture).forEach((placed, index) => {
      assert.deepInclude(labels[index], { width: placed.width, height: placed.height })
      assert.isAtLeast(Math.min(placed.x, placed.y), 0)
      assert.isAtMost(placed.x + placed.width, picture.width)
      assert.isAtMost(placed.y + placed.height, picture.height)
    })
  })

  const inside = Schema.Struct({
    x: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 280 })),
    y: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 180 })),
    width: side,
    height: side
  })

  it.prop("finds room for two labels anywhere", [inside, inside], ([first, second]) => {
    const [a, b] = LabelPlacement.place(
      [first, second].map((box) => ({ box, width: 60, height: 20 })),
      picture
    )
    assert.strictEqual(intersectionArea(a!, b!), 0)
  })
})
