import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { forgetPast } from "../../../src/programs/flows/Forget.ts"
import { History } from "../../../src/services/History.ts"
import { ResultStoreError, StoreUnavailable } from "../../../src/services/ResultStore.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"

/** A past of so many pages, and how often some of it was to be forgotten. */
const past = () => ({ pages: 0, isAway: false, asked: 0, ages: new Set<string>() })

const world = (own: ReturnType<typeof past>) =>
  Layer.merge(
    MemoryWorkerRegistry.layer,
    Layer.succeed(History, {
      forget: (age) =>
        Effect.suspend(() => {
          own.asked++
          own.ages.add(Duration.format(age))
          if (own.isAway) {
            return Effect.fail(new ResultStoreError({ reason: new StoreUnavailable({ cause: "away" }) }))
          }
          return Effect.succeed(own.pages === 0 ? 0 : (own.pages--, 5000))
        })
    })
  )

/** A program that forgets what is older than 30 days. */
const program = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>()
  const running = yield* Effect.forkChild(Stream.runDrain(forgetPast({ keep: Duration.days(30), stop })), {
    startImmediately: true
  })
  return { end: Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running)) }
})

describe("forgetting the past", () => {
  it.effect(
    "goes on until nothing is left, once an hour, however many programs there are, and ends when told to",
    () => {
      const own = past()
      return Effect.gen(function* () {
        own.pages = 3
        const [one, other] = [yield* program, yield* program]
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual([own.pages, own.asked], [0, 4])
        own.pages = 1
        yield* TestClock.adjust("59 minutes")
        assert.deepStrictEqual([own.pages, own.asked], [1, 4])
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual([own.pages, own.asked], [0, 6])
        yield* TestClock.adjust("24 hours")
        assert.strictEqual(own.asked, 6 + 24)
        assert.deepStrictEqual([...own.ages], ["30d"])
        yield* Effect.all([one.end, other.end])
        yield* TestClock.adjust("24 hours")
        assert.strictEqual(own.asked, 6 + 24)
      }).pipe(Effect.provide(world(own)))
    }
  )

  it.effect("is done later when the database is away", () => {
    const own = past()
    return Effect.gen(function* () {
      own.pages = 1
      own.isAway = true
      const { end } = yield* program
      yield* TestClock.adjust("1 second")
      own.isAway = false
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(own.pages, 0)
      yield* end
    }).pipe(Effect.provide(world(own)))
  })
})
