/**
 * The messages in a `.dead` queue.
 *
 * Looking at a queue means taking messages out and returning them, oldest first so that they keep their order. While
 * somebody looks, nobody else sees them; if the looker dies, the broker returns them.
 */
import type * as Amqp from "amqplib"
import { Effect, Semaphore } from "effect"
import type {
  BrokerMisconfigured,
  BrokerUnavailable,
  DeadLetter,
  DeadLetterSelection
} from "../../services/MessageBroker.ts"
import * as MessagingSpan from "../telemetry/MessagingSpan.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import * as Envelope from "./Envelope.ts"
import type { Publish } from "./Publisher.ts"
import * as Request from "./Request.ts"
import type { Topology } from "./Topology.ts"

/** Messages that are replayed or dropped together. */
const batchSize = 256

export const make = (connection: Connection, topology: Topology, publish: Publish, system: MessagingSpan.System) => {
  const oneAtATime = Semaphore.makeUnsafe(1)
  const channelFor = Channel.reopened(
    connection,
    (model) => model.createChannel(),
    (channel) => channel
  )

  /**
   * Looks at dead letters with a channel, which is closed if that fails. One channel for all, because the broker answers
   * one channel's requests in order: what one look returned is there for the next.
   */
  const look = <A, E>(queue: string, use: (channel: Amqp.Channel) => Effect.Effect<A, E>) =>
    topology.ensure([queue]).pipe(
      Effect.andThen(channelFor(queue)),
      Effect.flatMap((channel) => Effect.onError(use(channel), () => Request.close(channel))),
      oneAtATime.withPermit
    )

  /** Takes out the oldest messages. The `messageCount` of each says how many were behind it. */
  const take = Effect.fnUntraced(function* (channel: Amqp.Channel, queue: string, limit: number) {
    const messages: Array<Amqp.GetMessage> = []
    while (messages.length < limit) {
      const message = yield* Request.send(queue, () => channel.get(topology.names(queue).dead))
      if (message === false) break
      messages.push(message)
    }
    return messages
  })

  const list = (queue: string, limit: number) =>
    look(
      queue,
      Effect.fnUntraced(function* (channel) {
        const messages = yield* take(channel, queue, limit)
        for (const message of messages) channel.nack(message, false, true)
        return messages.map((message): DeadLetter => {
          const { attempt, body, headers, id, reason } = Envelope.read(message)
          return { id, queue, body, headers, attempt, reason }
        })
      })
    )

  /**
   * Takes the selected ones of the messages that are there now out for good, once `accept` is done with them. The others
   * are returned at the end: earlier, they would come again.
   */
  const remove = <E>(
    queue: string,
    selection: DeadLetterSelection,
    accept: (messages: ReadonlyArray<Amqp.GetMessage>) => Effect.Effect<void, E>
  ): Effect.Effect<number, E | BrokerUnavailable | BrokerMisconfigured> =>
    look(
      queue,
      Effect.fnUntraced(function* (channel) {
        const ids = selection === "all" ? undefined : new Set(selection)
        const others: Array<Amqp.GetMessage> = []
        let removed = 0
        let batch = yield* take(channel, queue, batchSize)
        let left = 1 + (batch[0]?.fields.messageCount ?? 0)
        while (batch.length > 0) {
          const selected: Array<Amqp.GetMessage> = []
          for (const message of batch) {
            const isSelected = ids === undefined || ids.has(Envelope.read(message).id)
            ;(isSelected ? selected : others).push(message)
          }
          yield* accept(selected)
          for (const message of selected) channel.ack(message)
          removed += selected.length
          left -= batch.length
          batch = yield* take(channel, queue, Math.min(batchSize, left))
        }
        for (const message of others) channel.nack(message, false, true)
        // The answer says that the broker has heard all of that: a connection closed before takes acknowledgements with it.
        yield* Request.send(queue, () => channel.checkQueue(topology.names(queue).dead))
        return removed
      })
    )

  return {
    list,
    replay: (queue: string, selection: DeadLetterSelection) => {
      const { work } = topology.names(queue)
      return remove(queue, selection, (messages) =>
        publish(messages.map((message) => Envelope.again(message, queue, work, { attempt: 1 }))).pipe(
          MessagingSpan.publish(
            system,
            messages.map((message) => ({ queue, ...Envelope.read(message) }))
          )
        )
      )
    },
    drop: (queue: string, selection: DeadLetterSelection) => remove(queue, selection, () => Effect.void)
  }
}
