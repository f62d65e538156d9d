import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Latch, Layer, Option, Schedule, Stream } from "effect"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { type Hint, HintJson } from "../../../src/domain/Messages.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import { run } from "../../../src/programs/flows/Run.ts"
import type { Performed, Step } from "../../../src/programs/flows/Step.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import { StoreRejected } from "../../../src/services/ResultStore.ts"

const queue = "queue_consensus"

/** A step that notes which images are committed together, and what is settled by then. */
const step = (options: Partial<Step<Hint, ImageId, MessageBroker>> = {}) => {
  const batches: Array<ReadonlyArray<number>> = []
  const noting: Step<Hint, ImageId, MessageBroker> = {
    name: "consensus",
    queue,
    message: HintJson,
    prefetch: 100,
    perform: { value: ({ imageId }) => imageId },
    batch: { size: 10, within: "300 millis", crowded: "300 millis", concurrency: 1 },
    commit: (work) =>
      Effect.sync(() => {
        batches.push(work.map(({ imageId }) => imageId))
        return { events: [], looks: [] }
      }),
    ...options
  }
  return { step: noting, batches }
}

const hint = (id: number) => JSON.stringify({ version: 1, image_id: id })

/** Runs the step on the messages; returns what is in its queue, and why what was set aside is. */
const afterwards = Effect.fnUntraced(function* (
  step: Step<Hint, ImageId, MessageBroker>,
  bodies: ReadonlyArray<string>
) {
  const broker = yield* MessageBroker
  const stop = yield* Deferred.make<void>()
  yield* broker.publish(bodies.map((body) => ({ queue, body })))
  const running = yield* Effect.forkChild(Stream.runDrain(run(step, stop)))
  const left = Effect.map(broker.statistics(queue), ({ ready, unsettled }) => ready + unsettled)
  yield* Effect.repeat(left, { until: (count) => count === 0, schedule: Schedule.spaced("10 millis") })
  yield* Deferred.succeed(stop, undefined)
  yield* Fiber.join(running)
  return { left: yield* left, aside: yield* broker.deadLetters(queue, 100) }
})

const memory = Layer.mergeAll(MemoryMessageBroker.layer, MemoryServiceSwitch.layer, Layer.mock(Inference, {}))

const asking = (ask: (id: number) => Effect.Effect<Performed<ImageId>>) => ({
  perform: { concurrency: 4, coalesces: true, ask: ({ message }: { message: Hint }) => ask(message.imageId) },
  commitSpan: "record"
})
const found = (id: number): Performed<ImageId> => ({
  commit: Option.some(id as ImageId),
  settlement: Settlement.Ack(),
  events: []
})

describe("a step", () => {
  it.live("commits what arrives together at once, in order", () =>
    Effect.gen(function* () {
      const { batches, step: noting } = step()
      assert.deepStrictEqual(yield* afterwards(noting, [1, 2, 3].map(hint)), { left: 0, aside: [] })
      assert.deepStrictEqual(batches, [[1, 2, 3]])
    }).pipe(Effect.provide(memory))
  )

  it.live("sets aside what is no message of its queue, and commits the rest", () =>
    Effect.gen(function* () {
      const { batches, step: noting } = step()
      const { aside, left } = yield* afterwards(noting, [hint(1), "no message", hint(2), '{"version":9}'])
      assert.strictEqual(left, 0)
      assert.deepStrictEqual(
        aside.map(({ body }) => body),
        ["no message", '{"version":9}']
      )
      assert.include(aside[0]!.reason, "not a message of this queue")
      assert.deepStrictEqual(batches, [[1, 2]])
    }).pipe(Effect.provide(memory))
  )

  for (const [problem, failure, reason] of [
    ["the store refuses", () => Effect.fail(new StoreRejected({ cause: "no" })), "The database refused the data"],
    ["cannot be derived", () => Effect.die(new RangeError("too deep")), "too deep"]
  ] as const) {
    it.live(`sets aside what ${problem}, and it costs no other message`, () =>
      Effect.gen(function* () {
        const committed: Array<number> = []
        const { step: failing } = step({
          commit: (work) =>
            work.some(({ imageId }) => imageId === 2)
              ? failure()
              : Effect.sync(() => {
                  committed.push(...work.map(({ imageId }) => imageId))
                  return { events: [], looks: [] }
                })
        })
        const { aside, left } = yield* afterwards(failing, [1, 2, 3].map(hint))
        assert.strictEqual(left, 0)
        assert.deepStrictEqual(
          aside.map(({ body }) => body),
          [hint(2)]
        )
        assert.include(aside[0]!.reason, reason)
        assert.deepStrictEqual(committed, [1, 3])
      }).pipe(Effect.provide(memory))
    )
  }

  it.live("does what it says instead of what the store refuses", () =>
    Effect.gen(function* () {
      const { step: refused } = step({
        commit: () => Effect.fail(new StoreRejected({ cause: "no" })),
        onRejected: () => Effect.succeed({ commit: Option.none(), settlement: Settlement.Ack(), events: [] })
      })
      assert.deepStrictEqual(yield* afterwards(refused, [hint(1)]), { left: 0, aside: [] })
    }).pipe(Effect.provide(memory))
  )

  it.live("sets aside a message that brings a mistake to light while it is asked about", () =>
    Effect.gen(function* () {
      const { batches, step: failing } = step(
        asking((id) => (id === 2 ? Effect.die(new Error("a mistake")) : Effect.succeed(found(id))))
      )
      const { aside, left } = yield* afterwards(failing, [1, 2, 3].map(hint))
      assert.strictEqual(left, 0)
      assert.deepStrictEqual(
        aside.map(({ body, reason }) => [body, reason]),
        [[hint(2), "cannot be handled: Error: a mistake"]]
      )
      assert.deepStrictEqual(batches, [[1, 3]])
    }).pipe(Effect.provide(memory))
  )

  it.live("settles a message only after its commit", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const unsettled: Array<number> = []
      const { step: looking } = step({
        commit: (work) =>
          Effect.as(
            Effect.orDie(Effect.map(broker.statistics(queue), (now) => unsettled.push(now.unsettled, work.length))),
            { events: [], looks: [] }
          )
      })
      yield* afterwards(looking, [1, 2].map(hint))
      assert.deepStrictEqual(unsettled, [2, 2])
    }).pipe(Effect.provide(memory))
  )

  it.live("has an image in hand once at a time, and messages about it that come together as one", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make(false)
      const asked: Array<string> = []
      const { batches, step: coalescing } = step({
        ...asking((id) =>
          Effect.gen(function* () {
            asked.push(`begin ${id}`)
            yield* gate.await
            asked.push(`end ${id}`)
            return found(id)
          })
        )
      })
      const broker = yield* MessageBroker
      const later = Effect.gen(function* () {
        yield* Effect.repeat(
          Effect.sync(() => asked.length),
          { until: (n) => n === 1, schedule: Schedule.spaced("10 millis") }
        )
        yield* broker.publish([{ queue, body: hint(7) }])
        yield* Effect.sleep("500 millis")
        yield* gate.open
      })
      yield* Effect.forkChild(later)
      assert.deepStrictEqual(yield* afterwards(coalescing, [7, 7, 7].map(hint)), { left: 0, aside: [] })
      assert.deepStrictEqual(asked, ["begin 7", "end 7", "begin 7", "end 7"])
      assert.deepStrictEqual(batches, [[7], [7]])
    }).pipe(Effect.provide(memory))
  )
})
