import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Picture from "../../../../farm/models/vision/Picture.ts"

const side = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 }))
const size = Arbitrary.schema(Schema.Struct({ width: side, height: side }))

describe("letterbox", () => {
  it.prop("lies inside the square and fills it in one direction", [size], ([full]) => {
    const { height, left, top, width } = Picture.letterbox(full, 416)
    assert.isTrue(left >= 0 && top >= 0 && left + width <= 416 && top + height <= 416)
    assert.strictEqual(Math.max(width, height), 416)
    assert.isTrue(width >= 1 && height >= 1)
  })

  it.prop("is undone by pointInPicture", [size], ([full]) => {
    const place = Picture.letterbox(full, 416)
    assert.deepStrictEqual(Picture.pointInPicture({ x: place.left, y: place.top }, place, full), { x: 0, y: 0 })
    assert.deepStrictEqual(
      Picture.pointInPicture({ x: place.left + place.width, y: place.top + place.height }, place, full),
      { x: full.width, y: full.height }
    )
  })
})

describe("place", () => {
  it("puts the picture into its place, black around it", async () => {
    const picture = { data: new Uint8Array(new SharedArrayBuffer(3 * 8)).fill(200), width: 4, height: 2 }
    const data = await Picture.place(
      { ...picture, full: picture },
      { left: 0, top: 2, width: 8, height: 4 },
      { width: 8, height: 8 }
    )
    const red = (x: number, y: number) => data[3 * (8 * y + x)]
    assert.strictEqual(data.length, 3 * 64)
    assert.deepStrictEqual([red(0, 0), red(7, 1), red(0, 2), red(7, 5), red(3, 6)], [0, 0, 200, 200, 0])
  })
})

describe("planar and interleaved", () => {
  const data = Uint8Array.of(0, 51, 102, 153, 204, 255)

  it("keep channels apart or together", () => {
    assert.deepStrictEqual([...Picture.planar(data, Picture.linear(1, 0))], [0, 153, 51, 204, 102, 255])
    assert.deepStrictEqual([...Picture.interleaved(data, Picture.linear(1, 0))], [...data])
  })

  it("turn the channels round before they normalize", () => {
    const normalization = { ...Picture.standardized([102, 51, 0], [1, 1, 51]), reversed: true as const }
    assert.deepStrictEqual([...Picture.planar(data, normalization)], [0, 153, 0, 153, 0, 3])
  })
})
