import { assert, layer as describeLayer } from "@effect/vitest"
import { Duration, Effect, Exit, Layer, Redacted, Schedule, Stream } from "effect"
import { Address } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import * as Topology from "../../../src/layers/rabbitmq/Topology.ts"
import {
  BrokerMisconfigured,
  MessageBroker,
  Settlement,
  type Subscription
} from "../../../src/services/MessageBroker.ts"
import { contract } from "../../contracts/MessageBroker.ts"
import * as RabbitQueues from "../../support/RabbitQueues.ts"

const broker = Layer.provideMerge(RabbitQueues.broker, RabbitQueues.address)

contract({ name: "RabbitMessageBroker", layer: broker, isLive: true, pass: Effect.sleep })

const { Ack, DeadLetter, Requeue, Retry } = Settlement

const readOne = (subscription: Subscription) =>
  subscription.deliveries.pipe(
    Stream.take(1),
    Stream.runCollect,
    Effect.map(([delivery]) => delivery!)
  )

/** How a broker with another address fails to start. */
const failure = (change: Partial<Address["Service"]>) =>
  Effect.flatMap(Address, (address) =>
    Effect.flip(
      Effect.scoped(
        Layer.build(Layer.provide(RabbitMessageBroker.layer, Layer.succeed(Address, { ...address, ...change })))
      )
    )
  )

describeLayer(broker, { excludeTestServices: true })("RabbitMessageBroker", (it) => {
  it.effect("refuses to start with credentials that the broker refuses, and does not tell them", () =>
    Effect.gen(function* () {
      const error = yield* failure({ password: Redacted.make("wrong-secret") })
      assert.instanceOf(error, BrokerMisconfigured)
      assert.include(error.message, "refuses the login of user")
      assert.notInclude(error.message, "wrong-secret")
    })
  )

  it.effect("refuses to start in a virtual host that does not exist, and says how to make it", () =>
    Effect.gen(function* () {
      const error = yield* failure({ vhost: "no/such host" })
      assert.instanceOf(error, BrokerMisconfigured)
      assert.include(error.message, "rabbitmqctl add_vhost 'no/such host'")
    })
  )

  it.effect("names a queue that exists with other properties, and the remedy", () =>
    Effect.gen(function* () {
      const { declare, publish } = yield* MessageBroker
      const address = yield* Address
      const { work } = Topology.namesOf(address.queuePrefix, "conflict")
      const admin = yield* RabbitQueues.channel(address)
      yield* Effect.promise(() => admin.assertQueue(work))
      const error = yield* Effect.flip(declare(["conflict"]))
      assert.instanceOf(error, BrokerMisconfigured)
      assert.include(error.message, `"${work}" exists with other properties`)
      assert.include(error.message, `rabbitmqctl delete_queue -p '${address.vhost}' '${work}'`)
      const defect = yield* publish([{ queue: "conflict", body: "a" }]).pipe(
        Effect.catchDefect((cause) => Effect.succeed(cause))
      )
      assert.instanceOf(defect, BrokerMisconfigured)
      yield* Effect.promise(() => admin.deleteQueue(work))
      yield* publish([{ queue: "conflict", body: "a" }])
    })
  )

  it.effect("sets a message aside whose consumers die with it, and says why", () =>
    Effect.gen(function* () {
      const { deadLetters, publish, replay, subscribe } = yield* MessageBroker
      const address = yield* Address
      const { work } = Topology.namesOf(address.queuePrefix, "poison")
      yield* publish([{ queue: "poison", body: "deadly", headers: { traceparent: "00-1" } }])
      const connection = yield* RabbitQueues.connect(address)
      yield* Effect.promise(async () => {
        for (let death = 0; death <= Topology.deliveryLimit; death++) {
          const consumer = await connection.createChannel()
          while ((await consumer.get(work)) === false) await new Promise((resolve) => setTimeout(resolve, 5))
          await consumer.close()
        }
      })
      const listed = deadLetters("poison", 10).pipe(
        Effect.filterOrFail((letters) => letters.length > 0),
        Effect.retry(Schedule.spaced("20 millis"))
      )
      const [letter] = yield* listed
      assert.deepInclude(letter, { body: "deadly", headers: { traceparent: "00-1" }, attempt: 1 })
      assert.include(letter!.reason, "without settling it")
      assert.strictEqual(yield* replay("poison", [letter!.id]), 1)
      const subscription = yield* subscribe("poison", { prefetch: 1 })
      const again = yield* readOne(subscription)
      assert.deepStrictEqual([again.body, again.attempt, again.headers], ["deadly", 1, { traceparent: "00-1" }])
    })
  )

  for (const [way, settlement] of [
    ["requeued", Requeue()],
    ["returned with its scope", undefined]
  ] as const) {
    it.effect(`never sets a message aside because it was ${way}, however often`, () =>
      Effect.gen(function* () {
        const { publish, statistics, subscribe } = yield* MessageBroker
        const queue = settlement === undefined ? "left" : "requeued"
        yield* publish([{ queue, body: "a", headers: { traceparent: "00-1" } }])
        for (let time = 0; time < Topology.deliveryLimit + 10; time++) {
          yield* Effect.gen(function* () {
            const delivery = yield* readOne(yield* subscribe(queue, { prefetch: 1 }))
            if (settlement !== undefined) yield* delivery.settle(settlement)
          }).pipe(Effect.scoped)
        }
        const delivery = yield* readOne(yield* subscribe(queue, { prefetch: 1 }))
        assert.deepInclude(delivery, { body: "a", attempt: 1, headers: { traceparent: "00-1" } })
        assert.strictEqual((yield* statistics(queue)).dead, 0)
      })
    )
  }

  it.effect("lists dead letters more often than a message may be delivered", () =>
    Effect.gen(function* () {
      const { deadLetters, publish, subscribe } = yield* MessageBroker
      yield* publish(["a", "b"].map((body) => ({ queue: "listed", body })))
      const subscription = yield* subscribe("listed", { prefetch: 1 })
      for (let index = 0; index < 2; index++) {
        yield* Effect.flatMap(readOne(subscription), (delivery) => delivery.settle(DeadLetter({ reason: "no" })))
      }
      for (let time = 0; time < 2 * Topology.deliveryLimit; time++) {
        assert.deepStrictEqual(
          (yield* deadLetters("listed", 5)).map(({ body }) => body),
          ["a", "b"]
        )
      }
    })
  )

  it.effect("replays many dead letters, one by one or all", () =>
    Effect.gen(function* () {
      const { deadLetters, depth, drop, publish, replay } = yield* MessageBroker
      const address = yield* Address
      const { dead } = Topology.namesOf(address.queuePrefix, "many")
      yield* publish([{ queue: "many", body: "first" }])
      const admin = yield* RabbitQueues.channel(address)
      for (let index = 0; index < 600; index++) {
        admin.sendToQueue(dead, Buffer.from(String(index)), { persistent: true, messageId: String(index) })
      }
      yield* Effect.promise(() => admin.waitForConfirms())
      assert.strictEqual(yield* replay("many", ["3", "599"]), 2)
      assert.deepStrictEqual(
        (yield* deadLetters("many", 5)).map(({ body }) => body),
        ["0", "1", "2", "4", "5"]
      )
      assert.strictEqual(yield* replay("many", "all"), 598)
      assert.strictEqual(yield* depth("many"), 601)
      assert.strictEqual(yield* drop("many", "all"), 0)
    })
  )

  it.effect("replays what is there at the start, and not what fails again meanwhile", () =>
    Effect.gen(function* () {
      const { publish, replay, statistics, subscribe } = yield* MessageBroker
      const { deliveries } = yield* subscribe("hopeless", { prefetch: 50 })
      yield* deliveries.pipe(
        Stream.mapEffect((delivery) => delivery.settle(DeadLetter({ reason: "no" })), { concurrency: 50 }),
        Stream.runDrain,
        Effect.forkScoped
      )
      const count = 600
      yield* publish(Array.from({ length: count }, (_, index) => ({ queue: "hopeless", body: String(index) })))
      const isComplete = statistics("hopeless").pipe(
        Effect.filterOrFail(({ dead }) => dead === count),
        Effect.retry(Schedule.spaced("20 millis"))
      )
      yield* isComplete
      assert.strictEqual(yield* replay("hopeless", "all"), count)
      yield* isComplete
    })
  )

  it.effect("publishes and consumes more than fits into one batch, in order", () =>
    Effect.gen(function* () {
      const { publish, subscribe } = yield* MessageBroker
      const bodies = Array.from({ length: 5000 }, (_, index) => String(index))
      yield* publish(bodies.map((body) => ({ queue: "long", body })))
      const { deliveries } = yield* subscribe("long", { prefetch: 100 })
      const received = yield* deliveries.pipe(
        Stream.tap((delivery) => delivery.settle(Ack())),
        Stream.map(({ body }) => body),
        Stream.take(bodies.length),
        Stream.runCollect
      )
      assert.deepStrictEqual(received, bodies)
    })
  )

  it.effect("publishes more than fits into the connection's buffer", () =>
    Effect.gen(function* () {
      const { depth, publish } = yield* MessageBroker
      const bulk = Array.from({ length: 1000 }, () => ({ queue: "bulky", body: "a".repeat(5000) }))
      yield* Effect.all(
        Array.from({ length: 4 }, () => publish(bulk)),
        { concurrency: 4 }
      )
      assert.strictEqual(yield* depth("bulky"), 4000)
    })
  )

  it.effect("refuses headers that no message can carry, and goes on", () =>
    Effect.gen(function* () {
      const { depth, publish } = yield* MessageBroker
      const exit = yield* Effect.exit(publish([{ queue: "headers", body: "a", headers: { huge: "x".repeat(70_000) } }]))
      assert.isTrue(Exit.hasDies(exit))
      yield* publish([{ queue: "headers", body: "b" }])
      assert.strictEqual(yield* depth("headers"), 1)
    })
  )

  it.effect("rounds a delay up to the next one there is a queue for", () =>
    Effect.gen(function* () {
      const { publish, subscribe } = yield* MessageBroker
      const address = yield* Address
      yield* publish([{ queue: "delayed", body: "a" }])
      const subscription = yield* subscribe("delayed", { prefetch: 1 })
      const delivery = yield* readOne(subscription)
      yield* delivery.settle(Retry({ after: Duration.seconds(6) }))
      const admin = yield* RabbitQueues.channel(address)
      const waiting = yield* Effect.promise(() => admin.checkQueue(`${address.queuePrefix}delayed.retry.30s`))
      assert.strictEqual(waiting.messageCount, 1)
    })
  )
})
