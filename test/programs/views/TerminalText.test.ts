import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as TerminalText from "../../../src/programs/views/TerminalText.ts"
import { hostileText } from "../../support/HostileText.ts"

const size = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))

describe("TerminalText", () => {
  it.each([
    ["", 0],
    ["person", 6],
    ["e\u0301", 1],
    ["猫", 2],
    ["한국", 4],
    ["🧑", 2],
    ["⌨️", 2],
    ["⌨", 1],
    ["🇫🇷", 2],
    ["👍🏽", 2],
    ["🧑‍🍳", 4],
    ["━→×…", 4]
  ])("columns of %j are %i", (text, expected) => {
    assert.strictEqual(TerminalText.columns(text), expected)
  })

  it("span keeps what can be printed and nothing else", () => {
    assert.strictEqual(TerminalText.span("a\u001b[31mb\r\n\tc\u202ed\ud800e\u009b1m🧑‍🍳\0").text, "a[31mb cde1m🧑‍🍳")
  })

  it("truncate says that something is missing", () => {
    const line = TerminalText.line(TerminalText.span("beach", { bold: true }), " 猫猫")
    assert.strictEqual(TerminalText.toAnsi(TerminalText.truncate(line, 10), 1), "beach 猫猫")
    assert.strictEqual(TerminalText.toAnsi(TerminalText.truncate(line, 9), 1), "beach 猫…")
    assert.strictEqual(TerminalText.toAnsi(TerminalText.truncate(line, 8), 1), "beach …")
    assert.strictEqual(TerminalText.toAnsi(TerminalText.truncate(line, 4), 1), "bea…")
    assert.strictEqual(TerminalText.toAnsi(TerminalText.truncate(line, 0), 1), "")
  })

  it.prop("truncate is never wider than asked", [hostileText, hostileText, size], ([a, b, limit]) => {
    const line = TerminalText.line(TerminalText.span(a, { color: "red" }), b)
    assert.isAtMost(TerminalText.width(TerminalText.truncate(line, limit)), limit)
  })

  it.prop("fit takes exactly the columns asked for", [hostileText, size], ([text, width]) => {
    for (const align of ["left", "right"] as const) {
      const fitted = TerminalText.fit(TerminalText.line(text), width, { align })
      assert.strictEqual(TerminalText.width(fitted), width)
    }
  })

  it("toAnsi writes no escape sequence without color", () => {
    const line = TerminalText.line(TerminalText.span("x", { color: "red", bold: true, background: "#ff0000" }))
    assert.strictEqual(TerminalText.toAnsi(line, 1), "x")
  })

  it("toAnsi shows a background as exactly as the terminal can", () => {
    const line = TerminalText.line(TerminalText.span("  ", { background: "#ff8000" }))
    assert.strictEqual(TerminalText.toAnsi(line, 24), "\u001b[48;2;255;128;0m  \u001b[0m")
    assert.strictEqual(TerminalText.toAnsi(line, 8), "\u001b[48;5;214m  \u001b[0m")
    assert.strictEqual(TerminalText.toAnsi(line, 4), "")
  })
})
