import { assert, describe, it } from "@effect/vitest"
import * as PictureMemory from "../../../src/layers/pictures/PictureMemory.ts"

describe("PictureMemory", () => {
  it("uses what was given back for the next picture of about that size", () => {
    const memory = PictureMemory.make()
    const first = memory.take(100_000)
    memory.give(first)
    const second = memory.take(90_000)
    assert.strictEqual(second.length, 90_000)
    assert.strictEqual(second.buffer, first.buffer)
    assert.notStrictEqual(memory.take(90_000).buffer, first.buffer)
  })

  it("has room for a picture that is larger than the last one", () => {
    const memory = PictureMemory.make()
    memory.give(memory.take(20_000))
    assert.strictEqual(memory.take(5_000_000).length, 5_000_000)
  })

  it("recognizes a part of what it lent", () => {
    const memory = PictureMemory.make()
    const whole = memory.take(50_000)
    memory.give(whole.subarray(0, 10))
    assert.strictEqual(memory.take(50_000).buffer, whole.buffer)
  })

  it("keeps no more than it may", () => {
    const memory = PictureMemory.make(70_000)
    const [first, second] = [memory.take(60_000), memory.take(60_000)]
    memory.give(first)
    memory.give(second)
    assert.strictEqual(memory.take(60_000).buffer, first.buffer)
    assert.notStrictEqual(memory.take(60_000).buffer, second.buffer)
  })
})
