import { assert, describe, it } from "@effect/vitest"
import { Duration, Schema } from "effect"
import * as CircuitBreaker from "../../src/domain/CircuitBreaker.ts"

const outcomes = Schema.Array(Schema.Boolean)
const limits = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8 }))
const usual = CircuitBreaker.usual

const after = (threshold: number) => (state: CircuitBreaker.CircuitBreaker, isAnswered: boolean) =>
  isAnswered ? CircuitBreaker.closed : CircuitBreaker.afterFailure(state, { ...usual, threshold })

describe("CircuitBreaker", () => {
  it.prop("is open exactly after `threshold` failures in a row", [outcomes, limits], ([history, threshold]) => {
    const state = history.reduce(after(threshold), CircuitBreaker.closed)
    const failuresInARow = history.length - 1 - history.lastIndexOf(true)
    assert.strictEqual(state.isOpen, failuresInARow >= threshold)
  })

  it("opens again at the first failure after it let calls through, and then pauses longer", () => {
    const open = CircuitBreaker.opened(CircuitBreaker.closed)
    const again = CircuitBreaker.afterFailure(CircuitBreaker.halfOpen(open), usual)
    assert.isTrue(again.isOpen)
    assert.isTrue(Duration.isGreaterThan(CircuitBreaker.pause(again, usual), CircuitBreaker.pause(open, usual)))
  })

  it("stays open when more failures are allowed meanwhile", () => {
    const open = after(1)(CircuitBreaker.closed, false)
    assert.isTrue(after(9)(CircuitBreaker.stillOpen(open), false).isOpen)
  })

  it("never pauses longer than the longest pause", () => {
    const late: CircuitBreaker.CircuitBreaker = { failures: 5, trips: 1000, isOpen: true }
    for (const seconds of [0.5, 30, 3600]) {
      const longestPause = Duration.seconds(seconds)
      assert.deepEqual(CircuitBreaker.pause(late, { ...usual, longestPause }), longestPause)
    }
  })
})
