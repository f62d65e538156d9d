/**
 * What is in RabbitMQ behind the queues of the program: two queues for each, and seven for the whole installation.
 *
 * ```
 * queue_blip            quorum; what many wait for
 * queue_blip.express    quorum; what a person waits for
 * windmill.retry.30s    quorum, one for each delay, behind an exchange of its name: a message waits there and expires
 * windmill.dead         quorum, behind an exchange of its name; kept until it is replayed or dropped
 * windmill.home         an exchange: brings what expired back to the queue that its routing key names
 * ```
 *
 * The routing key of a message is the queue it belongs to, wherever it is. A message expires only at the head of its queue,
 * hence one queue per delay. What comes home when its queue is gone is set aside; if it stayed, it would hold up all others
 * that expire. So is what is delivered too often without a settlement. Every step a message takes inside the broker is
 * confirmed (`at-least-once`). Properties of a queue cannot be changed; `FormerQueues.ts` says what becomes of those that an
 * earlier version made.
 */
import type * as Amqp from "amqplib"
import { Duration, Effect, Semaphore } from "effect"
import { BrokerMisconfigured, type BrokerUnavailable, delays, type Lane, waitOf } from "../../services/MessageBroker.ts"
import type { Address } from "./RabbitAddress.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import * as FormerQueues from "./FormerQueues.ts"
import * as Request from "./Request.ts"

/**
 * Deliveries after which the broker gives a message up that takes its consumers down again and again. A last resort: it also
 * counts returns for other reasons, so it is well above what a message may live through.
 */
export const deliveryLimit = 50

/** Where a message is published: the exchange, and the queue it belongs to. */
export interface Destination {
  readonly exchange: string
  readonly routingKey: string
}

/** The names in RabbitMQ behind a queue. */
export interface Names extends Readonly<Record<Lane, string>> {
  /** Where a message of the lane waits at least that long, as far as there is such a place. */
  readonly after: (lane: Lane, delay: Duration.Duration) => Destination
}

/** The names in RabbitMQ for the whole installation. */
export interface Shared {
  readonly dead: string
  /** Exists while `dead` is being listed, and belongs to that connection. */
  readonly look: string
  readonly home: string
  readonly retries: ReadonlyArray<string>
}

export const lanes: ReadonlyArray<Lane> = ["bulk", "express"]

export const sharedNames = (prefix: string): Shared => ({
  dead: `${prefix}windmill.dead`,
  look: `${prefix}windmill.dead.look`,
  home: `${prefix}windmill.home`,
  retries: delays.map((delay) => retryName(prefix, delay))
})

export const namesOf = (prefix: string, queue: string): Names => {
  const names = { bulk: `${prefix}${queue}`, express: `${prefix}${queue}.express` }
  return {
    ...names,
    after: (lane, delay) => ({
      exchange: Duration.isZero(delay) ? "" : retryName(prefix, waitOf(delay)),
      routingKey: names[lane]
    })
  }
}

/** `windmill.retry.2m` */
const retryName = (prefix: string, delay: Duration.Duration) => {
  const seconds = Duration.toSeconds(delay)
  const [count, unit] = seconds < 60 ? [seconds, "s"] : seconds < 3600 ? [seconds / 60, "m"] : [seconds / 3600, "h"]
  return `${prefix}windmill.retry.${count}${unit}`
}

/** Makes the queues that are needed. */
export interface Topology {
  readonly names: (queue: string) => Names
  readonly shared: Shared
  /** Makes sure that the queues exist with these properties. Asks the broker once for each, and again after a lost connection. */
  readonly ensure: (queues: ReadonlyArray<string>) => Effect.Effect<void, BrokerUnavailable | BrokerMisconfigured>
  /** Forgets that a queue exists, because it does not. It is made again only when its deletion has been heard of. */
  readonly forget: (queue: string) => void
  /** Forgets what exists for all queues, because some of it does not. */
  readonly forgetShared: () => void
}

export const make = (address: Address["Service"], connection: Connection): Topology => {
  const prefix = address.queuePrefix
  const shared = sharedNames(prefix)
  const declared = new Set<string>()
  const deleted = new Set<string>()
  const oneAtATime = Semaphore.makeUnsafe(1)
  const known = new Map<string, Names>()
  let isSharedDeclared = false
  let session = connection.session()

  const names = (queue: string) => {
    let found = known.get(queue)
    if (found === undefined) known.set(queue, (found = namesOf(prefix, queue)))
    return found
  }

  /** A broker that was away may have come back with nothing. */
  const forgetLost = () => {
    if (session === connection.session()) return
    session = connection.session()
    declared.clear()
    isSharedDeclared = false
  }

  const request = (queue: string, name: string, ask: () => PromiseLike<unknown>) =>
    Effect.mapError(
      Request.send(queue, async () => ask()),
      (error) => refusal(address, name, error) ?? error
    )

  const declare = Effect.fnUntraced(function* (channel: Amqp.Channel, queue: string, declaration: Declaration) {
    const { exchange, name, properties } = declaration
    yield* request(queue, name, () => channel.assertQueue(name, { durable: true, arguments: properties }))
    yield* request(queue, name, () => channel.bindQueue(name, exchange, name))
  })

  const declareShared = Effect.fnUntraced(function* (queue: string) {
    if (isSharedDeclared) return
    const channel = yield* Channel.scoped(connection, queue)
    for (const { name, properties, type } of exchanges(shared)) {
      yield* request(queue, name, () => channel.assertExchange(name, type, { durable: true, arguments: properties }))
    }
    for (const declaration of sharedDeclarations(shared)) yield* declare(channel, queue, declaration)
    isSharedDeclared = true
  }, Effect.scoped)

  const declareQueue = Effect.fnUntraced(function* (queue: string) {
    if (declared.has(queue)) return
    for (const declaration of declarations(names(queue), shared)) {
      yield* withChannel(queue, declaration).pipe(
        Effect.catchTag("BrokerMisconfigured", (misconfigured) => replaceFormer(queue, declaration, misconfigured))
      )
    }
    declared.add(queue)
    deleted.delete(queue)
  })

  const withChannel = (queue: string, declaration: Declaration) =>
    Effect.flatMap(Channel.scoped(connection, queue), (channel) => declare(channel, queue, declaration)).pipe(
      Effect.scoped
    )

  /** A queue with other properties may be one that an earlier version made. */
  const replaceFormer = Effect.fnUntraced(function* (
    queue: string,
    declaration: Declaration,
    misconfigured: BrokerMisconfigured
  ) {
    const { exchange, name } = declaration
    const former = yield* FormerQueues.leave(connection, queue, { name, dead: shared.dead })
    if (former === undefined) return yield* misconfigured
    if (former === "gone") return yield* withChannel(queue, declaration)
    const channel = yield* Channel.scoped(connection, queue)
    yield* request(queue, name, () => channel.bindQueue(name, exchange, name))
  }, Effect.scoped)

  return {
    names,
    shared,
    ensure: (queues) =>
      Effect.suspend(() => {
        forgetLost()
        const missing = queues.filter((queue) => !declared.has(queue) || !isSharedDeclared)
        if (missing.length === 0) return Effect.void
        const all = oneAtATime.withPermit(
          Effect.andThen(declareShared(missing[0]!), Effect.forEach(new Set(missing), declareQueue, { discard: true }))
        )
        return missing.some((queue) => deleted.has(queue)) ? Effect.delay(all, hearing) : all
      }),
    forget: (queue) => {
      declared.delete(queue)
      deleted.add(queue)
    },
    forgetShared: () => {
      isSharedDeclared = false
    }
  }
}

/**
 * How long a deleted queue is left alone. RabbitMQ 3 cancels the consumers of a deleted queue only while there is no other
 * of the same name; it hears of the deletion a little later than those who publish to the queue.
 */
const hearing = "1 second"

/** A queue in RabbitMQ, and the exchange besides the default one that leads to it. */
export interface Declaration {
  readonly name: string
  readonly exchange: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** What comes home to a queue that is gone is dead. */
const exchanges = ({ dead, home, retries }: Shared) => [
  { name: dead, type: "fanout", properties: {} },
  { name: home, type: "direct", properties: { "alternate-exchange": dead } },
  ...retries.map((name) => ({ name, type: "fanout", properties: {} }))
]

/** Where dead letters wait, listing them returns them each time, which must not use up their deliveries. */
const unlimited = 1_000_000_000

/** The queues in RabbitMQ behind a queue. */
export const declarations = (names: Names, { dead, home }: Shared): ReadonlyArray<Declaration> =>
  lanes.map((lane) => ({
    name: names[lane],
    exchange: home,
    properties: { ...deadLetteringTo(dead), "x-delivery-limit": deliveryLimit }
  }))

/** The queues in RabbitMQ for all queues. */
export const sharedDeclarations = ({ dead, home, retries }: Shared): ReadonlyArray<Declaration> => [
  { name: dead, exchange: dead, properties: { "x-queue-type": "quorum", "x-delivery-limit": unlimited } },
  ...delays.map((delay, i) => ({
    name: retries[i]!,
    exchange: retries[i]!,
    properties: { ...deadLetteringTo(home), "x-message-ttl": Duration.toMillis(delay) }
  }))
]

/** `reject-publish` is what `at-least-once` asks for; without a length limit nothing is ever rejected. */
const deadLetteringTo = (exchange: string) => ({
  "x-queue-type": "quorum",
  "x-dead-letter-exchange": exchange,
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish"
})

/** The broker's words. */
const said = ({ cause }: BrokerUnavailable): string => /"[A-Z_]+ - (.*)"/s.exec(String(cause))?.[1] ?? String(cause)

const refusal = ({ username, vhost }: Address["Service"], name: string, error: BrokerUnavailable) => {
  switch (Request.replyCode(error)) {
    case 403:
      return new BrokerMisconfigured({
        detail: `user "${username}" may not declare "${name}". Grant it permission to configure, write and read: rabbitmqctl set_permissions -p '${vhost}' '${username}' '.*' '.*' '.*'`
      })
    case 406:
      if (/queue limit .*is reached/.test(String(error.cause))) {
        return new BrokerMisconfigured({
          detail: `RabbitMQ makes no queue "${name}" (${said(error)}). Raise the limit: rabbitmqctl set_vhost_limits -p '${vhost}' '{"max-queues": -1}'; or delete queues that are not used.`
        })
      }
      return new BrokerMisconfigured({
        detail: `queue "${name}" exists with other properties (${String(error.cause)}). When it is empty, delete it and start again: rabbitmqctl delete_queue -p '${vhost}' '${name}'. Or set QUEUE_PREFIX to use other queues.`
      })
    default:
      return undefined
  }
}
