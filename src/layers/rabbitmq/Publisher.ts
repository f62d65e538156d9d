/**
 * Publishing with confirmation, many messages at a time.
 *
 * A batch is written at once and confirmed as a whole; the next is written while it waits for that. What may be unconfirmed at any
 * moment is bounded, and writing waits while the connection's buffer is full or the broker has blocked it. Messages are `mandatory`: one whose queue is gone
 * comes back, its queue is declared again, and it is sent once more.
 */
import type * as Amqp from "amqplib"
import { Array, Deferred, Effect, Exit, Latch, Semaphore } from "effect"
import { type BrokerMisconfigured, BrokerUnavailable } from "../../services/MessageBroker.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import type { Parcel } from "./Envelope.ts"
import type { Topology } from "./Topology.ts"

/** Publishes in order and returns when every message is confirmed. */
export type Publish = (parcels: ReadonlyArray<Parcel>) => Effect.Effect<void, BrokerUnavailable | BrokerMisconfigured>

/** Messages that are written together. */
const batchSize = 512

/** Batches of the same caller that may be unconfirmed. */
const batchesAtOnce = 4

/** Messages, of all batches, that may be unconfirmed. */
const window = 8 * batchSize

/** How long a batch may take, its wait for a place in the window included. Longer than a dead connection goes unnoticed. */
const timeout = "30 seconds"

export const make = (connection: Connection, topology: Topology): Publish => {
  const room = Semaphore.makeUnsafe(window)
  const channelFor = Channel.reopened(
    connection,
    (model) => model.createConfirmChannel(),
    (channel) => prepare(channel, topology)
  )

  const confirm = (parcels: ReadonlyArray<Parcel>) =>
    Effect.flatMap(channelFor(parcels[0]!.queue), (channel) => send(channel, parcels)).pipe(
      connection.unblocked.whenOpen
    )

  const publishBatch = Effect.fnUntraced(function* (parcels: ReadonlyArray<Parcel>) {
    yield* topology.ensure(parcels.map(({ queue }) => queue))
    const returned = yield* confirm(parcels)
    if (returned.length === 0) return
    for (const { destination, queue } of returned) {
      if (destination.exchange === "") topology.forget(queue)
      else topology.forgetShared()
    }
    yield* topology.ensure(returned.map(({ queue }) => queue))
    const [lost] = yield* confirm(returned)
    if (lost !== undefined) {
      yield* new BrokerUnavailable({
        queue: lost.queue,
        cause: new Error(`There is no queue ${lost.destination.routingKey}`)
      })
    }
  })

  const publishInTime = (parcels: ReadonlyArray<Parcel>) =>
    publishBatch(parcels).pipe(
      room.withPermits(parcels.length),
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => new BrokerUnavailable({ queue: parcels[0]!.queue, cause: new Error(reasonOfDelay()) })
      })
    )

  const reasonOfDelay = () =>
    Latch.isOpen(connection.unblocked)
      ? `No confirmation within ${timeout}`
      : "RabbitMQ is short of memory or disk and takes no messages"

  return (parcels) =>
    Effect.forEach(Array.chunksOf(parcels, batchSize), publishInTime, { concurrency: batchesAtOnce, discard: true })
}

interface Confirming {
  readonly channel: Amqp.ConfirmChannel
  /** Held by the batch that is being written, so that batches follow each other. */
  readonly writing: Semaphore.Semaphore
  /** Open while the channel's buffer has room, and for good when the channel is closed. */
  readonly hasRoom: Latch.Latch
  /** Ids of messages without a queue. The broker returns a message before it confirms it. */
  readonly returned: Set<string>
}

/** The broker closes a channel on which something is published to an exchange that is gone. */
const exchangeIsGone = 404

const prepare = (channel: Amqp.ConfirmChannel, topology: Topology): Confirming => {
  const confirming = {
    channel,
    writing: Semaphore.makeUnsafe(1),
    hasRoom: Latch.makeUnsafe(true),
    returned: new Set<string>()
  }
  channel.on("return", ({ properties }) => confirming.returned.add(properties.messageId))
  channel.on("drain", () => confirming.hasRoom.openUnsafe())
  channel.on("close", () => confirming.hasRoom.openUnsafe())
  channel.on("error", (error: { readonly code?: number }) => {
    if (error.code === exchangeIsGone) topology.forgetShared()
  })
  return confirming
}

/** Why the broker does not take a message. It says only that, and a connection that breaks says something else. */
const refused = (error: Error): Error =>
  error.message === "message nacked"
    ? new Error(
        "RabbitMQ refuses the message: its queue is full, since a policy limits its length (rabbitmqctl list_policies), or most of its replicas are away"
      )
    : error

/** Sends the messages, waits until all are confirmed and returns those that had no queue. */
const send = Effect.fnUntraced(function* (
  { channel, hasRoom, returned, writing }: Confirming,
  parcels: ReadonlyArray<Parcel>
) {
  const { queue } = parcels[0]!
  const confirmed = Deferred.makeUnsafe<void, BrokerUnavailable>()
  let unconfirmed = parcels.length
  let failure: BrokerUnavailable | undefined
  const onConfirm = (error: Error | null) => {
    if (error !== null) failure ??= new BrokerUnavailable({ queue, cause: refused(error) })
    if (--unconfirmed === 0) Deferred.doneUnsafe(confirmed, failure === undefined ? Exit.void : Exit.fail(failure))
  }

  let next = 0
  const write = Effect.try({
    try: () => {
      while (next < parcels.length && Latch.isOpen(hasRoom)) {
        const { content, destination, headers, id } = parcels[next++]!
        const { exchange, routingKey } = destination
        const options = { persistent: true, mandatory: true, messageId: id, headers }
        if (!channel.publish(exchange, routingKey, content, options, onConfirm)) hasRoom.closeUnsafe()
      }
    },
    catch: (cause) => {
      // Headers that do not fit into a message will not fit next time either.
      if (cause instanceof RangeError) throw cause
      return new BrokerUnavailable({ queue, cause })
    }
  })
  const writeAll = Effect.gen(function* () {
    while (next < parcels.length) {
      yield* hasRoom.await
      yield* write
    }
  })
  yield* writing.withPermits(1)(writeAll)
  yield* Deferred.await(confirmed)
  return returned.size === 0 ? [] : parcels.filter(({ id }) => returned.delete(id))
})
