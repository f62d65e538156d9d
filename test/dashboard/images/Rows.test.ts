import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Rows from "../../../src/dashboard/images/Rows.ts"

const width = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4000 }))
const size = Schema.Literals(["small", "medium", "large"])
const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
const pixels = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))
const height = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2000 }))

describe("Rows", () => {
  it("puts as many tiles into a row as fit", () => {
    assert.deepInclude(Rows.layout(1216, "medium"), { columns: 4 })
    assert.deepInclude(Rows.layout(351, "medium"), { columns: 1 })
    assert.deepInclude(Rows.layout(351, "small"), { columns: 2 })
    assert.deepInclude(Rows.layout(0, "large"), { columns: 1 })
  })

  it("shows pictures that have a pixel for each of the screen's", () => {
    const medium = Rows.layout(1216, "medium")
    assert.deepStrictEqual(
      [1, 2].map((density) => Rows.pictureSize(medium, density)),
      [320, 640]
    )
    assert.strictEqual(Rows.pictureSize(Rows.layout(351, "small"), 0.9), 160)
    assert.strictEqual(Rows.pictureSize(Rows.layout(600, "large"), 3), 640)
  })

  it.prop(
    "draws every tile that can be seen, and few others",
    [width, size, count, pixels, height],
    ([w, s, n, top, h]) => {
      const layout = Rows.layout(w, s)
      const { begin, end } = Rows.seen(layout, { count: n, row: Math.floor(top / layout.rowHeight), height: h })
      assert.isTrue(begin >= 0 && begin <= end && end <= n && begin % layout.columns === 0)
      assert.isAtMost(end - begin, (h / layout.rowHeight + 6) * layout.columns)
      for (let row = Math.floor(top / layout.rowHeight); row * layout.rowHeight < top + h; row++) {
        for (const place of [row * layout.columns, (row + 1) * layout.columns - 1]) {
          if (place < n) assert.isTrue(place >= begin && place < end)
        }
      }
    }
  )
})
