import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as JsonItems from "../../src/domain/JsonItems.ts"

const read = (pieces: ReadonlyArray<string>) => {
  const items = JsonItems.reader()
  const found: Array<unknown> = []
  for (const piece of pieces) {
    const next = items.next(piece)
    if ("problem" in next) return next
    found.push(...next)
  }
  return items.end() ?? found
}

const inPieces = (text: string, size: number): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))

describe("reader", () => {
  it.prop(
    "reads any array, however it is cut and spaced",
    [Schema.Array(Schema.Json), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })), Schema.Boolean],
    ([values, size, isSpaced]) => {
      const text = JSON.stringify(values, undefined, isSpaced ? 2 : undefined)
      assert.deepStrictEqual(read(inPieces(` ${text}\n`, size)), JSON.parse(text))
    }
  )

  it("reads brackets, quotes and commas inside text", () => {
    assert.deepStrictEqual(read(inPieces('[ "]\\"[,", {"a,": "}\\\\"} ]', 1)), ['"]"[,'.slice(1), { "a,": "}\\" }])
  })

  it.each([
    ["", 0],
    ["[1, 2", 1],
    ["{}", 0],
    ["[1,]", 1],
    ["[,1]", 0],
    ["[1] 2", 1],
    ["[1, nul]", 1],
    ["[1 2]", 0]
  ])("says where %j is no array", (text, item) => {
    const found = read([text])
    assert.isTrue("problem" in found && found.item === item, JSON.stringify(found))
  })
})
