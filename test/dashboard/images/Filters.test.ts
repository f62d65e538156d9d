import { assert, describe, it } from "@effect/vitest"
import * as Filters from "../../../src/dashboard/images/Filters.ts"
import * as Routes from "../../../src/dashboard/Routes.ts"

describe("Filters", () => {
  const ofAddress = (hash: string) => Filters.ofQuery(Routes.parse(hash).query)

  it("reads the filters of an address, and leaves out what is empty", () => {
    assert.deepStrictEqual(ofAddress("#/images?label=dog&group=&confidence=0.5&status=done"), {
      label: "dog",
      status: "done",
      confidence: 0.5
    })
  })

  it("refuses values that no filter has", () => {
    assert.isUndefined(ofAddress("#/images?status=nice"))
    assert.isUndefined(ofAddress("#/images?confidence=much"))
    assert.isUndefined(ofAddress("#/images?lable=dog"))
    assert.isUndefined(ofAddress("#/images?q=dog+OR"))
  })

  it("reads the order, which is no filter", () => {
    const query = (hash: string) => Routes.parse(hash).query
    assert.strictEqual(Filters.orderOf(query("#/images?label=dog")), "newest")
    assert.strictEqual(Filters.orderOf(query("#/images?order=most-boxes")), "most-boxes")
    assert.isUndefined(Filters.orderOf(query("#/images?order=best")))
    assert.deepStrictEqual(ofAddress("#/images?order=most-boxes&label=dog"), { label: "dog" })
  })

  it("hands them on to the API, and nothing else", () => {
    const { query } = Routes.parse("#/images?label=dog+%26+cat&group=&confidence=0.5&page=7")
    assert.strictEqual(String(Filters.toQuery(query)), "label=dog+%26+cat&confidence=0.5")
  })
})
