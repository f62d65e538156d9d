import { assert, describe, it } from "@effect/vitest"
import { Duration, Result, Schema } from "effect"
import * as CircuitBreaker from "../../src/domain/CircuitBreaker.ts"
import * as Tuning from "../../src/domain/Tuning.ts"

const rate = Schema.decodeUnknownResult(Tuning.Rate)

describe("a rate", () => {
  it.each([
    ["10/s", 10],
    ["10", 10],
    ["90/min", 1.5],
    ["1800/h", 0.5],
    ["0.5/s", 0.5]
  ])("of %s is %d in a second", (text, perSecond) => {
    assert.deepStrictEqual(rate(text), Result.succeed(perSecond))
  })

  it.each(["", "fast", "10/d", "-1/s", "0/s", "1e9/s", "10 /s", "1/s "])("is not %j", (text) => {
    assert.isTrue(Result.isFailure(rate(text)))
  })
})

describe("shareOf", () => {
  it("parts the rate among the programs that ask, and nothing else", () => {
    assert.deepStrictEqual(Tuning.shareOf({ rate: 10, concurrency: 4 }, 4), { rate: 2.5, concurrency: 4 })
    assert.deepStrictEqual(Tuning.shareOf({ concurrency: 4 }, 4), { concurrency: 4 })
  })

  it("is the whole rate for a program that nothing is known of yet", () => {
    assert.deepStrictEqual(Tuning.shareOf({ rate: 10 }, 0), { rate: 10 })
  })
})

describe("retryPolicy", () => {
  it("is as usual where nothing is tuned", () => {
    assert.deepStrictEqual(Tuning.retryPolicy({ concurrency: 4 }), {})
    assert.deepStrictEqual(Tuning.retryPolicy({ attempts: 7, delay: 30 }), {
      attempts: 7,
      firstDelay: Duration.seconds(30)
    })
  })
})

describe("breakerLimits", () => {
  it("is as usual where nothing is tuned", () => {
    assert.deepStrictEqual(Tuning.breakerLimits({ retries: 0 }), CircuitBreaker.usual)
    assert.deepStrictEqual(Tuning.breakerLimits({ threshold: 2, probe: 300 }), {
      threshold: 2,
      longestPause: Duration.seconds(300)
    })
  })
})

describe("changeInWords", () => {
  it("names what is set, and what is as usual again", () => {
    assert.strictEqual(
      Tuning.changeInWords({ attempts: null, concurrency: 2, retries: null }),
      "concurrency 2, attempts as usual, retries as usual"
    )
    assert.strictEqual(Tuning.changeInWords({ rate: null }), "rate as usual")
  })
})

describe("inWords", () => {
  it("names what is tuned", () => {
    assert.strictEqual(
      Tuning.inWords({ concurrency: 4, rate: 10, retries: 0, attempts: 7, delay: 30 }),
      "concurrency 4, at most 10 requests per second, 0 retries, 7 attempts, delay 30 s"
    )
    assert.strictEqual(
      Tuning.inWords({ threshold: 1, probe: 300 }),
      "left alone after 1 failure, looked at every 5 min 0 s"
    )
    assert.strictEqual(Tuning.inWords({ rate: 0.5 }), "at most 30 requests per minute")
    assert.strictEqual(Tuning.inWords({ rate: 1 / 360 }), "at most 10 requests per hour")
  })
})
