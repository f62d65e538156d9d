import { assert, describe, it } from "@effect/vitest"
import { Duration, Schema } from "effect"
import * as CircuitBreaker from "../../src/domain/CircuitBreaker.ts"

const outcomes = Schema.Array(Schema.Boolean)

const after = (state: CircuitBreaker.CircuitBreaker, isAnswered: boolean) =>
  isAnswered ? CircuitBreaker.closed : CircuitBreaker.afterFailure(state)

describe("CircuitBreaker", () => {
  it.prop("is open exactly after `threshold` failures in a row", [outcomes], ([history]) => {
    const state = history.reduce(after, CircuitBreaker.closed)
    const failuresInARow = history.length - 1 - history.lastIndexOf(true)
    assert.strictEqual(CircuitBreaker.isOpen(state), failuresInARow >= CircuitBreaker.threshold)
  })

  it("opens again at the first failure after it let calls through, and then pauses longer", () => {
    const open = Array.from({ length: CircuitBreaker.threshold }, () => false).reduce(after, CircuitBreaker.closed)
    const again = CircuitBreaker.afterFailure(CircuitBreaker.halfOpen(open))
    assert.isTrue(CircuitBreaker.isOpen(again))
    assert.isTrue(Duration.isGreaterThan(CircuitBreaker.pause(again), CircuitBreaker.pause(open)))
  })

  it("never pauses longer than 30 seconds", () => {
    assert.deepEqual(CircuitBreaker.pause({ failures: 5, trips: 1000 }), Duration.seconds(30))
  })
})
