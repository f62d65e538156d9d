import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as RequestLimit from "../../../src/layers/http/RequestLimit.ts"
import { CurrentLane, type Lane } from "../../../src/services/MessageBroker.ts"

/** A service that takes a second, and the order in which it was asked. */
const service = (places: number) => {
  const limit = RequestLimit.make(places)
  const begun: Array<string> = []
  const ask = (name: string, lane: Lane) =>
    limit
      .within(() =>
        Effect.andThen(
          Effect.sync(() => void begun.push(name)),
          Effect.sleep("1 second")
        )
      )
      .pipe(Effect.provideService(CurrentLane, lane))
  return { ask, begun }
}

const fork = <A>(effect: Effect.Effect<A>) => Effect.forkChild(effect, { startImmediately: true })

describe("a limit of requests", () => {
  it.effect("lets what somebody waits for wait for two requests at most, however many others there are", () =>
    Effect.gen(function* () {
      const { ask, begun } = service(1)
      for (let i = 0; i < 100; i++) yield* fork(ask(`bulk ${i}`, "bulk"))
      yield* TestClock.adjust("100 millis")
      yield* fork(ask("urgent", "express"))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(begun.indexOf("urgent"), 2)
    })
  )

  it.effect("serves both in turn when both have many", () =>
    Effect.gen(function* () {
      const { ask, begun } = service(1)
      for (let i = 0; i < 50; i++) {
        yield* fork(ask("bulk", "bulk"))
        if (i % 25 === 0) yield* fork(Effect.forever(ask("urgent", "express")))
      }
      yield* TestClock.adjust("30 seconds")
      assert.isAtLeast(begun.filter((name) => name === "bulk").length, 8)
      assert.isAtLeast(begun.filter((name) => name === "urgent").length, 15)
    })
  )

  it.effect("loses no place when requests are given up, waiting or under way", () =>
    Effect.gen(function* () {
      const { ask, begun } = service(2)
      const fibers = yield* Effect.forEach(Array.from({ length: 20 }), (_, i) =>
        fork(ask("given up", i % 3 === 0 ? "express" : "bulk"))
      )
      yield* TestClock.adjust("1500 millis")
      yield* Fiber.interruptAll(fibers)
      const before = begun.length
      for (let i = 0; i < 6; i++) yield* fork(ask("again", i % 2 === 0 ? "express" : "bulk"))
      yield* TestClock.adjust("2500 millis")
      assert.strictEqual(begun.length - before, 6)
    })
  )

  it.effect("begins the next request before a request that has left its place goes on", () =>
    Effect.gen(function* () {
      const limit = RequestLimit.make(1)
      const order: Array<string> = []
      const ask = (name: string) =>
        limit.within((leave) =>
          Effect.gen(function* () {
            order.push(`${name} begins`)
            yield* Effect.sleep("1 second")
            leave()
            order.push(`${name} goes on`)
            yield* Effect.sleep("1 second")
          })
        )
      for (const name of ["first", "second", "third"]) yield* fork(ask(name))
      yield* TestClock.adjust("10 seconds")
      assert.deepEqual(order, [
        "first begins",
        "second begins",
        "first goes on",
        "third begins",
        "second goes on",
        "third goes on"
      ])
    })
  )

  it.effect("makes fewer requests at once of a service that is asked too much, and then more again", () =>
    Effect.gen(function* () {
      const limit = RequestLimit.make(8)
      let inFlight = 0
      const ask = limit.within(() =>
        Effect.andThen(
          Effect.sync(() => void inFlight++),
          Effect.ensuring(
            Effect.sleep("1 second"),
            Effect.sync(() => void inFlight--)
          )
        )
      )
      const highest = Effect.gen(function* () {
        for (let i = 0; i < 20; i++) yield* fork(ask)
        yield* TestClock.adjust("500 millis")
        const now = inFlight
        yield* TestClock.adjust("1 minute")
        return now
      })
      assert.strictEqual(yield* highest, 8)
      for (const expected of [4, 2, 1, 1]) {
        yield* limit.slower
        assert.strictEqual(yield* highest, expected)
      }
      for (let i = 0; i < 1 + 2 + 3; i++) yield* limit.faster
      assert.strictEqual(yield* highest, 4)
      for (let i = 0; i < 100; i++) yield* limit.faster
      assert.strictEqual(yield* highest, 8)
    })
  )

  it.effect("makes as many requests at once, and as many in a second, as it is told to meanwhile", () =>
    Effect.gen(function* () {
      let tuning: { concurrency?: number; rate?: number } = {}
      const limit = RequestLimit.make(
        2,
        Effect.sync(() => tuning)
      )
      let begun = 0
      const ask = limit.within(() =>
        Effect.andThen(
          Effect.sync(() => void begun++),
          Effect.sleep("1 second")
        )
      )
      for (let i = 0; i < 1000; i++) yield* fork(ask)
      const inTenSeconds = Effect.gen(function* () {
        const before = begun
        yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 99 })
        return begun - before
      })
      assert.strictEqual(yield* inTenSeconds, 20)
      tuning = { concurrency: 5 }
      assert.isAtLeast(yield* inTenSeconds, 45)
      tuning = { concurrency: 5, rate: 3 }
      assert.approximately(yield* inTenSeconds, 30, 2)
      tuning = { concurrency: 5, rate: 0.1 }
      assert.isAtMost(yield* inTenSeconds, 2)
      // What waits for ten seconds hears of it at once.
      tuning = { concurrency: 5, rate: 2 }
      assert.approximately(yield* inTenSeconds, 20, 2)
      tuning = {}
      assert.approximately(yield* inTenSeconds, 20, 3)
    })
  )
})
