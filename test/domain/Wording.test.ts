import { assert, describe, it } from "@effect/vitest"
import * as Wording from "../../src/domain/Wording.ts"

describe("Wording", () => {
  it("counts things", () => {
    assert.strictEqual(Wording.count(1, "image"), "1 image")
    assert.strictEqual(Wording.count(0, "box", "boxes"), "0 boxes")
    assert.strictEqual(Wording.count(12_345, "image"), "12,345 images")
  })

  it("cuts texts that are too long, never within a character, and marks them", () => {
    assert.strictEqual(Wording.cut("12345", 5), "12345")
    assert.strictEqual(Wording.cut("123456", 5), "1234…")
    assert.strictEqual(Wording.cut("123🐴56", 5), "123…")
  })

  it.each([
    [0, "0.0 s"],
    [0.44, "0.4 s"],
    [0.97, "1 s"],
    [59.6, "1 min 0 s"],
    [125, "2 min 5 s"],
    [3780, "1 h 3 min"]
  ])("seconds(%d) is %s", (n, words) => {
    assert.strictEqual(Wording.seconds(n), words)
  })

  it("gives rates the digits that tell something", () => {
    assert.deepStrictEqual([0.44, 3.4, 41.2].map(Wording.rate), ["0.4", "3.4", "41"])
  })

  it("calls only what is certain 1.00", () => {
    assert.deepStrictEqual([0, 0.555, 0.9999, 1].map(Wording.share), ["0.00", "0.55", "0.99", "1.00"])
  })

  it("lists as a sentence does", () => {
    assert.deepStrictEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(Wording.listed), [
      "",
      "a",
      "a and b",
      "a, b and c"
    ])
  })
})
