import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as RetryPolicy from "../../src/domain/RetryPolicy.ts"

describe("delayAfter", () => {
  it("grows from 1 second to 2 minutes", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 99].map((attempt) => Duration.toSeconds(RetryPolicy.delayAfter(attempt))),
      [1, 4, 16, 64, 120, 120]
    )
  })

  it("grows from another first pause alike, which is the longest when it is long", () => {
    const seconds = (firstDelay: number) =>
      [1, 2, 3, 99].map((attempt) =>
        Duration.toSeconds(RetryPolicy.delayAfter(attempt, { firstDelay: Duration.seconds(firstDelay) }))
      )
    assert.deepEqual(seconds(10), [10, 40, 120, 120])
    assert.deepEqual(seconds(600), [600, 600, 600, 600])
  })

  it("gives a service the longer pause it asked for, up to an hour", () => {
    assert.deepEqual(RetryPolicy.delayAsked(Duration.seconds(30)), Duration.seconds(30))
    assert.deepEqual(RetryPolicy.delayAsked(Duration.zero), Duration.seconds(1))
    assert.deepEqual(RetryPolicy.delayAsked(Duration.days(9)), Duration.hours(1))
  })
})

describe("isWorthAnother", () => {
  it("bounds the deliveries of a job", () => {
    assert.isTrue(RetryPolicy.isWorthAnother(RetryPolicy.maxAttempts - 1))
    assert.isFalse(RetryPolicy.isWorthAnother(RetryPolicy.maxAttempts))
    assert.isTrue(RetryPolicy.isWorthAnother(6, { attempts: 7 }))
    assert.isFalse(RetryPolicy.isWorthAnother(1, { attempts: 1 }))
  })
})
