/** Queues of messages, each delivered at least once. */
import { Context, Data, type Duration, type Effect, Schema, type Scope, type Stream } from "effect"

/** The broker could not be reached or did not take the message. Worth another try. */
export class BrokerUnavailable extends Schema.TaggedError<BrokerUnavailable>()("BrokerUnavailable", {
  queue: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `The message broker is not available for queue ${this.queue}: ${String(this.cause)}`
  }
}

/** A message to be published. `headers` carry trace context; they survive retries and dead-lettering. */
export interface OutgoingMessage {
  readonly queue: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * How a delivery ends.
 *
 * - `Ack`: done, forget it.
 * - `Requeue`: give it to somebody now; the attempt does not count. For failures that are not the message's fault.
 * - `Retry`: give it to somebody after a delay, with the attempt counted.
 * - `DeadLetter`: set it aside with the reason, body and headers unchanged.
 */
export type Settlement = Data.TaggedEnum<{
  Ack: {}
  Requeue: {}
  Retry: { readonly after: Duration.Duration }
  DeadLetter: { readonly reason: string }
}>
export const Settlement = Data.taggedEnum<Settlement>()

/** A message in our hands. Until it is settled the broker keeps it; settling twice, or too late, does nothing. */
export interface Delivery {
  readonly queue: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** `1` the first time; grows with each `Retry`. */
  readonly attempt: number
  /** Whether the broker may have delivered it before without hearing how it ended. */
  readonly redelivered: boolean
  readonly settle: (settlement: Settlement) => Effect.Effect<void>
}

/** A running consumer. */
export interface Subscription {
  /** Deliveries in queue order; fails when the consumer is lost; ends after `stop` once what was buffered is returned. */
  readonly deliveries: Stream.Stream<Delivery, BrokerUnavailable>
  /** Stops new deliveries and returns the unread ones to the queue. What was read can still be settled. */
  readonly stop: Effect.Effect<void>
}

/** A message that was set aside, and why. */
export interface DeadLetter {
  readonly id: string
  readonly queue: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly reason: string
}

export class MessageBroker extends Context.Service<
  MessageBroker,
  {
    /** Publishes in order and returns when the broker has confirmed every message. */
    readonly publish: (messages: ReadonlyArray<OutgoingMessage>) => Effect.Effect<void, BrokerUnavailable>
    /** Consumes a queue with at most `prefetch` unsettled deliveries. Leaving the scope returns what is unsettled. */
    readonly subscribe: (
      queue: string,
      options: { readonly prefetch: number }
    ) => Effect.Effect<Subscription, BrokerUnavailable, Scope.Scope>
    /** Messages in the queue that nobody holds, and those somebody does not yet have settled, as far as it is known. */
    readonly depth: (queue: string) => Effect.Effect<number, BrokerUnavailable>
    /** The messages set aside from a queue, oldest first, at most `limit`. They stay where they are. */
    readonly deadLetters: (queue: string, limit: number) => Effect.Effect<ReadonlyArray<DeadLetter>, BrokerUnavailable>
  }
>()("windmill/services/MessageBroker") {}
