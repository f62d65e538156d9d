import { assert, describe, it } from "@effect/vitest"
import * as RowsView from "../../../src/programs/views/RowsView.ts"

describe("render", () => {
  it("lines the rows up under the names of their columns", () => {
    const rows = [
      { service: "blip", count: 24n, data: { a: [1] }, at: new Date(0) },
      { service: "inception_v3", count: 7n, data: null, at: null }
    ]
    assert.deepEqual(RowsView.render(rows), [
      "service       count  data       at",
      'blip             24  {"a":[1]}  1970-01-01T00:00:00.000Z',
      "inception_v3      7",
      "(2 rows)"
    ])
  })

  it("says that there are none", () => {
    assert.deepEqual(RowsView.render([]), ["(0 rows)"])
  })

  it("writes spans of time as psql does, and whole numbers of any size", () => {
    const interval = (months: number, days: number, microseconds: bigint) => ({ months, days, microseconds })
    const rows = [
      { span: interval(0, 0, 3_723_500_000n), count: [1n, 2n ** 60n] },
      { span: interval(14, 1, 0n), count: { a: 7n } },
      { span: interval(0, -2, -60_000_000n), count: 2n ** 60n },
      { span: interval(0, 0, 0n), count: null }
    ]
    assert.deepEqual(
      RowsView.render(rows)
        .slice(1, -1)
        .map((line) =>
          line
            .split("  ")
            .map((cell) => cell.trim())
            .filter((cell) => cell !== "")
        ),
      [
        ["01:02:03.5", `[1,"${2n ** 60n}"]`],
        ["14 mons 1 day", '{"a":7}'],
        ["-2 days -00:01:00", String(2n ** 60n)],
        ["00:00:00"]
      ]
    )
  })
})
