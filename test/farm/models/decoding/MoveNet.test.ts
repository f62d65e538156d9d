import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as MoveNet from "../../../../farm/models/decoding/MoveNet.ts"

const coordinate = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const point = Arbitrary.schema(Schema.Struct({ x: coordinate, y: coordinate, visibility: coordinate }))

describe("decode", () => {
  it("names seventeen points, of which the model says y, x and score", () => {
    const output = Float32Array.from({ length: 51 }, (_, index) => index / 64)
    const landmarks = MoveNet.decode(output)
    assert.strictEqual(Object.keys(landmarks).length, 17)
    assert.deepStrictEqual(landmarks["nose"], { y: 0, x: 1 / 64, visibility: 2 / 64 })
    assert.deepStrictEqual(landmarks["right_ankle"], { y: 48 / 64, x: 49 / 64, visibility: 50 / 64 })
  })
})

describe("isSomebody", () => {
  it("needs five points that can be seen", () => {
    const seen = (count: number) =>
      MoveNet.isSomebody(
        MoveNet.decode(
          Float32Array.from({ length: 51 }, (_, index) => (index % 3 === 2 && index < 3 * count ? 0.9 : 0))
        )
      )
    assert.isFalse(seen(4))
    assert.isTrue(seen(5))
  })
})

describe("angle", () => {
  it("is straight, right or none", () => {
    const at = (x: number, y: number) => ({ x, y, visibility: 1 })
    assert.strictEqual(MoveNet.angle(at(0, 0), at(1, 0), at(2, 0)), 180)
    assert.strictEqual(MoveNet.angle(at(0, 0), at(1, 0), at(1, 1)), 90)
    assert.strictEqual(MoveNet.angle(at(0, 0), at(1, 0), at(0, 0)), 0)
  })

  it.prop("is between 0 and 180 and the same from both sides", [point, point, point], ([a, b, c]) => {
    const angle = MoveNet.angle(a, b, c)
    assert.isTrue(angle >= 0 && angle <= 180)
    assert.approximately(MoveNet.angle(c, b, a), angle, 1e-9)
  })
})
