import { assert, describe, it } from "@effect/vitest"
import * as VectorText from "../../../src/layers/pictures/VectorText.ts"

/** Every x of the absolute commands opentype.js writes. */
const horizontalExtent = (path: string): { readonly left: number; readonly right: number } => {
  const xs = [...path.matchAll(/[ML](-?[\d.]+)/g)].map((match) => Number(match[1]))
  return { left: Math.min(...xs), right: Math.max(...xs) }
}

describe("VectorText", () => {
  describe("textPath", () => {
    it("draws between x and x plus the width of the text", () => {
      const text = "person 0.93 (AÄ) & WAVE"
      const { left, right } = horizontalExtent(VectorText.textPath(text, { x: 100, y: 50, size: 20 }))
      assert.isAtLeast(left, 100)
      assert.isAtMost(right, 100 + VectorText.textWidth(text, 20))
      assert.isAbove(right, 100 + VectorText.textWidth(text, 20) * 0.95)
    })

    it("holds nothing but path data, so it needs no escaping", () => {
      assert.match(VectorText.textPath(`<"&'> 日本 🐴`, { x: 0, y: 0, size: 12 }), /^[MLQCZ\d\s.,-]+$/)
    })

    it("is empty for text without ink", () => {
      assert.strictEqual(VectorText.textPath("   ", { x: 0, y: 0, size: 12 }), "")
      assert.strictEqual(VectorText.textPath("", { x: 0, y: 0, size: 12 }), "")
    })

    it("draws heavier letters for semibold", () => {
      const at = { x: 0, y: 0, size: 12 }
      assert.notStrictEqual(
        VectorText.textPath("a", { ...at, weight: "regular" }),
        VectorText.textPath("a", { ...at, weight: "semibold" })
      )
    })
  })

  describe("textWidth", () => {
    it("grows in proportion to the size", () => {
      assert.closeTo(VectorText.textWidth("windmill", 48), 4 * VectorText.textWidth("windmill", 12), 1e-9)
    })

    it("is the same however the text is cut in two", () => {
      const whole = VectorText.textWidth("dining table", 16)
      assert.closeTo(VectorText.textWidth("dining", 16) + VectorText.textWidth(" table", 16), whole, 1e-9)
    })
  })
})
