/**
 * Queues that an earlier version made, with a queue for each delay and one for dead letters behind every queue.
 *
 * ```
 * queue_blip             set aside to queue_blip.dead, otherwise as today
 * queue_blip.dead        what was set aside
 * queue_blip.retry.30s   what waits to return to queue_blip, one for each delay
 * ```
 *
 * Nothing in them is lost: what was set aside is moved to where it belongs now, and what waits returns by itself. A queue is
 * replaced when it is empty and has no consumer; until then it is used as it is.
 */
import type * as Amqp from "amqplib"
import { Effect } from "effect"
import type { BrokerMisconfigured, BrokerUnavailable } from "../../services/MessageBroker.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import * as Request from "./Request.ts"

const delays = ["1h", "10m", "2m", "30s", "5s", "1s"]

/** The properties of a queue that an earlier version made. */
const properties = (name: string) => ({
  "x-queue-type": "quorum",
  "x-dead-letter-exchange": "",
  "x-dead-letter-routing-key": `${name}.dead`,
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish",
  "x-delivery-limit": 50
})

/**
 * Moves what an earlier version left behind the queue of that name, as far as that can be done now. Whether the queue is gone,
 * to be made anew, or has to be used as it is; `undefined` when no earlier version made it.
 */
export const leave = (
  connection: Connection,
  queue: string,
  { dead, name }: { readonly name: string; readonly dead: string }
): Effect.Effect<"gone" | "used" | undefined, BrokerUnavailable | BrokerMisconfigured> =>
  Effect.gen(function* () {
    const isFormer = yield* withChannel(connection, queue, (channel) =>
      channel.assertQueue(name, { durable: true, arguments: properties(name) })
    ).pipe(
      Effect.as(true),
      Effect.catchIf(isReply(406), () => Effect.succeed(false))
    )
    if (!isFormer) return undefined
    yield* moveDead(connection, queue, { from: `${name}.dead`, dead, name })
    let isEmpty = true
    for (const delay of delays) {
      const retry = `${name}.retry.${delay}`
      if (yield* isUnused(connection, queue, retry)) yield* remove(connection, queue, retry)
      else isEmpty = false
    }
    if (!isEmpty || !(yield* isUnused(connection, queue, name))) {
      yield* Effect.logInfo(`${name} is used as an earlier version made it, until it is empty when a program starts`)
      return "used"
    }
    yield* remove(connection, queue, name)
    yield* remove(connection, queue, `${name}.dead`)
    return "gone"
  })

/** Moves the dead letters of an earlier version, each confirmed where it comes before it is forgotten where it was. */
const moveDead = (
  connection: Connection,
  queue: string,
  { dead, from, name }: { readonly from: string; readonly dead: string; readonly name: string }
) =>
  Effect.gen(function* () {
    const model = yield* connection.get(queue)
    const channel = yield* Effect.acquireRelease(
      Request.send(queue, () => model.createConfirmChannel()),
      Request.close
    )
    channel.on("error", () => {})
    while (true) {
      const message = yield* Request.send(queue, () => channel.get(from))
      if (message === false) return
      const { content, properties } = message
      yield* Request.send(
        queue,
        () =>
          new Promise<void>((resolve, reject) => {
            const { headers, messageId } = properties as Amqp.MessageProperties
            channel.publish(dead, name, content, { persistent: true, messageId, headers }, (error) =>
              error === null ? resolve() : reject(error)
            )
          })
      )
      channel.ack(message)
    }
  }).pipe(
    Effect.scoped,
    Effect.catchIf(isReply(404), () => Effect.void)
  )

/** Whether there is nothing in the queue of that name, and no consumer; also when there is no such queue. */
const isUnused = (connection: Connection, queue: string, name: string) =>
  withChannel(connection, queue, (channel) => channel.checkQueue(name)).pipe(
    Effect.map(({ consumerCount, messageCount }) => consumerCount === 0 && messageCount === 0),
    Effect.catchIf(isReply(404), () => Effect.succeed(true))
  )

const remove = (connection: Connection, queue: string, name: string) =>
  withChannel(connection, queue, (channel) => channel.deleteQueue(name))

/** Asks on a channel of its own, which a refusal closes. */
const withChannel = <A>(connection: Connection, queue: string, ask: (channel: Amqp.Channel) => PromiseLike<A>) =>
  Effect.flatMap(Channel.scoped(connection, queue), (channel) => Request.send(queue, async () => ask(channel))).pipe(
    Effect.scoped
  )

const isReply = (code: number) => (error: BrokerUnavailable | BrokerMisconfigured) =>
  error._tag === "BrokerUnavailable" && Request.replyCode(error) === code
