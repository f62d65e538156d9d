import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { batches } from "../../../src/programs/flows/Batches.ts"

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
