import { assert, describe, it } from "@effect/vitest"
import { Brand, Deferred, Effect, Fiber, Latch, Layer, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ServiceId } from "../../../src/domain/Identifiers.ts"
import { type ServiceCatalog, standard } from "../../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import { consume } from "../../../src/programs/flows/Consume.ts"
import * as Heartbeat from "../../../src/programs/flows/Heartbeat.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import { type Beat, WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"

const step = Brand.nominal<ServiceId>()("ocr")
const queue = "queue_ocr"
const pause = ServiceSwitch.use((switches) => switches.pause({ step, by: "somebody", reason: "a reason" }))
const resume = ServiceSwitch.use((switches) => switches.resume(step))
const statistics = MessageBroker.use((broker) => broker.statistics(queue))
const publish = (...bodies: ReadonlyArray<string>) =>
  MessageBroker.use((broker) => broker.publish(bodies.map((body) => ({ queue, body }))))

/** A consumer in the background that notes what it handled; it waits at the gate with each delivery. */
const consumer = Effect.fnUntraced(function* (gate: Latch.Latch) {
  const stop = yield* Deferred.make<void>()
  const handled: Array<string> = []
  const running = yield* consume({ queue, step, prefetch: 2, stop }, (deliveries) =>
    Stream.mapEffect(deliveries, (delivery) =>
      Effect.gen(function* () {
        yield* gate.await
        yield* delivery.settle(Settlement.Ack())
        handled.push(delivery.body)
      })
    )
  ).pipe(Stream.runDrain, Effect.forkChild)
  return { handled, stop: Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running)) }
})

const memory = Layer.merge(MemoryMessageBroker.layer, MemoryServiceSwitch.layer)

describe("a step that is switched off", () => {
  it.effect("leaves its queue alone until it is switched on", () =>
    Effect.gen(function* () {
      yield* pause
      yield* publish("a", "b")
      const { handled, stop } = yield* consumer(yield* Latch.make(true))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(handled, [])
      assert.strictEqual((yield* statistics).ready, 2)
      yield* resume
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(handled, ["a", "b"])
      yield* stop
    }).pipe(Effect.provide(memory))
  )

  it.effect("finishes what it has in hand, gives the rest back, and goes on later", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make(false)
      const { handled, stop } = yield* consumer(gate)
      yield* publish("a", "b", "c")
      yield* TestClock.adjust("1 second")
      yield* pause
      yield* gate.open
      yield* TestClock.adjust("1 second")
      const before = handled.length
      assert.isBelow(before, 3)
      assert.deepStrictEqual(yield* statistics, { ready: 3 - before, unsettled: 0, delayed: 0, dead: 0, consumers: 0 })
      yield* resume
      yield* TestClock.adjust("1 second")
      assert.sameMembers(handled, ["a", "b", "c"])
      yield* stop
    }).pipe(Effect.provide(memory))
  )

  it.effect("stops when it is told to while it is off", () =>
    Effect.gen(function* () {
      yield* pause
      const { stop } = yield* consumer(yield* Latch.make(true))
      yield* TestClock.adjust("1 second")
      yield* stop
    }).pipe(Effect.provide(memory))
  )
})

describe("a heartbeat", () => {
  it.effect("goes on while there is nothing to do, and while one message takes long (B44)", () =>
    Effect.gen(function* () {
      let beats: Array<Beat["activities"][number]> = []
      const registry = Layer.mock(WorkerRegistry, {
        beat: ({ activities }) => Effect.sync(() => void beats.push(...activities)),
        leave: () => Effect.void
      })
      const heartbeat = Heartbeat.layer({ workerId: "w1", host: "h", version: "v" }).pipe(Layer.provide(registry))
      yield* Effect.gen(function* () {
        const gate = yield* Latch.make(false)
        const { stop } = yield* consumer(gate)
        yield* TestClock.adjust("1 minute")
        assert.isAtLeast(beats.length, 11)
        assert.deepStrictEqual(beats.at(-1), { step, inFlight: 0, handled: 0 })
        beats = []
        yield* publish("a")
        yield* TestClock.adjust("1 minute")
        assert.isAtLeast(beats.length, 11)
        assert.deepStrictEqual(beats.at(-1), { step, inFlight: 1, handled: 0 })
        yield* gate.open
        yield* stop
      }).pipe(Effect.provide(Layer.merge(memory, heartbeat)))
    })
  )

  it.effect("tells once of a program that works with another catalog, and names what differs (issue 12, A6)", () => {
    const said: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
    const beating = (workerId: string, catalog: ServiceCatalog) =>
      Layer.fresh(Heartbeat.layer({ workerId, host: "farm", version: "v" })).pipe(
        Layer.provide(Layer.succeed(Catalog, catalog))
      )
    const programs = Layer.mergeAll(
      beating("w1", standard),
      beating("w2", standard.slice(1)),
      beating("w3", standard)
    ).pipe(Layer.provideMerge(MemoryWorkerRegistry.layer))
    return TestClock.adjust("5 minutes").pipe(
      Effect.andThen(
        Effect.sync(() => {
          const remedy = "give all programs the same service_config.json, or each derives anew what others derived"
          assert.sameMembers(said, [
            ...["w1", "w3"].map(
              (other) => `${other} on farm works with another catalog. It knows blip besides: ${remedy}`
            ),
            ...[1, 2].map(() => `w2 on farm works with another catalog. It lacks blip: ${remedy}`)
          ])
        })
      ),
      Effect.provide(programs),
      Effect.provide(logger)
    )
  })

  it.effect("tells what is in hand and what was handled, and goodbye", () =>
    Effect.gen(function* () {
      const beats: Array<Beat> = []
      const left: Array<string> = []
      const registry = Layer.mock(WorkerRegistry, {
        beat: (beat) => Effect.sync(() => void beats.push(beat)),
        leave: (workerId) => Effect.sync(() => void left.push(workerId))
      })
      const heartbeat = Heartbeat.layer({ workerId: "w1", host: "h", version: "v" }).pipe(Layer.provide(registry))
      yield* Effect.gen(function* () {
        const gate = yield* Latch.make(false)
        const { stop } = yield* consumer(gate)
        yield* publish("a", "b", "c")
        yield* TestClock.adjust("6 seconds")
        assert.deepStrictEqual(beats.at(-1), {
          workerId: "w1",
          host: "h",
          version: "v",
          activities: [{ step, inFlight: 1, handled: 0 }]
        })
        yield* gate.open
        yield* TestClock.adjust("6 seconds")
        assert.deepStrictEqual(beats.at(-1)?.activities, [
          { step, inFlight: 0, handled: 3, lastProgress: new Date(6000) }
        ])
        yield* stop
        yield* TestClock.adjust("6 seconds")
        assert.deepStrictEqual(beats.at(-1)?.activities, [])
      }).pipe(Effect.provide(Layer.merge(memory, heartbeat)))
      assert.deepStrictEqual(left, ["w1"])
    })
  )
})
