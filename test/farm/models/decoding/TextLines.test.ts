import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as TextLines from "../../../../farm/models/decoding/TextLines.ts"

const coordinate = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 }))
const points = Arbitrary.schema(
  Schema.Array(Schema.Struct({ x: coordinate, y: coordinate })).check(Schema.isMinLength(1), Schema.isMaxLength(25))
)

/** A map on which the pixels that `isText` names are certain. */
const mapOf = (width: number, height: number, isText: (x: number, y: number) => boolean) => ({
  width,
  height,
  values: Float32Array.from({ length: width * height }, (_, at) =>
    isText(at % width, Math.floor(at / width)) ? 0.9 : 0.1
  )
})

describe("hullOf", () => {
  it.prop("leaves no point outside", [points], ([all]) => {
    const hull = TextLines.hullOf(all)
    if (hull.length < 3) return
    for (const { x, y } of all) {
      hull.forEach((a, index) => {
        const b = hull[(index + 1) % hull.length]!
        assert.isAtLeast((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x), 0)
      })
    }
  })

  it.prop("is made of the points themselves", [points], ([all]) => {
    TextLines.hullOf(all).forEach((corner) => assert.isTrue(all.includes(corner)))
  })
})

describe("smallestRectangle", () => {
  it.prop("covers every pixel's center, and text in it runs to the right", [points], ([all]) => {
    const area = TextLines.smallestRectangle(TextLines.hullOf(all))
    assert.isTrue(Math.abs(area.angle) <= Math.PI / 2 + 1e-9)
    for (const { x, y } of all) {
      const [dx, dy] = [x + 0.5 - area.center.x, y + 0.5 - area.center.y]
      const along = dx * Math.cos(area.angle) + dy * Math.sin(area.angle)
      const across = dy * Math.cos(area.angle) - dx * Math.sin(area.angle)
      assert.isTrue(Math.abs(along) <= area.length / 2 + 1e-9)
      assert.isTrue(Math.abs(across) <= area.thickness / 2 + 1e-9)
    }
  })
})

describe("decode", () => {
  it("finds each line by itself, from top to bottom, larger than its middle", () => {
    const lines = TextLines.decode(
      mapOf(100, 60, (x, y) => (x >= 10 && x < 60 && y >= 40 && y < 46) || (x >= 30 && x < 90 && y >= 10 && y < 18))
    )
    assert.deepStrictEqual(
      lines.map(({ area }) => area.center),
      [
        { x: 60, y: 14 },
        { x: 35, y: 43 }
      ]
    )
    assert.strictEqual(lines[0]!.area.angle, 0)
    const distance = (60 * 8 * 1.6) / (2 * 68)
    assert.approximately(lines[0]!.area.length, 60 + 2 * distance, 1e-9)
    assert.approximately(lines[0]!.area.thickness, 8 + 2 * distance, 1e-9)
    assert.approximately(lines[0]!.confidence, 0.9, 1e-6)
  })

  it("finds the direction of tilted text", () => {
    const tilt = Math.PI / 6
    const [line] = TextLines.decode(
      mapOf(120, 120, (x, y) => {
        const [dx, dy] = [x - 60, y - 60]
        const along = dx * Math.cos(tilt) + dy * Math.sin(tilt)
        const across = dy * Math.cos(tilt) - dx * Math.sin(tilt)
        return Math.abs(along) < 40 && Math.abs(across) < 6
      })
    )
    assert.approximately(line!.area.angle, tilt, 0.05)
  })

  it("reads text that stands upright along its length", () => {
    const [line] = TextLines.decode(mapOf(60, 100, (x, y) => x >= 20 && x < 28 && y >= 20 && y < 80))
    assert.isTrue(line!.area.length > line!.area.thickness)
    assert.approximately(Math.abs(line!.area.angle), Math.PI / 2, 1e-9)
  })

  it("takes specks and doubtful places for nothing", () => {
    assert.deepStrictEqual(TextLines.decode(mapOf(50, 50, (x, y) => x === 5 && y < 20)), [])
    const doubtful = mapOf(50, 50, (x, y) => x > 10 && x < 40 && y > 10 && y < 20)
    assert.deepStrictEqual(TextLines.decode({ ...doubtful, values: doubtful.values.map((value) => value / 2) }), [])
  })
})

describe("pointIn", () => {
  it("is the center in the middle", () => {
    const area = { center: { x: 3, y: 4 }, length: 10, thickness: 2, angle: 1 }
    assert.deepStrictEqual(TextLines.pointIn(area, 0.5, 0.5), area.center)
    assert.deepStrictEqual(TextLines.pointIn({ ...area, angle: 0 }, 0, 0), { x: -2, y: 3 })
  })
})
