import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import { box as boxOf } from "../support/Scenes.ts"

const number = Schema.Finite.check(Schema.isBetween({ minimum: -50, maximum: 50 }))
const side = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
/** Boxes near each other: whole, fractional, and without area. */
const box = Arbitrary.schema(Schema.Struct({ x: number, y: number, width: side, height: side }))
/** Boxes whose edges are whole pixels. */
const pixels = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))
const wholeBox = Arbitrary.schema(Schema.Struct({ x: pixels, y: pixels, width: pixels, height: pixels }))

describe("iou", () => {
  it("is the shared share of what both cover", () => {
    assert.strictEqual(BoundingBox.iou(boxOf([0, 0, 2, 2]), boxOf([1, 1, 2, 2])), 1 / 7)
    assert.strictEqual(BoundingBox.iou(boxOf([0, 0, 90, 90]), boxOf([30, 0, 90, 90])), 0.5)
    assert.strictEqual(BoundingBox.iou(boxOf([0, 0, 10, 10]), boxOf([2, 2, 5, 5])), 0.25)
  })

  it("is 0 for boxes that only touch", () => {
    assert.strictEqual(BoundingBox.iou(boxOf([0, 0, 2, 2]), boxOf([2, 0, 2, 2])), 0)
    assert.strictEqual(BoundingBox.iou(boxOf([0, 0, 2, 2]), boxOf([2, 2, 2, 2])), 0)
  })

  it("is 0 for boxes without area, also with themselves", () => {
    assert.strictEqual(BoundingBox.iou(boxOf([1, 1, 0, 5]), boxOf([1, 1, 0, 5])), 0)
    assert.strictEqual(BoundingBox.iou(boxOf([1, 1, 0, 5]), boxOf([0, 0, 9, 9])), 0)
  })

  it.prop("is symmetric", [box, box], ([a, b]) => {
    assert.strictEqual(BoundingBox.iou(a, b), BoundingBox.iou(b, a))
  })

  it.prop("is in [0, 1]", [box, box], ([a, b]) => {
    const iou = BoundingBox.iou(a, b)
    assert.isTrue(iou >= 0 && iou <= 1)
  })

  it.prop("is 1 for a box with area and itself, whatever rounding does", [box], ([a]) => {
    assert.strictEqual(BoundingBox.iou(a, a), BoundingBox.intersectionArea(a, a) > 0 ? 1 : 0)
  })

  it.prop("agrees with counting pixels", [wholeBox, wholeBox], ([a, b]) => {
    let shared = 0
    let covered = 0
    for (let x = 0; x < 80; x++) {
      for (let y = 0; y < 80; y++) {
        const inA = x >= a.x && x < a.x + a.width && y >= a.y && y < a.y + a.height
        const inB = x >= b.x && x < b.x + b.width && y >= b.y && y < b.y + b.height
        if (inA && inB) shared++
        if (inA || inB) covered++
      }
    }
    assert.strictEqual(BoundingBox.iou(a, b), covered === 0 ? 0 : shared / covered)
  })
})

describe("hull", () => {
  it("covers both", () => {
    assert.deepStrictEqual(BoundingBox.hull(boxOf([0, 5, 2, 2]), boxOf([4, 0, 3, 1])), boxOf([0, 0, 7, 7]))
  })

  it.prop("is the smallest box that shares all of both", [wholeBox, wholeBox], ([a, b]) => {
    const hull = BoundingBox.hull(a, b)
    assert.strictEqual(BoundingBox.intersectionArea(hull, a), BoundingBox.area(a))
    assert.strictEqual(BoundingBox.intersectionArea(hull, b), BoundingBox.area(b))
    assert.isTrue([a.x, b.x].includes(hull.x) && [a.y, b.y].includes(hull.y))
    assert.isTrue([a.x + a.width, b.x + b.width].includes(hull.x + hull.width))
    assert.isTrue([a.y + a.height, b.y + b.height].includes(hull.y + hull.height))
  })
})

describe("clamp", () => {
  const size = { width: 100, height: 50 }

  it("cuts off what is outside the image", () => {
    assert.deepStrictEqual(BoundingBox.clamp(boxOf([-10, 40, 30, 30]), size), boxOf([0, 40, 20, 10]))
  })

  it("leaves no area of a box that is outside", () => {
    assert.deepStrictEqual(BoundingBox.clamp(boxOf([120, 60, 10, 10]), size), boxOf([100, 50, 0, 0]))
    assert.deepStrictEqual(BoundingBox.clamp(boxOf([-30, -30, 10, 10]), size), boxOf([0, 0, 0, 0]))
  })

  it.prop("shares with the image what the box shares with it", [wholeBox], ([a]) => {
    const image = boxOf([0, 0, 30, 20])
    const clamped = BoundingBox.clamp(a, { width: 30, height: 20 })
    assert.strictEqual(BoundingBox.area(clamped), BoundingBox.intersectionArea(a, image))
  })
})

describe("round", () => {
  it("moves each edge to the nearest pixel", () => {
    assert.deepStrictEqual(BoundingBox.round(boxOf([0.4, 1.6, 9.2, 3])), boxOf([0, 2, 10, 3]))
  })

  it("leaves at least one pixel", () => {
    assert.deepStrictEqual(BoundingBox.round(boxOf([3.1, 4.1, 0.2, 0])), boxOf([3, 4, 1, 1]))
  })
})

describe("toImage", () => {
  it("moves a box of a crop to where the crop was cut", () => {
    const crop = BoundingBox.imageBox(boxOf([100, 200, 50, 50]))
    assert.deepStrictEqual(BoundingBox.toImage(BoundingBox.cropBox(boxOf([1, 2, 3, 4])), crop), {
      ...crop,
      ...boxOf([101, 202, 3, 4])
    })
  })
})

describe("byPosition", () => {
  it("orders by left edge, then top, then width, then height", () => {
    const ordered = [
      boxOf([0, 9, 9, 9]),
      boxOf([1, 0, 9, 9]),
      boxOf([1, 1, 2, 9]),
      boxOf([1, 1, 3, 1]),
      boxOf([1, 1, 3, 2])
    ]
    assert.deepStrictEqual(ordered.toReversed().sort(BoundingBox.byPosition), ordered)
  })

  it.prop("is 0 only for equal boxes", [wholeBox, wholeBox], ([a, b]) => {
    assert.strictEqual(
      BoundingBox.byPosition(a, b) === 0,
      a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height
    )
  })
})
