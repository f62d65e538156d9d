import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Characters from "../../../../farm/models/decoding/Characters.ts"

const alphabet = ["a", "b", "c"]

/** Columns in each of which one class is likely. */
const columns = (classes: ReadonlyArray<number>, likelihood = 0.75) =>
  Float32Array.from(classes.flatMap((best) => [0, 1, 2, 3].map((index) => (index === best ? likelihood : 0.05))))

describe("decode", () => {
  it("counts equal neighbors once, unless there is none between them", () => {
    assert.deepStrictEqual(Characters.decode(columns([1, 1, 2, 0, 2, 3, 3, 0]), alphabet), {
      text: "abbc",
      confidence: 0.75
    })
  })

  it("is nothing without characters", () => {
    assert.deepStrictEqual(Characters.decode(columns([0, 0, 0]), alphabet), { text: "", confidence: 0 })
    assert.deepStrictEqual(Characters.decode(new Float32Array(0), alphabet), { text: "", confidence: 0 })
  })

  it.prop(
    "reads back any text that is written with a gap after each character",
    [Arbitrary.schema(Schema.Array(Schema.Literals([1, 2, 3])))],
    ([classes]) => {
      const written = columns(classes.flatMap((index) => [index, index, 0]))
      assert.strictEqual(
        Characters.decode(written, alphabet).text,
        classes.map((index) => alphabet[index - 1]).join("")
      )
    }
  )
})
