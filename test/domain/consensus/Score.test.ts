import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Score from "../../../src/domain/consensus/Score.ts"

const contribution = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const contributions = Arbitrary.array(
  Arbitrary.map(Arbitrary.schema(contribution), (millionths) => millionths / 1e6),
  { maxLength: 8 }
)

describe("discounted", () => {
  it("counts each contribution 0.6 times as much as the one before it, strongest first", () => {
    assert.strictEqual(Score.discounted([0.5, 1]), 1.3)
    assert.strictEqual(Score.discounted([0.25, 1, 0.5]), 1.39)
    assert.strictEqual(Score.discounted([]), 0)
  })

  it.prop("never falls by one more contribution", [contributions, contribution], ([list, more]) => {
    assert.isAtLeast(Score.discounted([more / 1e6, ...list]), Score.discounted(list))
  })

  it.prop("never falls by a stronger contribution", [contributions, contribution], ([list, by]) => {
    if (list.length === 0) return
    assert.isAtLeast(Score.discounted([list[0]! + by / 1e6, ...list.slice(1)]), Score.discounted(list))
  })

  it.prop("stays between the strongest and 2.5 times it", [contributions], ([list]) => {
    const strongest = Math.max(0, ...list)
    assert.isAtLeast(Score.discounted(list), strongest)
    assert.isAtMost(Score.discounted(list), 2.5 * strongest + 1e-6)
  })
})

describe("highest", () => {
  it("is of the confidences that were given, and nothing when none was", () => {
    assert.strictEqual(Score.highest([undefined, 0.2, 0.9, undefined]), 0.9)
    assert.strictEqual(Score.highest([0]), 0)
    assert.isUndefined(Score.highest([undefined]))
  })
})
