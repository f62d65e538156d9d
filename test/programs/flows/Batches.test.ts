import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { batches, inBatches } from "../../../src/programs/flows/Batches.ts"

/** The batches that came of what was offered until now. */
const batching = Effect.gen(function* () {
  const offered = yield* Queue.unbounded<number>()
  const made: Array<ReadonlyArray<number>> = []
  yield* Stream.fromQueue(offered).pipe(
    batches({ size: 4, within: "10 millis", crowded: "100 millis" }),
    Stream.runForEach((batch) => Effect.sync(() => void made.push(batch))),
    Effect.forkScoped
  )
  const after = (millis: number) => Effect.as(TestClock.adjust(millis), made)
  return { offer: (...items: ReadonlyArray<number>) => Queue.offerAll(offered, items), after }
})

describe("batches", () => {
  it.effect("wait shortly for others when who came last came alone", () =>
    Effect.gen(function* () {
      const { after, offer } = yield* batching
      for (const item of [1, 2, 3]) {
        yield* offer(item)
        assert.strictEqual((yield* after(9)).length, item - 1)
        assert.strictEqual((yield* after(1)).length, item)
      }
      assert.deepStrictEqual(yield* after(0), [[1], [2], [3]])
    }).pipe(Effect.scoped)
  )

  it.effect("wait longer after several, until one comes alone", () =>
    Effect.gen(function* () {
      const { after, offer } = yield* batching
      yield* offer(1, 2)
      assert.deepStrictEqual(yield* after(10), [[1, 2]])
      yield* offer(3)
      assert.deepStrictEqual(yield* after(99), [[1, 2]])
      yield* offer(4)
      assert.deepStrictEqual(yield* after(1), [
        [1, 2],
        [3, 4]
      ])
      yield* offer(5)
      assert.strictEqual((yield* after(99)).length, 2)
      assert.strictEqual((yield* after(1)).length, 3)
      yield* offer(6)
      assert.deepStrictEqual((yield* after(10)).at(-1), [6])
    }).pipe(Effect.scoped)
  )

  it.effect("do not wait when there are enough", () =>
    Effect.gen(function* () {
      const { after, offer } = yield* batching
      yield* offer(1, 2, 3, 4, 5)
      assert.deepStrictEqual(yield* after(0), [[1, 2, 3, 4]])
      yield* offer(6, 7, 8)
      assert.deepStrictEqual(yield* after(0), [
        [1, 2, 3, 4],
        [5, 6, 7, 8]
      ])
    }).pipe(Effect.scoped)
  )
})

describe("work in batches", () => {
  it.effect("is begun while other is under way when a batch is full, and else when that has ended", () =>
    Effect.gen(function* () {
      const offered = yield* Queue.unbounded<number>()
      const begun: Array<ReadonlyArray<number>> = []
      const end = yield* Deferred.make<void>()
      yield* Stream.fromQueue(offered).pipe(
        inBatches({ size: 3, within: "10 millis", crowded: "10 millis", concurrency: 2 }, (batch) =>
          Effect.andThen(
            Effect.sync(() => void begun.push(batch)),
            Deferred.await(end)
          )
        ),
        Stream.runDrain,
        Effect.forkScoped
      )
      const after = (...items: ReadonlyArray<number>) =>
        Effect.as(Effect.andThen(Queue.offerAll(offered, items), TestClock.adjust("1 second")), begun)
      assert.deepStrictEqual(yield* after(1), [[1]])
      assert.deepStrictEqual(yield* after(2), [[1]])
      assert.deepStrictEqual(yield* after(3, 4), [[1], [2, 3, 4]])
      assert.deepStrictEqual(yield* after(5, 6, 7, 8), [[1], [2, 3, 4]])
      yield* Deferred.succeed(end, undefined)
      assert.deepStrictEqual(yield* after(), [[1], [2, 3, 4], [5, 6, 7], [8]])
    }).pipe(Effect.scoped)
  )
})
