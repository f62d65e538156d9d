import { assert, describe, it } from "@effect/vitest"
import * as NodeNet from "node:net"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Logger, Schedule, Scope, Stream } from "effect"
import { Address } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import * as Topology from "../../../src/layers/rabbitmq/Topology.ts"
import { BrokerUnavailable, MessageBroker, Settlement, type Subscription } from "../../../src/services/MessageBroker.ts"
import * as RabbitQueues from "../../support/RabbitQueues.ts"
import * as TcpProxy from "../../support/TcpProxy.ts"

const { Ack, DeadLetter, Requeue } = Settlement

const queue = "work"

/** A broker behind a network that can fail, and a fresh prefix for its queues. */
const fixture = Effect.fnUntraced(function* (
  options: { readonly heartbeat?: Duration.Input; readonly isAway?: boolean } = {}
) {
  const direct = Context.get(yield* Layer.build(Layer.fresh(RabbitQueues.address)), Address)
  yield* Effect.addFinalizer(() => Effect.orDie(RabbitQueues.deleteQueues(direct, [queue])))
  const proxy = yield* TcpProxy.make(direct)
  if (options.isAway) yield* proxy.refuse
  const heartbeat = Duration.fromInputUnsafe(options.heartbeat ?? "10 seconds")
  const proxied = { ...direct, host: "127.0.0.1", port: proxy.port, heartbeat }
  const context = yield* Layer.build(
    Layer.fresh(RabbitMessageBroker.layer).pipe(
      Layer.provide(Layer.succeed(Address, proxied)),
      Layer.provide(Logger.layer([]))
    )
  )
  const names = Topology.namesOf(direct.queuePrefix, queue)
  const shared = Topology.sharedNames(direct.queuePrefix)
  return { broker: Context.get(context, MessageBroker), direct, proxy, names, shared }
})

/** What a flow does about a broker that is away. */
const persistently = Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 200 })

const read = (subscription: Subscription, count: number) =>
  subscription.deliveries.pipe(Stream.take(count), Stream.runCollect)

const send = (...bodies: ReadonlyArray<string>) => bodies.map((body) => ({ queue, body }))

/** The frame of a connection-level method without arguments other than these, as the server would send it. */
const connectionFrame = (method: number, args: Buffer) => {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, method]), args])
  const head = Buffer.alloc(7)
  head.writeUInt8(1, 0)
  head.writeUInt32BE(payload.length, 3)
  return Buffer.concat([head, payload, Buffer.from([0xce])])
}
const shortString = (text: string) => Buffer.from([text.length, ...Buffer.from(text)])
const connectionForced = connectionFrame(
  50,
  Buffer.concat([Buffer.from([320 >> 8, 320 & 255]), shortString("shutdown"), Buffer.alloc(4)])
)
const blocked = connectionFrame(60, shortString("low on memory"))
const unblocked = connectionFrame(61, Buffer.alloc(0))

describe("RabbitMessageBroker", { concurrent: true }, () => {
  for (const [fault, bytes] of [
    ["is cut", undefined],
    ["is closed by the server", connectionForced]
  ] as const) {
    it.live(`fails its deliveries when the connection ${fault}, and goes on when subscribed again`, () =>
      Effect.gen(function* () {
        const { broker, proxy } = yield* fixture()
        yield* broker.publish(send("a", "b", "c"))
        const error = yield* Effect.scoped(
          Effect.gen(function* () {
            const subscription = yield* broker.subscribe(queue, { prefetch: 3 })
            const [a, b] = yield* read(subscription, 2)
            yield* a!.settle(Ack())
            yield* Effect.sleep("50 millis")
            yield* bytes === undefined ? proxy.cut() : proxy.say(bytes)
            yield* Effect.sleep("100 millis")
            const lost = yield* Effect.flip(
              Stream.runForEach(subscription.deliveries, ({ body }) => Effect.die(`${body} is not ours any more`))
            )
            yield* b!.settle(DeadLetter({ reason: "late" }))
            return lost
          })
        )
        assert.instanceOf(error, BrokerUnavailable)
        const subscription = yield* persistently(broker.subscribe(queue, { prefetch: 3 }))
        const again = yield* read(subscription, 2)
        assert.deepStrictEqual(
          again.map(({ attempt, body, redelivered }) => [body, attempt, redelivered]),
          [
            ["b", 1, true],
            ["c", 1, true]
          ]
        )
        yield* persistently(broker.publish(send("d")))
        yield* Effect.forEach(again, (delivery) => delivery.settle(Ack()))
        assert.strictEqual((yield* read(subscription, 1))[0]!.body, "d")
        assert.strictEqual((yield* broker.statistics(queue)).dead, 0)
      })
    )
  }

  it.live("never lets a delivery of a lost channel settle one of a new channel", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      yield* broker.publish(send("a", "b"))
      const stale = yield* Effect.scoped(
        Effect.gen(function* () {
          const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
          const deliveries = yield* read(subscription, 2)
          yield* proxy.cut()
          yield* Effect.exit(Stream.runDrain(subscription.deliveries))
          return deliveries
        })
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const subscription = yield* persistently(broker.subscribe(queue, { prefetch: 2 }))
          yield* read(subscription, 2)
          yield* stale[0]!.settle(Ack())
          yield* stale[1]!.settle(DeadLetter({ reason: "late" }))
        })
      )
      const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
      assert.strictEqual((yield* read(subscription, 2)).length, 2)
      assert.strictEqual((yield* broker.statistics(queue)).dead, 0)
    })
  )

  it.live("loses nothing while connections break again and again", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      const count = 2000
      const missing = new Set(Array.from({ length: count }, (_, index) => String(index)))
      const isComplete = yield* Deferred.make<void>()
      const consumer = Effect.gen(function* () {
        const { deliveries } = yield* broker.subscribe(queue, { prefetch: 50 })
        yield* Stream.runForEach(deliveries, (delivery) =>
          delivery.settle(Ack()).pipe(
            Effect.andThen(() => {
              missing.delete(delivery.body)
              return missing.size === 0 ? Deferred.succeed(isComplete, undefined) : Effect.void
            })
          )
        )
      }).pipe(Effect.scoped, persistently)
      yield* Effect.forkScoped(consumer)
      yield* Effect.forkScoped(Effect.repeat(proxy.cut(), { schedule: Schedule.spaced("150 millis"), times: 8 }))
      for (let index = 0; index < count; index += 20) {
        const bodies = Array.from({ length: 20 }, (_, offset) => String(index + offset))
        yield* persistently(broker.publish(send(...bodies)))
        yield* Effect.sleep("10 millis")
      }
      yield* Deferred.await(isComplete)
      assert.strictEqual(missing.size, 0)
    })
  )

  it.live("starts while the broker is away and works once it is there", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture({ isAway: true })
      const publishing = yield* Effect.forkChild(broker.publish(send("a")), { startImmediately: true })
      yield* Effect.sleep("300 millis")
      assert.isUndefined(publishing.pollUnsafe())
      yield* proxy.accept
      yield* Fiber.join(publishing)
      assert.strictEqual(yield* broker.depth(queue), 1)
    })
  )

  it.live("notices a connection that has gone silent", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture({ heartbeat: "1 second" })
      const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
      yield* proxy.freeze
      const error = yield* Effect.flip(Stream.runDrain(subscription.deliveries))
      assert.instanceOf(error, BrokerUnavailable)
    })
  )

  it.live("keeps its connection during a handler that outlasts many heartbeats (B16)", () =>
    Effect.gen(function* () {
      const { broker } = yield* fixture({ heartbeat: "1 second" })
      yield* broker.publish(send("a"))
      const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
      const [delivery] = yield* read(subscription, 1)
      yield* Effect.sleep("4 seconds")
      yield* delivery!.settle(Requeue())
      assert.strictEqual((yield* read(subscription, 1))[0]!.body, "a")
    })
  )

  it.live("publishes nothing while the broker blocks it, and goes on afterwards", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      yield* broker.declare([queue])
      yield* proxy.say(blocked)
      yield* Effect.sleep("50 millis")
      const publishing = yield* Effect.forkChild(broker.publish(send("a")), { startImmediately: true })
      yield* Effect.sleep("200 millis")
      assert.isUndefined(publishing.pollUnsafe())
      assert.strictEqual(yield* broker.depth(queue), 0)
      yield* proxy.say(unblocked)
      yield* Fiber.join(publishing)
      assert.strictEqual(yield* broker.depth(queue), 1)
    })
  )

  it.live("forgets that a connection was blocked when it is lost", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      yield* broker.declare([queue])
      yield* proxy.say(blocked)
      yield* Effect.sleep("50 millis")
      yield* proxy.cut()
      yield* persistently(broker.publish(send("a")))
      assert.strictEqual(yield* persistently(broker.depth(queue)), 1)
    })
  )

  it.live("fails to publish when the connection is lost before the confirmation (B15)", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      yield* broker.publish(send("a"))
      yield* proxy.freeze
      const publishing = yield* Effect.forkChild(Effect.flip(broker.publish(send("b"))), { startImmediately: true })
      yield* Effect.sleep("100 millis")
      assert.isUndefined(publishing.pollUnsafe())
      yield* proxy.cut()
      assert.instanceOf(yield* Fiber.join(publishing), BrokerUnavailable)
    })
  )

  it.live("fails to publish when the connection is lost while its buffer is full", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      yield* broker.publish(send("a"))
      yield* proxy.freeze
      const bulk = Array.from({ length: 500 }, () => ({ queue, body: "b".repeat(20_000) }))
      const publishing = yield* Effect.forEach([1, 2, 3, 4], () => Effect.forkChild(Effect.flip(broker.publish(bulk))))
      yield* Effect.sleep("200 millis")
      yield* proxy.cut()
      for (const fiber of publishing) {
        assert.instanceOf(yield* Effect.timeout(Fiber.join(fiber), "10 seconds"), BrokerUnavailable)
      }
    })
  )

  it.live("leaves a subscription at once when its connection breaks while it is left", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      const scope = yield* Scope.make()
      const subscription = yield* Scope.provide(broker.subscribe(queue, { prefetch: 1 }), scope)
      yield* subscription.stop
      yield* proxy.freeze
      const leaving = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* Effect.sleep("100 millis")
      assert.isUndefined(leaving.pollUnsafe())
      yield* proxy.cut()
      yield* Effect.timeout(Fiber.join(leaving), "2 seconds")
    })
  )

  it.live("returns a message that could not be set aside", () =>
    Effect.gen(function* () {
      const { broker, direct, shared } = yield* fixture()
      const admin = yield* RabbitQueues.channel(direct)
      yield* broker.publish(send("a"))
      const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
      const [delivery] = yield* read(subscription, 1)
      const [retry] = shared.retries
      for (const name of [shared.dead, retry!]) yield* Effect.promise(() => admin.deleteQueue(name))
      yield* Effect.promise(() => admin.assertQueue(retry!))
      yield* Effect.provide(delivery!.settle(DeadLetter({ reason: "no" })), Logger.layer([]))
      const [again] = yield* read(subscription, 1)
      assert.deepStrictEqual([again!.body, again!.attempt, again!.redelivered], ["a", 1, true])
    })
  )

  it.live("keeps dead letters that could not be replayed", () =>
    Effect.gen(function* () {
      const { broker, direct, names } = yield* fixture()
      const admin = yield* RabbitQueues.channel(direct)
      yield* broker.publish(send("a"))
      const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
      const [delivery] = yield* read(subscription, 1)
      yield* delivery!.settle(DeadLetter({ reason: "no" }))
      const { bulk, express } = names
      for (const name of [bulk, express]) yield* Effect.promise(() => admin.deleteQueue(name))
      yield* Effect.promise(() => admin.assertQueue(express))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(broker.replay(queue, "all"))))
      yield* Effect.promise(() => admin.deleteQueue(express))
      const letters = yield* broker.deadLetters(queue, 1).pipe(
        Effect.filterOrFail(({ length }) => length > 0),
        persistently
      )
      assert.strictEqual(letters[0]!.body, "a")
    })
  )

  it.live("confirms a dead letter elsewhere before it is acked here, also across a lost connection", () =>
    Effect.gen(function* () {
      const { broker, proxy } = yield* fixture()
      yield* broker.publish(send("a"))
      const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
      const [delivery] = yield* read(subscription, 1)
      yield* proxy.cut(0)
      yield* Effect.sleep("20 millis")
      yield* delivery!.settle(DeadLetter({ reason: "no" }))
      assert.deepStrictEqual(yield* broker.statistics(queue), {
        ready: 0,
        unsettled: 0,
        delayed: 0,
        dead: 1,
        consumers: 1
      })
    })
  )

  it.live("fails its deliveries when the queue is deleted, and makes it again when subscribed again", () =>
    Effect.gen(function* () {
      const { broker, direct, names } = yield* fixture()
      const admin = yield* RabbitQueues.channel(direct)
      const lost = yield* Effect.scoped(
        Effect.gen(function* () {
          const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
          const ending = yield* Effect.forkChild(Effect.flip(Stream.runDrain(subscription.deliveries)), {
            startImmediately: true
          })
          yield* Effect.promise(() => admin.deleteQueue(names.bulk))
          return yield* Fiber.join(ending)
        })
      )
      assert.include(lost.message, "the queue is gone")
      const subscription = yield* broker.subscribe(queue, { prefetch: 1 })
      yield* broker.publish(send("a"))
      assert.strictEqual((yield* read(subscription, 1))[0]!.body, "a")
    })
  )

  it.live("makes a queue again that was deleted behind a publisher's back, and loses no message", () =>
    Effect.gen(function* () {
      const { broker, direct, names } = yield* fixture()
      const admin = yield* RabbitQueues.channel(direct)
      yield* broker.declare([queue])
      yield* Effect.promise(() => admin.deleteQueue(names.bulk))
      yield* broker.publish(send("a", "b"))
      const subscription = yield* broker.subscribe(queue, { prefetch: 2 })
      assert.deepStrictEqual(
        (yield* read(subscription, 2)).map(({ body }) => body),
        ["a", "b"]
      )
    })
  )

  it.live(
    "notices that it is delivered nothing any more, as when its queue is deleted and made again at once",
    () =>
      Effect.gen(function* () {
        const { broker, direct, names, shared } = yield* fixture()
        const admin = yield* RabbitQueues.channel(direct)
        yield* broker.declare([queue])
        const { properties } = Topology.declarations(names, shared).find(({ name }) => name === names.bulk)!
        const received = new Set<string>()
        yield* Effect.suspend(() => broker.subscribe(queue, { prefetch: 2 })).pipe(
          Effect.flatMap(({ deliveries }) =>
            Stream.runForEach(deliveries, ({ body, settle }) => {
              received.add(body)
              return settle(Ack())
            })
          ),
          Effect.scoped,
          Effect.retry(Schedule.spaced("50 millis")),
          Effect.forkScoped
        )
        const sendAndReceive = (bodies: ReadonlyArray<string>) =>
          Effect.gen(function* () {
            for (const body of bodies) admin.sendToQueue(names.bulk, Buffer.from(body))
            yield* Effect.promise(() => admin.waitForConfirms())
            yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => bodies.every((body) => received.has(body)) })
          })
        for (let round = 0; round < 2; round++) {
          yield* sendAndReceive(Array.from({ length: 8 }, (_, i) => `before ${round} ${i}`))
          yield* Effect.promise(async () => {
            const deletion = admin.deleteQueue(names.bulk)
            await Promise.all([deletion, admin.assertQueue(names.bulk, { durable: true, arguments: properties })])
          })
          yield* sendAndReceive(Array.from({ length: 8 }, (_, i) => `after ${round} ${i}`))
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.live("leaves nothing unread behind when a stream is interrupted with its scope", () =>
    Effect.gen(function* () {
      const { broker } = yield* fixture()
      yield* broker.publish(send("a", "b", "c"))
      const exit = yield* Effect.gen(function* () {
        const { deliveries } = yield* broker.subscribe(queue, { prefetch: 3 })
        yield* Stream.runForEach(deliveries, () => Effect.never)
      }).pipe(Effect.scoped, Effect.timeout("200 millis"), Effect.exit)
      assert.isTrue(Exit.isFailure(exit))
      const subscription = yield* broker.subscribe(queue, { prefetch: 3 })
      assert.deepStrictEqual(
        (yield* read(subscription, 3)).map(({ body }) => body),
        ["a", "b", "c"]
      )
    })
  )

  it.live(
    "says what is likely when the broker takes no more connections",
    () =>
      Effect.gen(function* () {
        const direct = yield* Address
        const port = yield* Effect.acquireRelease(
          Effect.callback<NodeNet.Server>((resume) => {
            const server = NodeNet.createServer(() => {}).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.sync(() => server.close())
        ).pipe(Effect.map((server) => (server.address() as NodeNet.AddressInfo).port))
        const context = yield* Layer.build(
          Layer.fresh(RabbitMessageBroker.layer).pipe(
            Layer.provide(Layer.succeed(Address, { ...direct, host: "127.0.0.1", port })),
            Layer.provide(Logger.layer([]))
          )
        )
        const error = yield* Effect.flip(Context.get(context, MessageBroker).depth(queue))
        assert.include(error.message, "no file handles left")
      }).pipe(Effect.scoped, Effect.provide(RabbitQueues.address)),
    60_000
  )
})
