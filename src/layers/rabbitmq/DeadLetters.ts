/**
 * The messages that were set aside, of all queues, in the one queue `windmill.dead`.
 *
 * Looking at a queue means taking messages out and returning them, oldest first so that they keep their order. One at a time
 * looks, of all processes, so that each sees all of them: whoever does has a queue that only their connection may have. If
 * the looker dies, the broker returns the messages.
 */
import type * as Amqp from "amqplib"
import { Clock, Effect, Schedule, Semaphore } from "effect"
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
import type { Inspect } from "./Inspection.ts"
import type { Publish } from "./Publisher.ts"
import * as Request from "./Request.ts"
import { lanes, type Topology } from "./Topology.ts"

/** What looking at dead letters takes. */
export interface Parts {
  readonly connection: Connection
  readonly inspect: Inspect
  readonly publish: Publish
  readonly system: MessagingSpan.System
  readonly topology: Topology
}

/** Messages that are replayed or dropped together. */
const batchSize = 256

/** The routing keys of all dead letters at a moment, in milliseconds since 1970. */
interface Census {
  readonly keys: ReadonlyArray<string>
  readonly taken: number
  readonly until: number
}

export const make = ({ connection, inspect, publish, system, topology }: Parts) => {
  const { dead, look: lock } = topology.shared
  const oneAtATime = Semaphore.makeUnsafe(1)
  const channelFor = Channel.reopened(
    connection,
    (model) => model.createChannel(),
    (channel) => channel
  )

  /** Looks at dead letters with a channel, which is closed if that fails. Waits while another process looks. */
  const look = <A, E>(queue: string, use: (channel: Amqp.Channel) => Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      yield* topology.ensure([queue])
      yield* alone(connection, queue, lock)
      const channel = yield* channelFor(queue)
      return yield* Effect.onError(use(channel), () => Request.close(channel))
    }).pipe(Effect.scoped, oneAtATime.withPermit)

  /** Takes out the oldest messages. */
  const take = Effect.fnUntraced(function* (channel: Amqp.Channel, queue: string, limit: number) {
    const messages: Array<Amqp.GetMessage> = []
    while (messages.length < limit) {
      const message = yield* Request.send(queue, () => channel.get(dead))
      if (message === false) break
      messages.push(message)
    }
    return messages
  })

  /**
   * Returns messages, oldest first, at the end of a look: earlier, they would come again. Waits until they are back, so that
   * the next look finds them.
   */
  const giveBack = Effect.fnUntraced(function* (
    channel: Amqp.Channel,
    queue: string,
    messages: ReadonlyArray<Pick<Amqp.Message, "fields">>
  ) {
    for (const message of messages) channel.nack(message as Amqp.Message, false, true)
    yield* Request.send(queue, () => channel.checkQueue(dead)).pipe(
      Effect.repeat({
        until: ({ messageCount }) => messageCount >= messages.length,
        schedule: Schedule.spaced("5 millis"),
        times: 400
      })
    )
  })

  /** Whose a message is: its routing key is the queue it belongs to. */
  const belongsTo = (queue: string) => {
    const names = topology.names(queue)
    const keys = new Set(lanes.map((lane) => names[lane]))
    return ({ fields }: Pick<Amqp.Message, "fields">) => keys.has(fields.routingKey)
  }

  /** What was there when everything was looked at last, and until when that is believed while the number is the same. */
  let census: Census = { keys: [], taken: 0, until: Infinity }

  /**
   * Shows everything there is to `see`, oldest first, and gives it back. All of it, because what is given back comes after what
   * was given back earlier.
   */
  const show = (queue: string, see: (message: Amqp.GetMessage) => void) =>
    Effect.fnUntraced(function* (channel: Amqp.Channel) {
      const seen: Array<Pick<Amqp.Message, "fields">> = []
      const begun = yield* Clock.currentTimeMillis
      while (true) {
        const [message] = yield* take(channel, queue, 1)
        if (message === undefined) break
        seen.push({ fields: message.fields })
        see(message)
      }
      yield* giveBack(channel, queue, seen)
      const taken = yield* Clock.currentTimeMillis
      const until = taken + Math.max(10_000, 20 * (taken - begun))
      census = { keys: seen.map(({ fields }) => fields.routingKey), taken, until }
    })

  /** How many messages were set aside from the queue. All are looked at only when how many there are has changed. */
  const count = Effect.fnUntraced(function* (queue: string) {
    const total = (yield* inspect(queue, dead))?.ready ?? 0
    const begun = yield* Clock.currentTimeMillis
    if (total !== census.keys.length || begun > census.until) {
      yield* look(queue, (channel) => (begun < census.taken ? Effect.void : show(queue, () => {})(channel)))
    }
    const names = topology.names(queue)
    return census.keys.filter((key) => lanes.some((lane) => names[lane] === key)).length
  })

  const list = Effect.fnUntraced(function* (queue: string, limit: number) {
    const isOurs = belongsTo(queue)
    const letters: Array<DeadLetter> = []
    const keep = (message: Amqp.GetMessage) => {
      if (letters.length === limit || !isOurs(message)) return
      const { attempt, body, headers, id, isLost, reason } = Envelope.read(message)
      letters.push({ id, queue, body, headers, attempt, reason, ...(isLost && { isLost }) })
    }
    yield* look(queue, show(queue, keep))
    return letters
  })

  /** Takes the selected ones of the messages that are there now out for good, once `accept` is done with them. */
  const remove = <E>(
    queue: string,
    selection: DeadLetterSelection,
    accept: (messages: ReadonlyArray<Amqp.GetMessage>) => Effect.Effect<void, E>
  ): Effect.Effect<number, E | BrokerUnavailable | BrokerMisconfigured> =>
    look(
      queue,
      Effect.fnUntraced(function* (channel) {
        const isOurs = belongsTo(queue)
        const ids = selection === "all" ? undefined : new Set(selection)
        const others: Array<Pick<Amqp.Message, "fields">> = []
        let removed = 0
        let batch = yield* take(channel, queue, batchSize)
        let left = 1 + (batch[0]?.fields.messageCount ?? 0)
        while (batch.length > 0) {
          const selected: Array<Amqp.GetMessage> = []
          for (const message of batch) {
            const isSelected = isOurs(message) && (ids === undefined || ids.has(Envelope.read(message).id))
            if (isSelected) selected.push(message)
            else others.push({ fields: message.fields })
          }
          yield* accept(selected)
          for (const message of selected) channel.ack(message)
          removed += selected.length
          left -= batch.length
          batch = yield* take(channel, queue, Math.min(batchSize, left))
        }
        yield* giveBack(channel, queue, others)
        return removed
      })
    )

  return {
    count,
    list,
    replay: (queue: string, selection: DeadLetterSelection) =>
      remove(queue, selection, (messages) =>
        publish(
          messages.map((message) => {
            const { routingKey } = message.fields
            return Envelope.again(message, queue, { exchange: "", routingKey }, { attempt: 1 })
          })
        ).pipe(
          MessagingSpan.publish(
            system,
            messages.map((message) => ({ queue, ...Envelope.read(message) }))
          )
        )
      ),
    drop: (queue: string, selection: DeadLetterSelection) => remove(queue, selection, () => Effect.void)
  }
}

/** A queue that belongs to another connection. */
const isLocked = (error: BrokerUnavailable | BrokerMisconfigured) =>
  error._tag === "BrokerUnavailable" && Request.replyCode(error) === 405

/** Waits until no other connection has the queue of that name, and has it until the scope closes. */
const alone = (connection: Connection, queue: string, name: string) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const channel = yield* Channel.scoped(connection, queue)
      yield* Request.send(queue, () => channel.assertQueue(name, { exclusive: true, durable: false }))
    }).pipe(
      Effect.scoped,
      Effect.retry({ while: isLocked, schedule: Schedule.jittered(Schedule.spaced("100 millis")), times: 200 })
    ),
    () =>
      Channel.scoped(connection, queue).pipe(
        Effect.flatMap((channel) => Request.send(queue, () => channel.deleteQueue(name))),
        Effect.scoped,
        Effect.ignore
      )
  )
