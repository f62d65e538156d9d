import { assert, describe, layer as describeLayer } from "@effect/vitest"
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
import { serve } from "../../support/HttpServers.ts"
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

  it.effect("refuses to start where another program listens", () =>
    Effect.gen(function* () {
      const error = yield* failure({ host: "127.0.0.1", port: yield* serve((_, response) => response.end()) })
      assert.instanceOf(error, BrokerMisconfigured)
      assert.include(error.message, "answers in another protocol than AMQP 0-9-1. Correct QUEUE_HOST and QUEUE_PORT")
    })
  )

  it.effect("names a queue that exists with other properties, and the remedy", () =>
    Effect.gen(function* () {
      const { declare, publish } = yield* MessageBroker
      const address = yield* Address
      const { bulk } = Topology.namesOf(address.queuePrefix, "conflict")
      const admin = yield* RabbitQueues.channel(address)
      yield* Effect.promise(() => admin.assertQueue(bulk))
      const error = yield* Effect.flip(declare(["conflict"]))
      assert.instanceOf(error, BrokerMisconfigured)
      assert.include(error.message, `"${bulk}" exists with other properties`)
      assert.include(error.message, `rabbitmqctl delete_queue -p '${address.vhost}' '${bulk}'`)
      const defect = yield* publish([{ queue: "conflict", body: "a" }]).pipe(
        Effect.catchDefect((cause) => Effect.succeed(cause))
      )
      assert.instanceOf(defect, BrokerMisconfigured)
      yield* Effect.promise(() => admin.deleteQueue(bulk))
      yield* publish([{ queue: "conflict", body: "a" }])
    })
  )

  it.effect("sets a message aside whose consumers die with it, and says why", () =>
    Effect.gen(function* () {
      const { deadLetters, publish, replay, subscribe } = yield* MessageBroker
      const address = yield* Address
      const { bulk } = Topology.namesOf(address.queuePrefix, "poison")
      yield* publish([{ queue: "poison", body: "deadly", headers: { traceparent: "00-1" } }])
      const connection = yield* RabbitQueues.connect(address)
      yield* Effect.promise(async () => {
        for (let death = 0; death <= Topology.deliveryLimit; death++) {
          const consumer = await connection.createChannel()
          while ((await consumer.get(bulk)) === false) await new Promise((resolve) => setTimeout(resolve, 5))
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
      const { dead } = Topology.sharedNames(address.queuePrefix)
      const { bulk } = Topology.namesOf(address.queuePrefix, "many")
      yield* publish([{ queue: "many", body: "first" }])
      const admin = yield* RabbitQueues.channel(address)
      for (let index = 0; index < 600; index++) {
        admin.publish(dead, bulk, Buffer.from(String(index)), { persistent: true, messageId: String(index) })
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
      const waiting = yield* Effect.promise(() => admin.checkQueue(`${address.queuePrefix}windmill.retry.30s`))
      assert.strictEqual(waiting.messageCount, 1)
    })
  )

  it.effect("sets aside whatever others send, with any header and any body, and lists it", () =>
    Effect.gen(function* () {
      const { deadLetters, declare, publish, replay, subscribe } = yield* MessageBroker
      const address = yield* Address
      const { bulk } = Topology.namesOf(address.queuePrefix, "foreign")
      yield* declare(["foreign"])
      const admin = yield* RabbitQueues.channel(address)
      const table = { nested: { deeper: [1, "two", null, { three: 3.5 }] } }
      const hostile: ReadonlyArray<Record<string, unknown>> = [
        { table },
        { "x-windmill-attempt": table, "x-windmill-reason": table, traceparent: table, "x-windmill-published": table },
        { "x-windmill-reason": { toString: "x", valueOf: "y" }, "x-first-death-reason": { toString: "x" } },
        { "x-first-death-reason": "constructor", "x-delivery-count": table },
        { fake: { "!": "nothing", value: 1 } },
        { large: "x".repeat(65_000) },
        { ["__proto__"]: table, constructor: table, length: 7 },
        { number: Number.NaN }
      ]
      const bodies = hostile.map((_, i) => Buffer.concat([Buffer.from(`${i} `), Buffer.from([0xff, 0x00, 0xc3])]))
      yield* Effect.promise(async () => {
        for (const [i, headers] of hostile.entries()) {
          try {
            admin.sendToQueue(bulk, bodies[i]!, { persistent: true, headers })
          } catch {
            // This client does not send it either.
            admin.sendToQueue(bulk, bodies[i]!, { persistent: true })
          }
        }
        await admin.waitForConfirms()
      })
      const { deliveries } = yield* subscribe("foreign", { prefetch: 3 })
      const held = yield* deliveries.pipe(
        Stream.tap((delivery) => delivery.settle(DeadLetter({ reason: "not ours" }))),
        Stream.take(hostile.length),
        Stream.runCollect
      )
      assert.isTrue(held.every(({ attempt }) => attempt === 1))
      const letters = yield* deadLetters("foreign", 100)
      assert.deepStrictEqual(
        letters.map(({ body, reason }) => [body, reason]),
        bodies.map((body) => [body.toString(), "not ours"])
      )
      yield* publish([{ queue: "foreign", body: "ours" }])
      assert.strictEqual(yield* replay("foreign", "all"), hostile.length)
    })
  )

  describe("queues of an earlier version", () => {
    /** Makes what an earlier version would have. */
    const makeFormer = Effect.fnUntraced(function* (queue: string) {
      const address = yield* Address
      const admin = yield* RabbitQueues.channel(address)
      const { bulk } = Topology.namesOf(address.queuePrefix, queue)
      const to = (key: string) => ({
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": key,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish"
      })
      const names = [`${bulk}.dead`, bulk, ...["1s", "1h"].map((delay) => `${bulk}.retry.${delay}`)]
      yield* Effect.promise(async () => {
        await admin.assertQueue(names[0]!, {
          arguments: { "x-queue-type": "quorum", "x-delivery-limit": 1_000_000_000 }
        })
        await admin.assertQueue(bulk, { arguments: { ...to(`${bulk}.dead`), "x-delivery-limit": 50 } })
        await admin.assertQueue(names[2]!, { arguments: { ...to(bulk), "x-message-ttl": 1000 } })
        await admin.assertQueue(names[3]!, { arguments: { ...to(bulk), "x-message-ttl": 3_600_000 } })
      })
      const send = (name: string, body: string, headers: Record<string, unknown> = {}) =>
        Effect.promise(() => {
          admin.sendToQueue(name, Buffer.from(body), { persistent: true, messageId: body, headers })
          return admin.waitForConfirms()
        })
      return { bulk, names, send, address }
    })

    /** Which of the queues there are. */
    const existing = Effect.fnUntraced(function* (address: Address["Service"], names: ReadonlyArray<string>) {
      const connection = yield* RabbitQueues.connect(address)
      return yield* Effect.filter(names, (name) =>
        Effect.promise(async () => {
          const channel = await connection.createChannel()
          channel.on("error", () => {})
          return channel.checkQueue(name).then(
            () => true,
            () => false
          )
        })
      )
    }, Effect.scoped)

    it.effect("lose nothing, whether it waits, was delivered before, or was set aside", () =>
      Effect.gen(function* () {
        const { deadLetters, declare, publish, statistics, subscribe } = yield* MessageBroker
        const { address, bulk, names, send } = yield* makeFormer("former")
        const [dead, , soon, late] = names
        yield* send(bulk, "job", { traceparent: "00-1" })
        yield* send(soon!, "soon", { "x-windmill-attempt": 2 })
        yield* send(late!, "late", { "x-windmill-attempt": 3 })
        yield* send(dead!, "bad", { "x-windmill-reason": "no", "x-windmill-attempt": 2 })
        yield* declare(["former"])
        yield* publish([{ queue: "former", body: "new" }])
        const [letter] = yield* deadLetters("former", 5)
        assert.deepInclude(letter, { id: "bad", body: "bad", reason: "no", attempt: 2 })
        const { deliveries } = yield* subscribe("former", { prefetch: 5 })
        const read = yield* deliveries.pipe(
          Stream.tap(({ settle }) => settle(Ack())),
          Stream.take(3),
          Stream.runCollect
        )
        assert.deepStrictEqual(read.map(({ attempt, body }) => [body, attempt]).toSorted(), [
          ["job", 1],
          ["new", 1],
          ["soon", 2]
        ])
        assert.deepInclude(yield* statistics("former"), { ready: 0, dead: 1 })
        assert.deepStrictEqual(yield* existing(address, names), names, "all are used until they are empty")
      })
    )

    it.effect("are replaced when they are empty", () =>
      Effect.gen(function* () {
        const { declare, publish, subscribe } = yield* MessageBroker
        const { address, bulk, names } = yield* makeFormer("empty")
        yield* declare(["empty"])
        assert.deepStrictEqual(yield* existing(address, names), [bulk])
        yield* publish([{ queue: "empty", body: "a" }])
        const subscription = yield* subscribe("empty", { prefetch: 1 })
        const delivery = yield* readOne(subscription)
        yield* delivery.settle(Retry({ after: Duration.seconds(1) }))
        const again = yield* readOne(subscription)
        assert.strictEqual(again.attempt, 2)
      })
    )
  })
})
