import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Columns from "../../../src/layers/postgres/Columns.ts"
import { hostileText } from "../../support/HostileText.ts"

describe("storable", () => {
  it.prop("changes nothing but NUL and halves of surrogate pairs", [hostileText], ([text]) => {
    const expected = Array.from(text, (character) => (/^[\0\ud800-\udfff]$/.test(character) ? "\ufffd" : character))
    assert.strictEqual(Columns.storable(text), expected.join(""))
  })
})

describe("json", () => {
  it.prop("is the JSON of the value with its texts made storable", [hostileText, hostileText], ([key, text]) => {
    const [storedKey, storedText] = [Columns.storable(key), Columns.storable(text)]
    assert.deepStrictEqual(JSON.parse(Columns.json({ [key]: [text] })), { [storedKey]: [storedText] })
  })

  it.prop("is the JSON of any value without such texts", [Schema.Json], ([value]) => {
    const text = JSON.stringify(value)
    if (!/\\u(0000|d[89a-f])/.test(text)) assert.strictEqual(Columns.json(value), text)
  })

  it("leaves text that only looks like an escape", () => {
    assert.deepStrictEqual(JSON.parse(Columns.json(["\\u0000", "\\\\ud800", "\\\0"])), [
      "\\u0000",
      "\\\\ud800",
      "\\\ufffd"
    ])
  })
})
