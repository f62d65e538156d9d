import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as CenterNet from "../../../../farm/models/decoding/CenterNet.ts"

const side = 6
const classes = 3
const score = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const scores = Arbitrary.schema(
  Schema.Array(score).check(Schema.isMinLength(side * side * classes), Schema.isMaxLength(side * side * classes))
)
const flat = (value: number) => new Float32Array(side * side * 4).fill(value)

describe("decode", () => {
  it("finds the box around the one point that stands out", () => {
    const heads = { scores: new Float32Array(side * side * classes), edges: flat(0), side, classes }
    const [row, column, label] = [2, 4, 1]
    heads.scores[(row * side + column) * classes + label] = 0.75
    heads.edges.set([10, 3, 6, 5], 4 * (row * side + column))
    assert.deepStrictEqual(CenterNet.decode(heads, 0.3), [
      { label, confidence: 0.75, box: { x: 16 - 10, y: 8 - 3, width: 16, height: 8 } }
    ])
  })

  it("finds nothing whose edges cross", () => {
    const heads = { scores: new Float32Array(side * side * classes).fill(0.5), edges: flat(-1), side, classes }
    assert.deepStrictEqual(CenterNet.decode(heads, 0.3), [])
  })

  it.prop("agrees with looking for the points that no neighbor exceeds", [scores], ([values]) => {
    const heads = { scores: Float32Array.from(values), edges: flat(1), side, classes }
    const at = (x: number, y: number, label: number) =>
      x < 0 || y < 0 || x >= side || y >= side ? 0 : heads.scores[(y * side + x) * classes + label]!
    const expected = Array.from(heads.scores, (confidence, index) => ({
      confidence,
      label: index % classes,
      x: Math.floor(index / classes) % side,
      y: Math.floor(index / classes / side)
    })).filter(
      ({ confidence, label, x, y }) =>
        confidence >= 0.5 && [-1, 0, 1].every((dx) => [-1, 0, 1].every((dy) => at(x + dx, y + dy, label) <= confidence))
    )
    assert.deepStrictEqual(
      CenterNet.decode(heads, 0.5).map(({ box, confidence, label }) => ({
        confidence,
        label,
        x: (box.x + 1) / 4,
        y: (box.y + 1) / 4
      })),
      expected
    )
  })
})
