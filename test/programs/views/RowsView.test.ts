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
})
