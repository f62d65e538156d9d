import { assert, describe, it } from "@effect/vitest"
import * as Printable from "../../src/domain/Printable.ts"
import { hostileText } from "../support/HostileText.ts"

describe("Printable", () => {
  it.prop("leaves nothing that a terminal obeys, and all that can be read", [hostileText], ([text]) => {
    assert.notMatch(Printable.line(text), /[\p{Cc}\p{Cs}\u202a-\u202e\u2028\u2029]/u)
    assert.strictEqual(Printable.lines(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t"), Printable.line(text))
    const plain = text.replace(/[^a-z ]/g, "")
    assert.strictEqual(Printable.line(plain), plain)
  })

  it("shows what it is", () => {
    assert.strictEqual(Printable.line("a\n\u001b[2J\u009b\u202eb"), "a\\n\\u001b[2J\\u009b\\u202eb")
    assert.strictEqual(Printable.lines("a\n\u001b[2J"), "a\n\\u001b[2J")
  })
})
