/**
 * One consumer of one lane of a queue, on a channel of its own.
 *
 * A delivery belongs to its channel: once that is closed, the broker has given the message to another consumer, and settling
 * it does nothing. A message that goes elsewhere (a retry, a dead letter) is confirmed there before it is acked here; when
 * that fails, it goes back to its queue. Hence nothing is lost, and in rare cases something comes twice.
 *
 * The broker is not relied on to say that a subscription is lost: RabbitMQ 3 moves it without a word to a queue that was
 * deleted and made again at once, takes the new deliveries for repetitions of old ones, and drops them.
 */
import type * as Amqp from "amqplib"
import { Cause, Duration, Effect, Exit, Queue, Schedule, type Scope, Stream } from "effect"
import {
  type BrokerMisconfigured,
  BrokerUnavailable,
  type Delivery,
  type Lane,
  type Settlement,
  type Subscription
} from "../../services/MessageBroker.ts"
import * as MessagingSpan from "../telemetry/MessagingSpan.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import * as Envelope from "./Envelope.ts"
import type { Delayed } from "./Delayed.ts"
import type { Inspect } from "./Inspection.ts"
import type { Publish } from "./Publisher.ts"
import * as Request from "./Request.ts"
import * as Topology from "./Topology.ts"

export interface Consumer extends Subscription {
  readonly queue: string
  /** How many deliveries are not settled, read or not. */
  readonly unsettled: () => number
}

/** What is consumed, and how many deliveries may be unsettled. */
export interface Options {
  readonly queue: string
  readonly lane: Lane
  readonly prefetch: number
}

/** A message that the broker has given us. */
interface Held {
  readonly message: Amqp.ConsumeMessage
  readonly envelope: Envelope.Envelope
  isRead: boolean
  isDecided: boolean
}

/**
 * How often it is looked whether messages wait although there is room for them. A broker that delivers nothing from one
 * such look to the next has forgotten the subscription.
 */
const look = "5 seconds"

/** Starts to consume. Leaving the scope returns what is unsettled, oldest first. */
export const make = Effect.fnUntraced(function* (
  { connection, delayed, inspect, publish, system, topology }: Parts,
  { lane, prefetch, queue }: Options
): Effect.fn.Return<Consumer, BrokerUnavailable | BrokerMisconfigured, Scope.Scope> {
  yield* topology.ensure([queue])
  const names = topology.names(queue)
  const channel = yield* Channel.scoped(connection, queue)
  const unread = yield* Queue.unbounded<Held, BrokerUnavailable | Cause.Done>()
  /** In the order of delivery; empty once the channel is closed. */
  const unsettled = new Set<Held>()
  let delivered = 0

  /** The one place that answers the broker. */
  const answer = (held: Held, isDone: boolean) => {
    if (!unsettled.delete(held)) return
    try {
      if (isDone) channel.ack(held.message)
      else channel.nack(held.message, false, true)
    } catch {
      // The connection is being closed: the broker returns the message.
    }
  }

  const move = (held: Held, destination: Topology.Destination, note: Envelope.Note) =>
    publish([Envelope.again(held.message, queue, destination, note)]).pipe(
      Effect.onExit((exit) => Effect.sync(() => answer(held, Exit.isSuccess(exit)))),
      Effect.as(true),
      Effect.catchCause((cause) =>
        Effect.as(Effect.logWarning(`A message goes back to ${queue} because it could not go on`, cause), false)
      )
    )

  const here = { exchange: "", routingKey: names[lane] }

  /** Sends a message to wait for a delay. */
  const postpone = (held: Held, after: Duration.Duration, attempt: number) =>
    Effect.flatMap(move(held, names.after(lane, after), { attempt }), (isMoved) =>
      isMoved && !Duration.isZero(after) ? delayed.add(queue, after) : Effect.void
    )

  /** Returns a message; as a new one if it came back so often that the broker might soon give it up. */
  const giveBack = (held: Held) => {
    held.isDecided = true
    return held.envelope.returns < Topology.deliveryLimit / 2
      ? Effect.sync(() => answer(held, false))
      : move(held, here, { attempt: held.envelope.attempt })
  }

  const settle = (held: Held, settlement: Settlement): Effect.Effect<void> => {
    if (held.isDecided || !unsettled.has(held)) return Effect.void
    held.isDecided = true
    const { attempt } = held.envelope
    switch (settlement._tag) {
      case "Ack":
        return Effect.sync(() => answer(held, true))
      case "Requeue":
        return giveBack(held)
      case "Retry":
      case "Wait":
        return postpone(held, settlement.after, settlement._tag === "Retry" ? attempt + 1 : attempt).pipe(
          MessagingSpan.settle(system, queue, settlement)
        )
      case "DeadLetter":
        return move(held, { ...here, exchange: topology.shared.dead }, { attempt, reason: settlement.reason }).pipe(
          MessagingSpan.settle(system, queue, settlement)
        )
    }
  }

  const deliver = (held: Held): [Delivery] => {
    held.isRead = true
    const { attempt, body, headers } = held.envelope
    const { redelivered } = held.message.fields
    return [
      {
        queue,
        lane,
        body,
        headers,
        attempt,
        redelivered,
        attributes: system,
        settle: (settlement) => Effect.suspend(() => settle(held, settlement))
      }
    ]
  }

  const giveBackAll = (isMeant: (held: Held) => boolean) =>
    Effect.suspend(() =>
      Effect.forEach(
        [...unsettled].filter((held) => !held.isDecided && isMeant(held)),
        giveBack
      )
    )

  const lose = (cause: unknown) => {
    discardAll(unread)
    Queue.failCauseUnsafe(unread, Cause.fail(new BrokerUnavailable({ queue, cause })))
  }

  let failure: unknown = new Error("The connection to RabbitMQ is lost")
  channel.on("error", (error) => (failure = error))
  channel.on("close", () => {
    unsettled.clear()
    lose(failure)
  })
  yield* Request.send(queue, () => channel.prefetch(prefetch))
  const { consumerTag } = yield* Request.send(queue, () =>
    channel.consume(names[lane], (message) => {
      if (message === null) {
        topology.forget(queue)
        return lose(new Error("RabbitMQ cancelled the consumer because the queue is gone"))
      }
      const held = { message, envelope: Envelope.read(message), isRead: false, isDecided: false }
      unsettled.add(held)
      delivered++
      Queue.offerUnsafe(unread, held)
    })
  ).pipe(Effect.tapError(() => Effect.sync(() => topology.forget(queue))))

  let before: number | undefined
  const isForgotten = inspect(queue, names[lane]).pipe(
    Effect.map((count) => count !== undefined && count.ready > 0 && unsettled.size < prefetch),
    Effect.catch(() => Effect.succeed(false)),
    Effect.map((isOwed) => {
      const now = isOwed ? delivered : undefined
      const isStill = isOwed && before === now
      before = now
      return isStill
    })
  )
  yield* isForgotten.pipe(
    Effect.repeat({ until: (forgotten) => forgotten, schedule: Schedule.spaced(look) }),
    Effect.andThen(Effect.sync(() => lose(new Error("RabbitMQ delivers nothing, though messages wait")))),
    Effect.forkScoped
  )

  const cancel = yield* Effect.cached(
    Effect.uninterruptible(
      Effect.suspend(() => {
        discardAll(unread)
        Queue.endUnsafe(unread)
        return Effect.ignore(Request.send(queue, () => channel.cancel(consumerTag)))
      })
    )
  )
  yield* Effect.addFinalizer(() =>
    cancel.pipe(Effect.andThen(giveBackAll(() => true)), Effect.andThen(Effect.sync(() => unsettled.clear())))
  )
  return {
    queue,
    unsettled: () => unsettled.size,
    deliveries: Stream.fromPull(Effect.succeed(Effect.map(Queue.take(unread), deliver))),
    stop: Effect.andThen(
      cancel,
      giveBackAll((held) => !held.isRead)
    )
  }
})

/** What a consumer works with. */
export interface Parts {
  readonly connection: Connection
  readonly delayed: Delayed
  readonly inspect: Inspect
  readonly topology: Topology.Topology
  readonly publish: Publish
  readonly system: MessagingSpan.System
}

const discardAll = <A, E>(queue: Queue.Queue<A, E>) => {
  while (Queue.sizeUnsafe(queue) > 0) Queue.takeUnsafe(queue)
}
