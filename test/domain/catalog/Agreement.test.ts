import { assert, describe, it } from "@effect/vitest"
import * as Agreement from "../../../src/domain/catalog/Agreement.ts"
import { standard } from "../../../src/domain/ServiceCatalog.ts"
import { serviceId } from "../../support/Facts.ts"

const own = Agreement.printOf(standard)

describe("difference", () => {
  it("is none between catalogs that differ in where services are, and how they are asked", () => {
    const elsewhere = standard.map((service) => ({ ...service, host: "farm", port: 1, concurrency: 9 })).reverse()
    assert.isUndefined(Agreement.difference(own, Agreement.printOf(elsewhere)))
  })

  it("names what is missing, what is new, and what is configured in another way", () => {
    const [first, second, ...rest] = standard
    const other = [{ ...first!, trust: 0.5 }, ...rest, { ...second!, id: serviceId("new") }]
    assert.deepStrictEqual(Agreement.difference(own, Agreement.printOf(other)), {
      lacks: [second!.id],
      adds: [serviceId("new")],
      differs: [first!.id]
    })
  })
})
