import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Staleness from "../../src/domain/Staleness.ts"

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
})
