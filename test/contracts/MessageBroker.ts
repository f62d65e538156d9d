/** What every message broker promises. */
import { assert, layer as describeLayer } from "@effect/vitest"
import { Duration, Effect, Equal, Exit, Fiber, type Layer, Stream } from "effect"
import * as Messages from "../../src/domain/Messages.ts"
import {
  type Delivery,
  MessageBroker,
  type OutgoingMessage,
  Settlement,
  type Subscription
} from "../../src/services/MessageBroker.ts"

/** A broker to be tested. */
export interface Subject {
  readonly name: string
  readonly layer: Layer.Layer<MessageBroker, unknown>
  /** Whether the broker's time is real; otherwise `pass` moves its clock. */
  readonly isLive: boolean
  /** Lets time pass for the broker. */
  readonly pass: (time: Duration.Input) => Effect.Effect<void>
}

const { Ack, DeadLetter, Requeue, Retry, Wait } = Settlement

/** Messages with these bodies for one queue. */
const messages = (queue: string, ...bodies: ReadonlyArray<string>): ReadonlyArray<OutgoingMessage> =>
  bodies.map((body) => ({ queue, body }))

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index))

const ascending = (left: number, right: number) => left - right

const bodies = (deliveries: ReadonlyArray<Delivery>) => deliveries.map(({ body }) => body)

/** Reads the next deliveries and leaves them unsettled. */
const read = (subscription: Subscription, count: number) =>
  subscription.deliveries.pipe(Stream.take(count), Stream.runCollect)

const readOne = (subscription: Subscription) => Effect.map(read(subscription, 1), ([delivery]) => delivery!)

const settleAll = (deliveries: ReadonlyArray<Delivery>, settlement: Settlement) =>
  Effect.forEach(deliveries, (delivery) => delivery.settle(settlement), { discard: true })

/** Everything that is in the queue, in order, without taking it out. */
const peek = Effect.fnUntraced(function* (queue: string, count: number) {
  const broker = yield* MessageBroker
  const subscription = yield* broker.subscribe(queue, { prefetch: count })
  return yield* read(subscription, count)
}, Effect.scoped)

let queues = 0

/** A queue that no other test uses. */
const freshQueue = Effect.sync(() => `contract_${++queues}`)

export const contract = ({ isLive, layer, name, pass }: Subject) => {
  /** Waits until a count that the broker reports with delay is what it should be. */
  const eventually = <E>(actual: Effect.Effect<unknown, E>, expected: unknown) =>
    Effect.gen(function* () {
      for (let attempt = 0; attempt < 100; attempt++) {
        if (Equal.equals(yield* actual, expected)) return
        yield* pass("50 millis")
      }
      assert.deepStrictEqual(yield* actual, expected)
    })

  describeLayer(layer, { excludeTestServices: isLive })(`${name} keeps the MessageBroker contract`, (it) => {
    it.effect("delivers in the order of publication", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, "a", "b"))
        yield* broker.publish(messages(queue, "c"))
        const subscription = yield* broker.subscribe(queue, { prefetch: 10 })
        assert.deepStrictEqual(bodies(yield* read(subscription, 3)), ["a", "b", "c"])
      })
    )

    it.effect("delivers to a consumer that was there before the message", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
        const reading = yield* Effect.forkChild(readOne(subscription), { startImmediately: true })
        yield* broker.publish(messages(queue, "late"))
        assert.strictEqual((yield* Fiber.join(reading)).body, "late")
      })
    )

    it.effect("publishes to several queues at once", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const [left, right] = [yield* freshQueue, yield* freshQueue]
        yield* broker.publish([...messages(left, "1"), ...messages(right, "2"), ...messages(left, "3")])
        assert.deepStrictEqual(bodies(yield* peek(left, 2)), ["1", "3"])
        assert.deepStrictEqual(bodies(yield* peek(right, 1)), ["2"])
      })
    )

    it.effect("publishes nothing without complaint", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        yield* broker.publish([])
      })
    )

    it.effect("carries bodies and headers unchanged, also large and non-ASCII ones", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const headers = {
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "x-note": "日本語 🐘"
        }
        const sent = ["", "👩‍👩‍👧 \u0000 \n\t\\ é", "🐘".repeat(Messages.longest / 2)]
        yield* broker.publish(sent.map((body) => ({ queue, body, headers })))
        const deliveries = yield* peek(queue, sent.length)
        assert.deepStrictEqual(bodies(deliveries), sent)
        for (const delivery of deliveries) {
          assert.deepStrictEqual(delivery.headers, headers)
          assert.deepStrictEqual([delivery.queue, delivery.attempt, delivery.redelivered], [queue, 1, false])
        }
      })
    )

    it.effect("never lets a consumer hold more than prefetch", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, ...numbered(5)))
        const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
        const [first] = yield* read(subscription, 2)
        const third = yield* Effect.forkChild(readOne(subscription), { startImmediately: true })
        yield* pass("100 millis")
        assert.isUndefined(third.pollUnsafe())
        yield* first!.settle(Ack())
        assert.strictEqual((yield* Fiber.join(third)).body, "2")
      })
    )

    it.effect("forgets what was acked", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, "a", "b", "c"))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const subscription = yield* broker.subscribe(queue, { prefetch: 3 })
            const [, second] = yield* read(subscription, 3)
            yield* second!.settle(Ack())
          })
        )
        assert.deepStrictEqual(bodies(yield* peek(queue, 2)), ["a", "c"])
      })
    )

    it.effect("gives a requeued message out again before new ones, without counting an attempt", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, "a", "b"))
        const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
        yield* (yield* readOne(subscription)).settle(Requeue())
        const again = yield* readOne(subscription)
        assert.deepStrictEqual([again.body, again.attempt, again.redelivered], ["a", 1, true])
      })
    )

    it.effect("gives a message out again after its delay, with the attempt counted and headers kept", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }
        yield* broker.publish([{ queue, body: "a", headers }, ...messages(queue, "b")])
        const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
        yield* (yield* readOne(subscription)).settle(Retry({ after: Duration.seconds(1) }))
        const other = yield* readOne(subscription)
        assert.strictEqual(other.body, "b")
        yield* other.settle(Ack())
        yield* eventually(
          Effect.map(broker.statistics(queue), ({ delayed, ready, unsettled }) => [delayed, ready, unsettled]),
          [1, 0, 0]
        )
        const reading = yield* Effect.forkChild(readOne(subscription), { startImmediately: true })
        yield* pass("500 millis")
        assert.isUndefined(reading.pollUnsafe())
        yield* pass("500 millis")
        const again = yield* Fiber.join(reading)
        assert.deepStrictEqual([again.body, again.attempt, again.redelivered], ["a", 2, false])
        assert.deepStrictEqual(again.headers, headers)
      })
    )

    it.effect("counts every retry, also those without delay, and no requeue or wait", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, "a"))
        const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
        const attempts: Array<number> = []
        for (const settlement of [
          Retry({ after: Duration.zero }),
          Requeue(),
          Wait({ after: Duration.zero }),
          Retry({ after: Duration.zero }),
          Ack()
        ]) {
          const delivery = yield* readOne(subscription)
          attempts.push(delivery.attempt)
          yield* delivery.settle(settlement)
        }
        assert.deepStrictEqual(attempts, [1, 2, 2, 2, 3])
      })
    )

    it.effect("keeps the lanes of a queue apart, also across retries and dead letters", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish([...messages(queue, "a", "b"), { queue, lane: "express", body: "now" }])
        const express = yield* broker.subscribe(queue, { prefetch: 1, lane: "express" })
        const attempts: Array<unknown> = []
        for (const settlement of [Retry({ after: Duration.seconds(1) }), Requeue(), DeadLetter({ reason: "no" })]) {
          const reading = yield* Effect.forkChild(readOne(express), { startImmediately: true })
          yield* pass("1 second")
          const delivery = yield* Fiber.join(reading)
          attempts.push([delivery.lane, delivery.body, delivery.attempt])
          yield* delivery.settle(settlement)
        }
        assert.deepStrictEqual(attempts, [
          ["express", "now", 1],
          ["express", "now", 2],
          ["express", "now", 2]
        ])
        yield* eventually(
          Effect.map(broker.statistics(queue), ({ dead, ready }) => [ready, dead]),
          [2, 1]
        )
        assert.strictEqual(yield* broker.replay(queue, "all"), 1)
        assert.strictEqual((yield* readOne(express)).body, "now")
        assert.deepStrictEqual(bodies(yield* peek(queue, 2)), ["a", "b"])
      })
    )

    it.effect("counts and lists only the dead letters of the queue that is asked about", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const [left, right] = [yield* freshQueue, yield* freshQueue]
        yield* broker.publish([...messages(left, "1", "2"), ...messages(right, "3")])
        for (const [queue, count] of [
          [left, 2],
          [right, 1]
        ] as const) {
          const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
          yield* settleAll(yield* read(subscription, count), DeadLetter({ reason: "no" }))
        }
        yield* eventually(
          Effect.map(broker.statistics(left), ({ dead }) => dead),
          2
        )
        assert.strictEqual((yield* broker.statistics(right)).dead, 1)
        assert.deepStrictEqual(
          (yield* broker.deadLetters(right, 5)).map(({ body }) => body),
          ["3"]
        )
        assert.strictEqual(yield* broker.drop(right, "all"), 1)
        assert.deepStrictEqual(
          (yield* broker.deadLetters(left, 5)).map(({ body }) => body),
          ["1", "2"]
        )
      })
    )

    it.effect("sets dead letters aside with their reason and lists them as often as asked", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }
        yield* broker.publish(["a", "b", "c"].map((body) => ({ queue, body, headers })))
        const subscription = yield* broker.subscribe(queue, { prefetch: 3 })
        for (const delivery of yield* read(subscription, 3)) {
          yield* delivery.settle(DeadLetter({ reason: `unreadable ${delivery.body} 🐘` }))
        }
        yield* eventually(
          Effect.map(broker.statistics(queue), ({ dead }) => dead),
          3
        )
        for (let listing = 0; listing < 3; listing++) {
          const letters = yield* broker.deadLetters(queue, 2)
          assert.deepStrictEqual(
            letters.map((letter) => [letter.queue, letter.body, letter.reason, letter.attempt]),
            [
              [queue, "a", "unreadable a 🐘", 1],
              [queue, "b", "unreadable b 🐘", 1]
            ]
          )
          for (const letter of letters) assert.deepStrictEqual(letter.headers, headers)
        }
        assert.strictEqual(yield* broker.depth(queue), 0)
      })
    )

    it.effect("replays the dead letters that are chosen, as first attempts", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const headers = { tracestate: "a=1" }
        yield* broker.publish(["a", "b", "c"].map((body) => ({ queue, body, headers })))
        const subscription = yield* broker.subscribe(queue, { prefetch: 3 })
        yield* settleAll(yield* read(subscription, 3), Retry({ after: Duration.zero }))
        yield* settleAll(yield* read(subscription, 3), DeadLetter({ reason: "no" }))
        const [, second] = yield* broker.deadLetters(queue, 3)
        assert.strictEqual(second!.attempt, 2)
        assert.strictEqual(yield* broker.replay(queue, [second!.id, "unknown"]), 1)
        const [replayed] = yield* read(subscription, 1)
        assert.deepStrictEqual([replayed!.body, replayed!.attempt], [second!.body, 1])
        assert.deepStrictEqual(replayed!.headers, headers)
        yield* replayed!.settle(Ack())
        assert.strictEqual(yield* broker.replay(queue, "all"), 2)
        assert.deepStrictEqual(bodies(yield* read(subscription, 2)), ["a", "c"])
        assert.deepStrictEqual(yield* broker.deadLetters(queue, 3), [])
      })
    )

    it.effect("drops the dead letters that are chosen", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, "a", "b", "c"))
        const subscription = yield* broker.subscribe(queue, { prefetch: 3 })
        yield* settleAll(yield* read(subscription, 3), DeadLetter({ reason: "no" }))
        const [first] = yield* broker.deadLetters(queue, 1)
        assert.strictEqual(yield* broker.drop(queue, [first!.id]), 1)
        assert.deepStrictEqual(
          (yield* broker.deadLetters(queue, 3)).map(({ body }) => body),
          ["b", "c"]
        )
        assert.strictEqual(yield* broker.drop(queue, "all"), 2)
        assert.deepStrictEqual(yield* broker.deadLetters(queue, 3), [])
        assert.strictEqual(yield* broker.drop(queue, "all"), 0)
      })
    )

    it.effect("settles a delivery once, whatever is said about it later", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, "a", "b"))
        const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
        const [first, second] = yield* read(subscription, 2)
        yield* first!.settle(Ack())
        for (const settlement of [Ack(), Requeue(), Retry({ after: Duration.zero }), DeadLetter({ reason: "no" })]) {
          yield* first!.settle(settlement)
        }
        yield* second!.settle(Requeue())
        assert.strictEqual((yield* readOne(subscription)).body, "b")
        yield* eventually(broker.statistics(queue), { ready: 0, unsettled: 1, delayed: 0, dead: 0, consumers: 1 })
      })
    )

    it.effect("shares a queue between consumers without delivering twice", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const received: Array<Array<string>> = [[], []]
        const consume = Effect.fnUntraced(function* (index: number) {
          const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
          return yield* subscription.deliveries.pipe(
            Stream.runForEach((delivery) => {
              received[index]!.push(delivery.body)
              return Effect.andThen(Effect.yieldNow, delivery.settle(Ack()))
            }),
            Effect.forkChild({ startImmediately: true }),
            Effect.as(subscription)
          )
        })
        const subscriptions = [yield* consume(0), yield* consume(1)]
        yield* broker.publish(messages(queue, ...numbered(100)))
        yield* eventually(broker.depth(queue), 0)
        yield* Effect.forEach(subscriptions, ({ stop }) => stop)
        assert.deepStrictEqual(received.flat().map(Number).sort(ascending).map(String), numbered(100))
        for (const share of received) assert.isAbove(share.length, 20)
      })
    )

    it.effect("stops without losing or repeating anything: read messages can be settled, unread ones go back", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        yield* broker.publish(messages(queue, ...numbered(10)))
        const subscription = yield* broker.subscribe(queue, { prefetch: 6 })
        const [first, second] = yield* read(subscription, 2)
        yield* first!.settle(Ack())
        yield* subscription.stop
        yield* subscription.stop
        assert.deepStrictEqual(yield* Stream.runCollect(subscription.deliveries), [])
        yield* second!.settle(Ack())
        const rest = bodies(yield* peek(queue, 8))
        assert.deepStrictEqual(rest.map(Number).sort(ascending), [2, 3, 4, 5, 6, 7, 8, 9])
        yield* eventually(broker.depth(queue), 8)
      })
    )

    it.effect("ends a stream that waits when its subscription stops", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
        const reading = yield* Effect.forkChild(Stream.runCollect(subscription.deliveries), { startImmediately: true })
        yield* subscription.stop
        assert.deepStrictEqual(yield* Fiber.join(reading), [])
      })
    )

    it.effect(
      "returns what is unsettled when the scope is left, oldest first, and ignores what is said about it later",
      () =>
        Effect.gen(function* () {
          const broker = yield* MessageBroker
          const queue = yield* freshQueue
          yield* broker.publish(messages(queue, ...numbered(60)))
          const held = yield* Effect.scoped(
            Effect.flatMap(broker.subscribe(queue, { prefetch: 55 }), (subscription) => read(subscription, 50))
          )
          yield* settleAll(held.slice(0, 25), Ack())
          yield* settleAll(held.slice(25), Requeue())
          const again = yield* peek(queue, 60)
          assert.deepStrictEqual(bodies(again), numbered(60))
          assert.deepStrictEqual(
            again.map(({ attempt, redelivered }, index) => [attempt, redelivered || index >= 50]),
            again.map(() => [1, true])
          )
          yield* eventually(broker.depth(queue), 60)
        })
    )

    it.effect("loses nothing when a read is interrupted", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const subscription = yield* broker.subscribe(queue, { prefetch: 20 })
        const received: Array<string> = []
        for (const body of numbered(20)) {
          const reading = yield* Effect.forkChild(readOne(subscription), { startImmediately: true })
          yield* broker.publish(messages(queue, body))
          yield* Fiber.interrupt(reading)
          const exit = yield* Fiber.await(reading)
          if (Exit.isSuccess(exit)) received.push(exit.value.body)
        }
        yield* subscription.stop
        const rest = yield* peek(queue, 20 - received.length)
        assert.deepStrictEqual([...received, ...bodies(rest)].map(Number).sort(ascending).map(String), numbered(20))
      })
    )

    it.effect("counts ready, unsettled, delayed and dead messages", () =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const queue = yield* freshQueue
        const nothing = { ready: 0, unsettled: 0, delayed: 0, dead: 0, consumers: 0 }
        assert.deepStrictEqual(yield* broker.statistics(queue), nothing)
        assert.strictEqual(yield* broker.depth(queue), 0)
        assert.strictEqual(yield* broker.ready(queue), 0)
        yield* broker.declare([queue])
        yield* broker.declare([queue])
        yield* broker.publish(messages(queue, ...numbered(6)))
        const subscription = yield* broker.subscribe(queue, { prefetch: 4 })
        const [first, second, third, fourth] = yield* read(subscription, 4)
        yield* first!.settle(DeadLetter({ reason: "no" }))
        yield* second!.settle(Retry({ after: Duration.hours(1) }))
        yield* third!.settle(Ack())
        yield* subscription.stop
        const left = { ...nothing, ready: 2, delayed: 1, dead: 1 }
        yield* eventually(broker.statistics(queue), { ...left, unsettled: 1, consumers: 1 })
        yield* eventually(broker.depth(queue), 4)
        yield* eventually(broker.ready(queue), 2)
        yield* fourth!.settle(Ack())
        yield* eventually(broker.statistics(queue), left)
        yield* eventually(broker.depth(queue), 3)
      })
    )
  })
}
