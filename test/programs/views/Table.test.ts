import { assert, describe, it } from "@effect/vitest"
import * as Table from "../../../src/programs/views/Table.ts"

describe("lines", () => {
  it("aligns words to the left and numbers to the right", () => {
    assert.deepStrictEqual(
      Table.lines(
        ["service", "done", "note"],
        [
          ["ocr", "1,024", "猫 left"],
          ["blip", "?", ""]
        ]
      ),
      ["service   done  note", "ocr      1,024  猫 left", "blip         ?"]
    )
  })

  it("lets no cell write to the terminal", () => {
    assert.deepStrictEqual(Table.lines(["reason"], [["a\u001b[2J\nb"]]), ["reason", "a[2J b"])
  })

  it("is the titles alone without rows", () => {
    assert.deepStrictEqual(Table.lines(["a", "b"], []), ["a  b"])
  })
})
