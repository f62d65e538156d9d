/**
 * The queues in RabbitMQ behind each queue of the program.
 *
 * ```
 * queue_blip             quorum; deliveries without settlement are counted; a message with too many goes to queue_blip.dead
 * queue_blip.dead        quorum; kept until somebody replays or drops it
 * queue_blip.retry.30s   quorum, one for each delay: a message expires there and returns to queue_blip
 * ```
 *
 * A message expires only at the head of its queue, hence one queue per delay; each queue has its own, so that what waits for
 * one queue never stands in the way of another. Every step a message takes inside the broker is confirmed
 * (`at-least-once`). Properties of a queue cannot be changed: what may change is part of its name.
 */
import { Duration, Effect, Semaphore } from "effect"
import { BrokerMisconfigured, type BrokerUnavailable } from "../../services/MessageBroker.ts"
import type { Address } from "./RabbitAddress.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import * as Request from "./Request.ts"

/**
 * Deliveries after which the broker gives a message up that takes its consumers down again and again. A last resort: it also
 * counts returns for other reasons, so it is well above what a message may live through.
 */
export const deliveryLimit = 50

/** The delays there are, ascending, by the name of their queues. */
const delays = {
  "1s": Duration.seconds(1),
  "5s": Duration.seconds(5),
  "30s": Duration.seconds(30),
  "2m": Duration.minutes(2),
  "10m": Duration.minutes(10),
  "1h": Duration.hours(1)
}

/** The names in RabbitMQ of the queues behind a queue. */
export interface Names {
  readonly work: string
  readonly dead: string
  readonly retries: ReadonlyArray<string>
  /** Where a message waits at least that long, as far as there is such a place. */
  readonly after: (delay: Duration.Duration) => string
}

export const namesOf = (prefix: string, queue: string): Names => {
  const work = `${prefix}${queue}`
  const retries = Object.keys(delays).map((delay) => `${work}.retry.${delay}`)
  return {
    work,
    dead: `${work}.dead`,
    retries,
    after: (delay) => {
      if (Duration.isZero(delay)) return work
      const index = Object.values(delays).findIndex((longer) => Duration.isLessThanOrEqualTo(delay, longer))
      return retries.at(index)!
    }
  }
}

/** Makes the queues that are needed. */
export interface Topology {
  readonly names: (queue: string) => Names
  /** Makes sure that the queues exist with these properties. Asks the broker once for each. */
  readonly ensure: (queues: ReadonlyArray<string>) => Effect.Effect<void, BrokerUnavailable | BrokerMisconfigured>
  /** Forgets that a queue exists, because it does not. It is made again only when its deletion has been heard of. */
  readonly forget: (queue: string) => void
}

export const make = (address: Address["Service"], connection: Connection): Topology => {
  const declared = new Set<string>()
  const deleted = new Set<string>()
  const oneAtATime = Semaphore.makeUnsafe(1)
  const known = new Map<string, Names>()

  const names = (queue: string) => {
    let found = known.get(queue)
    if (found === undefined) known.set(queue, (found = namesOf(address.queuePrefix, queue)))
    return found
  }

  const declare = Effect.fnUntraced(function* (queue: string) {
    if (declared.has(queue)) return
    const channel = yield* Channel.scoped(connection, queue)
    for (const { name, properties } of declarations(names(queue))) {
      yield* Request.send(queue, () => channel.assertQueue(name, { durable: true, arguments: properties })).pipe(
        Effect.mapError((error) => refusal(address, name, error) ?? error)
      )
    }
    declared.add(queue)
    deleted.delete(queue)
  }, Effect.scoped)

  return {
    names,
    ensure: (queues) =>
      Effect.suspend(() => {
        const missing = queues.filter((queue) => !declared.has(queue))
        if (missing.length === 0) return Effect.void
        const all = oneAtATime.withPermit(Effect.forEach(new Set(missing), declare, { discard: true }))
        return missing.some((queue) => deleted.has(queue)) ? Effect.delay(all, mourning) : all
      }),
    forget: (queue) => {
      declared.delete(queue)
      deleted.add(queue)
    }
  }
}

/**
 * How long a deleted queue is left alone. RabbitMQ 3 cancels the consumers of a deleted queue only while there is no other
 * of the same name; it hears of the deletion a little later than those who publish to the queue.
 */
const mourning = "1 second"

/** Where dead letters wait, listing them returns them each time, which must not use up their deliveries. */
const unlimited = 1_000_000_000

/** The queues in RabbitMQ behind a queue, with the properties they are declared with. */
export const declarations = (names: Names) => [
  { name: names.dead, properties: { "x-queue-type": "quorum", "x-delivery-limit": unlimited } },
  { name: names.work, properties: { ...deadLetteringTo(names.dead), "x-delivery-limit": deliveryLimit } },
  ...Object.values(delays).map((delay) => ({
    name: names.after(delay),
    properties: { ...deadLetteringTo(names.work), "x-message-ttl": Duration.toMillis(delay) }
  }))
]

/** `reject-publish` is what `at-least-once` asks for; without a length limit nothing is ever rejected. */
const deadLetteringTo = (queue: string) => ({
  "x-queue-type": "quorum",
  "x-dead-letter-exchange": "",
  "x-dead-letter-routing-key": queue,
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish"
})

const refusal = ({ username, vhost }: Address["Service"], name: string, error: BrokerUnavailable) => {
  switch (Request.replyCode(error)) {
    case 403:
      return new BrokerMisconfigured({
        detail: `user "${username}" may not declare queue "${name}". Grant it permission to configure, write and read: rabbitmqctl set_permissions -p '${vhost}' '${username}' '.*' '.*' '.*'`
      })
    case 406:
      return new BrokerMisconfigured({
        detail: `queue "${name}" exists with other properties (${String(error.cause)}). When it is empty, delete it and start again: rabbitmqctl delete_queue -p '${vhost}' '${name}'. Or set QUEUE_PREFIX to use other queues.`
      })
    default:
      return undefined
  }
}
