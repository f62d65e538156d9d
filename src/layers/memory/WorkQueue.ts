/**
 * One lane of a queue with acknowledgements, in memory.
 *
 * Messages are handed out when they are read, so nothing is buffered. Readers that wait take turns in the order in which
 * they began to wait. What was delivered and comes back goes to the front, oldest first.
 */
import { Cause, type Duration, Effect, MutableList, type Scope, Stream } from "effect"
import * as MessagingSpan from "../telemetry/MessagingSpan.ts"
import type {
  DeadLetter,
  Delivery,
  Lane,
  QueueStatistics,
  Settlement,
  Subscription
} from "../../services/MessageBroker.ts"

/** What spans say of these queues. */
export const system = { "messaging.system": "memory" }

export interface Message {
  readonly id: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly attempt: number
  readonly redelivered: boolean
}

/** Invariant: while a message is ready, every waiting reader's consumer holds as many messages as it may. */
export interface WorkQueue {
  readonly name: string
  readonly lane: Lane
  readonly ready: MutableList.MutableList<Message>
  readonly consumers: Set<Consumer>
  readonly readers: Set<Reader>
  /** Where delays run. */
  readonly scope: Scope.Scope
  /** What was set aside from any lane of the queue. */
  readonly dead: Set<SetAside>
  delayed: number
}

/** A dead letter, and where it came from. */
export interface SetAside {
  readonly lane: Lane
  readonly letter: DeadLetter
}

export interface Consumer extends Subscription {
  readonly prefetch: number
  readonly unsettled: Set<Message>
  isStopped: boolean
}

/** A read that found nothing to do, and how it goes on. */
interface Reader {
  readonly consumer: Consumer
  readonly receive: (delivery: Delivery) => void
  readonly end: () => void
}

/** An empty queue without consumers. */
export const make = (options: Pick<WorkQueue, "name" | "lane" | "scope" | "dead">): WorkQueue => ({
  ...options,
  ready: MutableList.make(),
  consumers: new Set(),
  readers: new Set(),
  delayed: 0
})

/** Adds a message behind all others. */
export const append = (self: WorkQueue, message: Message): void => {
  MutableList.append(self.ready, message)
  dispatch(self)
}

/** Adds a consumer, to be closed by `close`. */
export const consume = (self: WorkQueue, prefetch: number): Consumer => {
  const consumer: Consumer = {
    prefetch,
    unsettled: new Set(),
    isStopped: false,
    deliveries: Stream.suspend(() => Stream.fromPull(Effect.succeed(read(self, consumer)))),
    stop: Effect.sync(() => stop(self, consumer))
  }
  self.consumers.add(consumer)
  return consumer
}

/** Removes a consumer and returns what it holds. */
export const close = (self: WorkQueue, consumer: Consumer): void => {
  stop(self, consumer)
  self.consumers.delete(consumer)
  const held = [...consumer.unsettled]
  consumer.unsettled.clear()
  restore(self, held)
}

/** What is in the lane; dead letters are counted elsewhere. */
export const statistics = (self: WorkQueue): Omit<QueueStatistics, "dead"> => {
  let unsettled = 0
  for (const consumer of self.consumers) unsettled += consumer.unsettled.size
  return {
    ready: self.ready.length,
    unsettled,
    delayed: self.delayed,
    consumers: [...self.consumers].filter(({ isStopped, unsettled }) => !isStopped || unsettled.size > 0).length
  }
}

const stop = (self: WorkQueue, consumer: Consumer): void => {
  consumer.isStopped = true
  for (const reader of self.readers) {
    if (reader.consumer !== consumer) continue
    self.readers.delete(reader)
    reader.end()
  }
}

const restore = (self: WorkQueue, messages: ReadonlyArray<Message>): void => {
  MutableList.prependAll(
    self.ready,
    messages.map((message) => ({ ...message, redelivered: true }))
  )
  dispatch(self)
}

const read = (self: WorkQueue, consumer: Consumer): Effect.Effect<[Delivery], Cause.Done> =>
  Effect.suspend(() => {
    if (consumer.isStopped) return Cause.done()
    const delivery = take(self, consumer)
    return delivery === undefined ? wait(self, consumer) : Effect.succeed([delivery])
  })

/** Waits for a turn. A delivery that arrives together with an interruption goes back. */
const wait = (self: WorkQueue, consumer: Consumer): Effect.Effect<[Delivery], Cause.Done> =>
  Effect.suspend(() => {
    let received: Delivery | undefined
    return Effect.callback<[Delivery], Cause.Done>((resume) => {
      const reader: Reader = {
        consumer,
        receive: (delivery) => {
          received = delivery
          // The reader goes on when whoever gave it the message has finished.
          resume(Effect.as(Effect.yieldNow, [delivery]))
        },
        end: () => resume(Cause.done())
      }
      self.readers.add(reader)
      return Effect.sync(() => self.readers.delete(reader))
    }).pipe(Effect.onInterrupt(() => received?.settle({ _tag: "Requeue" }) ?? Effect.void))
  })

const dispatch = (self: WorkQueue): void => {
  for (const reader of self.readers) {
    if (self.ready.length === 0) return
    const delivery = take(self, reader.consumer)
    if (delivery === undefined) continue
    self.readers.delete(reader)
    reader.receive(delivery)
  }
}

const take = (self: WorkQueue, consumer: Consumer): Delivery | undefined => {
  if (consumer.unsettled.size >= consumer.prefetch) return undefined
  const message = MutableList.take(self.ready)
  if (message === MutableList.Empty) return undefined
  consumer.unsettled.add(message)
  const { attempt, body, headers, redelivered } = message
  return {
    queue: self.name,
    lane: self.lane,
    body,
    headers,
    attempt,
    redelivered,
    attributes: system,
    settle: (settlement) => Effect.suspend(() => settle(self, consumer, message, settlement))
  }
}

const settle = (self: WorkQueue, consumer: Consumer, message: Message, settlement: Settlement): Effect.Effect<void> => {
  if (!consumer.unsettled.delete(message)) return Effect.void
  switch (settlement._tag) {
    case "Ack":
      dispatch(self)
      return Effect.void
    case "Requeue":
      restore(self, [message])
      return Effect.void
    case "DeadLetter":
      self.dead.add({ lane: self.lane, letter: bury(self, message, settlement.reason) })
      dispatch(self)
      return Effect.void.pipe(MessagingSpan.settle(system, self.name, settlement))
    case "Retry":
    case "Wait": {
      dispatch(self)
      const attempt = settlement._tag === "Retry" ? message.attempt + 1 : message.attempt
      return delay(self, { ...message, attempt, redelivered: false }, settlement.after).pipe(
        MessagingSpan.settle(system, self.name, settlement)
      )
    }
  }
}

const bury = (self: WorkQueue, message: Message, reason: string): DeadLetter => {
  const { attempt, body, headers, id } = message
  return { id, queue: self.name, body, headers, attempt, reason }
}

const delay = (self: WorkQueue, message: Message, after: Duration.Duration): Effect.Effect<void> => {
  self.delayed++
  const arrive = Effect.sync(() => {
    self.delayed--
    append(self, message)
  })
  return Effect.sleep(after).pipe(
    Effect.andThen(arrive),
    Effect.forkIn(self.scope, { startImmediately: true }),
    Effect.asVoid
  )
}
