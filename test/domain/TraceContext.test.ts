import { assert, describe, it } from "@effect/vitest"
import { Tracer } from "effect"
import * as TraceContext from "../../src/domain/TraceContext.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

describe("TraceContext", () => {
  it("writes what it reads", () => {
    for (const sampled of [true, false]) {
      const span = Tracer.externalSpan({ traceId, spanId, sampled })
      const decoded = TraceContext.decode(TraceContext.encode(span))
      assert.deepInclude(decoded, { traceId, spanId, sampled })
    }
  })

  it.each([
    undefined,
    "",
    "garbage",
    `00-${traceId}-${spanId}`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`
  ])("takes %s for no parent", (header) => {
    assert.isUndefined(TraceContext.decode(header))
  })
})
