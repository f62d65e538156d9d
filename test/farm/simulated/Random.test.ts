import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Random from "#farm/simulated/Random"

const take = (count: number, draw: () => number): ReadonlyArray<number> => Array.from({ length: count }, draw)

describe("make", () => {
  it.prop("gives the same numbers for the same keys", [Schema.Array(Schema.String)], ([keys]) => {
    assert.deepEqual(take(20, Random.make(...keys).next), take(20, Random.make(...keys).next))
  })

  it("gives other numbers for keys that differ in one place or are joined otherwise", () => {
    const sequences = [["a", "b"], ["a", "c"], ["ab"], ["b", "a"]].map((keys) =>
      take(3, Random.make(...keys).next).join()
    )
    assert.strictEqual(new Set(sequences).size, sequences.length)
  })

  it("spreads numbers evenly over [0, 1)", () => {
    const values = take(10_000, Random.make("even").next)
    assert.isTrue(values.every((value) => value >= 0 && value < 1))
    const tenths = take(10, () => 0).map(
      (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length
    )
    for (const count of tenths) assert.closeTo(count, 1000, 120)
  })

  it("draws normal numbers with mean 0 and standard deviation 1", () => {
    const values = take(10_000, Random.make("normal").normal)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    assert.closeTo(mean, 0, 0.03)
    assert.closeTo(variance, 1, 0.05)
  })

  it("reaches both ends of a range of whole numbers, and nothing else", () => {
    const random = Random.make("range")
    assert.deepEqual(new Set(take(200, () => random.integer(2, 4))), new Set([2, 3, 4]))
  })

  it("never happens with chance 0 and always with chance 1", () => {
    const random = Random.make("chance")
    assert.isFalse(take(100, random.next).some(() => random.chance(0)))
    assert.isTrue(take(100, random.next).every(() => random.chance(1)))
  })
})
