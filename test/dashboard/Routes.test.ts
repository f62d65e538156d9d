import { assert, describe, it } from "@effect/vitest"
import * as Routes from "../../src/dashboard/Routes.ts"

describe("Routes", () => {
  it("reads the addresses it makes, whatever is in them", () => {
    for (const value of ["a zoo", "?", "#", "&=%", "🐶", "a/b?c=d"]) {
      const { path, query } = Routes.parse(Routes.href("images", { group: value, label: undefined, emoji: "" }))
      assert.deepStrictEqual(path, ["images"])
      assert.deepStrictEqual([...query], [["group", value]])
    }
  })

  it("begins at the first page", () => {
    assert.deepStrictEqual(Routes.parse("").path, [])
    assert.deepStrictEqual(Routes.parse(Routes.imageHref(7)).path, ["images", "7"])
  })
})
