import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Drawing from "../../../src/dashboard/correct/Drawing.ts"

const size = { width: 200, height: 100 }
const edge = Arbitrary.schema(Schema.Finite.check(Schema.isBetween({ minimum: -300, maximum: 500 })))
const point = Arbitrary.all({ x: edge, y: edge })

const isWithin = ({ height, width, x, y }: { x: number; y: number; width: number; height: number }) =>
  [x, y, width, height].every(Number.isInteger) &&
  x >= 0 &&
  y >= 0 &&
  width >= 1 &&
  height >= 1 &&
  x + width <= size.width &&
  y + height <= size.height

describe("a drawn box", () => {
  it("spans two places, whichever comes first", () => {
    const box = Drawing.spanned({ x: 30.4, y: 40 }, { x: 10, y: 20.6 }, size)
    assert.deepStrictEqual({ ...box }, { x: 10, y: 21, width: 20, height: 19 })
  })

  it("keeps the opposite corner when it is resized", () => {
    const box = Drawing.spanned({ x: 10, y: 10 }, { x: 50, y: 50 }, size)
    assert.deepStrictEqual(
      { ...Drawing.resized(box, "nw", { x: 20, y: 30 }, size) },
      { x: 20, y: 30, width: 30, height: 20 }
    )
    assert.deepStrictEqual(
      { ...Drawing.resized(box, "se", { x: 500, y: 12 }, size) },
      { x: 10, y: 10, width: 190, height: 2 }
    )
  })

  it.prop("is within the picture, in whole pixels, and has an area", [point, point, point], ([from, to, then]) => {
    const box = Drawing.spanned(from, to, size)
    assert.isTrue(isWithin(box), JSON.stringify(box))
    for (const corner of Drawing.corners) assert.isTrue(isWithin(Drawing.resized(box, corner, then, size)))
    assert.isTrue(isWithin(Drawing.inMiddle(box, size)))
    const moved = Drawing.movedTo(box, then, size)
    assert.isTrue(isWithin(moved))
    assert.deepStrictEqual([moved.width, moved.height], [box.width, box.height])
  })
})
