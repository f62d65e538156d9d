import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ServiceId } from "../../src/domain/Identifiers.ts"
import * as Staleness from "../../src/domain/Staleness.ts"
import { serviceId } from "../support/Facts.ts"

const revision = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 }))

describe("isStale", () => {
  it("is true of what was never derived", () => {
    assert.isTrue(Staleness.isStale(undefined, { revision: Staleness.revision(0), algorithm: "a@1" }))
  })

  it.prop("is true exactly of what came from fewer facts", [revision, revision], ([derived, current]) => {
    const at = (n: number) => ({ revision: Staleness.revision(n), algorithm: "a@1" })
    assert.strictEqual(Staleness.isStale(at(derived), at(current)), derived < current)
  })

  it.prop("is true of what another algorithm derived, however new", [revision, revision], ([derived, current]) => {
    assert.isTrue(
      Staleness.isStale(
        { revision: Staleness.revision(derived), algorithm: "a@1" },
        { revision: Staleness.revision(current), algorithm: "a@2" }
      )
    )
  })

  it("is true of what left out answers of services, for who reads one of them", () => {
    const at = (algorithm: string) => ({ revision: Staleness.revision(1), algorithm })
    const key = Staleness.without("a@1", ["ocr", "pose"])
    const isStale = (...services: ReadonlyArray<string>) =>
      Staleness.isStale(at(key), at("a@1"), services.map(serviceId))
    assert.deepStrictEqual(
      [isStale(), isStale("clip"), isStale("clip", "pose"), isStale("ocr"), Staleness.isStale(at(key), at("a@1"))],
      [false, false, true, true, true]
    )
    assert.isTrue(Staleness.isStale(at(key), at("a@2"), []))
    assert.isFalse(Staleness.isStale(at("a@1"), at("a@1"), [serviceId("ocr")]))
  })
})

describe("the services that a derivation left out", () => {
  it.prop("are told by its key", [Schema.Array(ServiceId)], ([services]) => {
    assert.deepStrictEqual(Staleness.leftOutBy(Staleness.without("a@1", services), "a@1"), services)
    if (services.length > 0) assert.isUndefined(Staleness.leftOutBy(Staleness.without("a@1", services), "a"))
  })
})
