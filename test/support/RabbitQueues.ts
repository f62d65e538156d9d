/** A real RabbitMQ for tests: queues under a prefix that nobody else uses, deleted afterwards. */
import * as NodeCrypto from "node:crypto"
import * as Amqp from "amqplib"
import { ConfigProvider, Context, Effect, Layer, Redacted } from "effect"
import { Address, addressFromEnvironment } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import * as Topology from "../../src/layers/rabbitmq/Topology.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"

/** The broker in `AMQP_URL`, or the one on this machine, with a fresh prefix. Fails when no broker answers there. */
export const address = Layer.effect(
  Address,
  Effect.gen(function* () {
    const found = yield* Address
    const queuePrefix = `test.${NodeCrypto.randomUUID().slice(0, 8)}.`
    const own = { ...found, queuePrefix }
    yield* connect(own)
    return own
  }).pipe(Effect.scoped)
).pipe(
  Layer.provide(addressFromEnvironment),
  Layer.provide(
    ConfigProvider.layer(
      ConfigProvider.fromEnv({ env: { AMQP_URL: "amqp://guest:guest@127.0.0.1:5672", ...process.env } })
    )
  )
)

/** A connection of its own, for what a test does behind the back of the broker under test. */
export const connect = (to: Address["Service"]) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        const { host, password, port, tls, username, vhost } = to
        const login = { username, password: Redacted.value(password), vhost: encodeURIComponent(vhost) }
        const protocol = tls === undefined ? "amqp" : "amqps"
        const connection = await Amqp.connect({ protocol, hostname: host, port, ...login }, { ...tls, timeout: 20_000 })
        connection.on("error", () => {})
        return connection
      },
      catch: (cause) =>
        new Error(
          `No RabbitMQ for the tests at ${to.host}:${to.port} (${String(cause)}). Start one, for example with: docker compose up -d rabbitmq. Or set AMQP_URL.`
        )
    }),
    (connection) => Effect.promise(() => connection.close().catch(() => {}))
  )

/** A channel of its own, closed with the scope. */
export const channel = (at: Address["Service"]) =>
  Effect.flatMap(connect(at), (connection) => Effect.promise(() => connection.createConfirmChannel()))

/** Deletes these queues of the program, and all that is there for the installation. */
export const deleteQueues = Effect.fnUntraced(function* (at: Address["Service"], queues: Iterable<string>) {
  const admin = yield* channel(at)
  const { dead, home, retries } = Topology.sharedNames(at.queuePrefix)
  const names = [...queues].flatMap((queue) => {
    const { bulk, express } = Topology.namesOf(at.queuePrefix, queue)
    return [bulk, express]
  })
  for (const name of [...names, dead, ...retries]) yield* Effect.promise(() => admin.deleteQueue(name))
  for (const name of [dead, home, ...retries]) yield* Effect.promise(() => admin.deleteExchange(name))
}, Effect.scoped)

/** `RabbitMessageBroker` that leaves nothing behind. */
export const broker = Layer.effect(
  MessageBroker,
  Effect.gen(function* () {
    const own = yield* Address
    const used = new Set<string>()
    yield* Effect.addFinalizer(() => Effect.orDie(deleteQueues(own, used)))
    const inner = Context.get(yield* Layer.build(RabbitMessageBroker.layer), MessageBroker)
    return MessageBroker.of({
      ...inner,
      declare: (queues) => {
        for (const queue of queues) used.add(queue)
        return inner.declare(queues)
      },
      publish: (messages) => {
        for (const { queue } of messages) used.add(queue)
        return inner.publish(messages)
      },
      subscribe: (queue, options) => {
        used.add(queue)
        return inner.subscribe(queue, options)
      }
    })
  })
)
