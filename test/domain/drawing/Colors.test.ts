import { assert, describe, it } from "@effect/vitest"
import { Brand, Schema } from "effect"
import type { Concept } from "../../../src/domain/Identifiers.ts"
import * as Colors from "../../../src/domain/drawing/Colors.ts"

const concept = Brand.nominal<Concept>()
const words = Schema.Array(Schema.Literals(["person", "horse", "dog", "kite", "cup", "car", "bench", "bird"]))

describe("Colors", () => {
  it("gives a concept the same color in every image", () => {
    const color = (...concepts: ReadonlyArray<string>) =>
      Colors.ofConcepts(concepts.map(concept)).get(concept("person"))
    assert.match(color("person") ?? "", /^#[0-9a-f]{6}$/)
    assert.strictEqual(color("person", "horse"), color("person"))
  })

  it.prop("tells the concepts of an image apart", [words], ([list]) => {
    const colors = Colors.ofConcepts(list.map(concept))
    assert.strictEqual(new Set(colors.values()).size, new Set(list).size)
  })

  it("goes on when there are more concepts than colors", () => {
    const many = Array.from({ length: 40 }, (_, n) => concept(`thing ${n}`))
    assert.strictEqual(Colors.ofConcepts(many).size, 40)
  })

  it("writes dark on light colors and light on dark ones", () => {
    assert.strictEqual(Colors.textOn("#ffffff"), "#111111")
    assert.strictEqual(Colors.textOn("#84cc16"), "#111111")
    assert.strictEqual(Colors.textOn("#6366f1"), "#ffffff")
    assert.strictEqual(Colors.textOn("#000000"), "#ffffff")
  })
})
