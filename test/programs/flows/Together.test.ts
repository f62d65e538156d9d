import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { BatchedWork } from "../../../src/programs/flows/Batches.ts"
import * as Together from "../../../src/programs/flows/Together.ts"

/** What is done in one go, in the order of the goes. `begun` is called with each. */
const going = (options: Partial<BatchedWork> = {}, begun: Effect.Effect<void> = Effect.void) => {
  const goes: Array<ReadonlyArray<number>> = []
  const work = (items: ReadonlyArray<number>) =>
    Effect.andThen(
      Effect.sync(() => void goes.push([...items])),
      Effect.as(begun, items)
    )
  return Effect.map(
    Together.make(work, { within: "25 millis", crowded: "25 millis", size: 4, concurrency: 2, ...options }),
    (together) => ({
      goes,
      bring: (item: number, name = "a", enough = 3) =>
        Effect.forkChild(together.bring(item, { name, enough }), { startImmediately: true })
    })
  )
}

describe("what several bring together", () => {
  it.effect("is done in one go when it has waited long enough, and told to the first of them", () =>
    Effect.gen(function* () {
      const { bring, goes } = yield* going()
      const fibers = yield* Effect.all([bring(1), bring(2, "b"), bring(3, "c")])
      yield* TestClock.adjust("24 millis")
      assert.deepStrictEqual(goes, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(goes, [[1, 2, 3]])
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers), [[1, 2, 3], [], []])
      yield* bring(4)
      yield* TestClock.adjust("25 millis")
      assert.deepStrictEqual(goes, [[1, 2, 3], [4]])
    }).pipe(Effect.scoped)
  )

  it.effect("is waited for longer when several came the last time", () =>
    Effect.gen(function* () {
      const { bring, goes } = yield* going({ crowded: "50 millis" })
      yield* Effect.all([bring(1), bring(2, "b")])
      yield* TestClock.adjust("25 millis")
      assert.deepStrictEqual(goes, [[1, 2]])
      yield* bring(3)
      yield* TestClock.adjust("49 millis")
      assert.deepStrictEqual(goes, [[1, 2]])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(goes, [[1, 2], [3]])
      yield* bring(4)
      yield* TestClock.adjust("25 millis")
      assert.deepStrictEqual(goes, [[1, 2], [3], [4]])
    }).pipe(Effect.scoped)
  )

  it.effect("does not wait when one side has brought enough, or all together as much as goes at once", () =>
    Effect.gen(function* () {
      const { bring, goes } = yield* going()
      const enough = yield* Effect.all([bring(1, "b"), bring(2), bring(3), bring(4)])
      yield* Fiber.joinAll(enough)
      assert.deepStrictEqual(goes.flat(), [1, 2, 3, 4])
      const full = yield* Effect.all([5, 6, 7, 8, 9, 10, 11, 12].map((item) => bring(item, String(item))))
      yield* Fiber.joinAll(full)
      assert.deepStrictEqual(
        goes.flat().toSorted((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
      )
      assert.isTrue(goes.every((go) => go.length <= 4))
    }).pipe(Effect.scoped)
  )

  it.effect("waits, and grows, while so many goes are under way", () =>
    Effect.gen(function* () {
      const end = yield* Deferred.make<void>()
      const { bring, goes } = yield* going({ concurrency: 1, size: 10 }, Deferred.await(end))
      const first = yield* bring(1, "a", 1)
      yield* TestClock.adjust("1 millis")
      const rest = yield* Effect.all([bring(2, "a", 1), bring(3, "b", 1), bring(4, "c", 1)])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(goes, [[1]])
      yield* Deferred.succeed(end, undefined)
      assert.deepStrictEqual(yield* Fiber.joinAll([first, ...rest]), [[1], [2, 3, 4], [], []])
    }).pipe(Effect.scoped)
  )

  it.effect("is done for all when the first of them is interrupted", () =>
    Effect.gen(function* () {
      const { bring, goes } = yield* going()
      const [first, second] = yield* Effect.all([bring(1), bring(2, "b")])
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("25 millis")
      assert.deepStrictEqual(yield* Fiber.join(second), [])
      assert.deepStrictEqual(goes, [[1, 2]])
    }).pipe(Effect.scoped)
  )

  it.effect("fails for all with a mistake of the work, and not for those who come later", () =>
    Effect.gen(function* () {
      let tries = 0
      const together = yield* Together.make(
        (items: ReadonlyArray<number>) =>
          Effect.suspend(() => (tries++ === 0 ? Effect.die("a mistake") : Effect.succeed(items))),
        { within: "25 millis", crowded: "25 millis", size: 2, concurrency: 1 }
      )
      const bring = (item: number) => Effect.exit(together.bring(item, { name: "a", enough: 2 }))
      const failed = yield* Effect.all([bring(1), bring(2)], { concurrency: "unbounded" })
      assert.isTrue(failed.every(Exit.isFailure))
      const [told] = yield* Effect.all([bring(3), bring(4)], { concurrency: "unbounded" })
      assert.deepStrictEqual(told, Exit.succeed([3, 4]))
    }).pipe(Effect.scoped)
  )
})
