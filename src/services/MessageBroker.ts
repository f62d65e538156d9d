/** Queues of messages, each delivered at least once. */
import { Context, Data, Duration, type Effect, Schema, type Scope, type Stream } from "effect"

/** The broker could not be reached or did not take the message. Worth another try. */
export class BrokerUnavailable extends Schema.TaggedError<BrokerUnavailable>()("BrokerUnavailable", {
  queue: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `The message broker is not available for queue ${this.queue}: ${String(this.cause)}`
  }
}

/**
 * The broker refuses what the program needs, and will until a setting is changed: the credentials, a permission, or
 * a queue that exists with other properties. `detail` names it and the remedy.
 *
 * Fails `declare` and the layer. Elsewhere, where no caller can do anything about it, it is a defect.
 */
export class BrokerMisconfigured extends Schema.TaggedError<BrokerMisconfigured>()("BrokerMisconfigured", {
  detail: Schema.String
}) {
  override get message() {
    return `The message broker cannot be used: ${this.detail}`
  }
}

/** Each queue has two lanes: `express` for what a person waits for, so that it never waits behind the many in `bulk`. */
export type Lane = "bulk" | "express"

/** The lane of the message that is worked on. */
export const CurrentLane: Context.Reference<Lane> = Context.Reference("windmill/services/MessageBroker/CurrentLane", {
  defaultValue: (): Lane => "bulk"
})

/**
 * A message to be published, in `bulk` unless it says otherwise. `headers` carry trace context. Lane and headers survive
 * retries and dead-lettering.
 */
export interface OutgoingMessage {
  readonly queue: string
  readonly lane?: Lane
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * How a delivery ends.
 *
 * - `Ack`: done, forget it.
 * - `Requeue`: deliver it again now, before messages that were never delivered; the attempt does not count. For failures
 *   that are not the message's fault.
 * - `Retry`: deliver it again after a delay, behind those that wait then, with the attempt counted. The broker may round
 *   the delay up, and cut it to an hour.
 * - `Wait`: the same, but the attempt does not count. For those that were told to come later.
 * - `DeadLetter`: set it aside with the reason, body and headers unchanged.
 */
export type Settlement = Data.TaggedEnum<{
  Ack: {}
  Requeue: {}
  Retry: { readonly after: Duration.Duration }
  Wait: { readonly after: Duration.Duration }
  DeadLetter: { readonly reason: string }
}>
export const Settlement = Data.taggedEnum<Settlement>()

/** The delays that every broker has a place for, ascending. */
export const delays: ReadonlyArray<Duration.Duration> = [
  Duration.seconds(1),
  Duration.seconds(5),
  Duration.seconds(30),
  Duration.minutes(2),
  Duration.minutes(10),
  Duration.hours(1)
]

/** The longest that a broker makes of a delay that it is asked for. */
export const waitOf = (delay: Duration.Duration): Duration.Duration =>
  Duration.isZero(delay)
    ? delay
    : (delays.find((there) => Duration.isLessThanOrEqualTo(delay, there)) ?? delays.at(-1)!)

/** A message in our hands. Until it is settled the broker keeps it; settling twice, or too late, does nothing. */
export interface Delivery {
  readonly queue: string
  readonly lane: Lane
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** `1` the first time; grows with each `Retry`. */
  readonly attempt: number
  /** Whether the broker may have delivered it before without hearing how it ended. */
  readonly redelivered: boolean
  /** What spans say about where it came from, by OpenTelemetry's names. */
  readonly attributes?: Readonly<Record<string, string | number>>
  readonly settle: (settlement: Settlement) => Effect.Effect<void>
}

/** A running consumer. */
export interface Subscription {
  /**
   * Deliveries in queue order, to be read by one stream at a time. Ends after `stop`.
   *
   * Fails when the consumer is lost: with its connection, or because the queue was deleted. Every unsettled message is
   * delivered again then, to whoever subscribes, and settling it here does nothing. To go on, leave the scope and subscribe
   * again.
   */
  readonly deliveries: Stream.Stream<Delivery, BrokerUnavailable>
  /** Stops new deliveries and returns the unread ones to the queue. What was read can still be settled. */
  readonly stop: Effect.Effect<void>
}

/** A message that was set aside, and why. */
export interface DeadLetter {
  /** Names the message among the dead letters of its queue. */
  readonly id: string
  readonly queue: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** The attempt that was its last. */
  readonly attempt: number
  readonly reason: string
  /** Present when nothing is wrong with it but that its queue was gone when its delay ended. */
  readonly isLost?: true
}

/** Which dead letters: all that are there now, or those with these ids. */
export type DeadLetterSelection = "all" | ReadonlyArray<string>

/** What is in both lanes of a queue now, as far as it is known. */
export interface QueueStatistics {
  /** Messages that no consumer holds. */
  readonly ready: number
  /** Messages that a subscription of this broker service holds. */
  readonly unsettled: number
  /** Messages that a subscription of this broker service has sent to wait for a delay. */
  readonly delayed: number
  /** Messages that were set aside. */
  readonly dead: number
  /** Subscriptions to `bulk`, of this and other processes, that have not stopped or still hold messages. */
  readonly consumers: number
}

export class MessageBroker extends Context.Service<
  MessageBroker,
  {
    /** Makes sure that the queues exist as the program needs them. Idempotent; the other methods do it at first use. */
    readonly declare: (queues: ReadonlyArray<string>) => Effect.Effect<void, BrokerUnavailable | BrokerMisconfigured>
    /** Publishes in order and returns when the broker has confirmed every message. */
    readonly publish: (messages: ReadonlyArray<OutgoingMessage>) => Effect.Effect<void, BrokerUnavailable>
    /**
     * Consumes a lane of a queue, `bulk` unless it says otherwise, with at most `prefetch` unsettled deliveries. Leaving the
     * scope returns what is unsettled.
     */
    readonly subscribe: (
      queue: string,
      options: { readonly prefetch: number; readonly lane?: Lane }
    ) => Effect.Effect<Subscription, BrokerUnavailable, Scope.Scope>
    /** Messages of the queue that no consumer holds, that one does, or that wait for a delay, as far as it is known. Cheap. */
    readonly depth: (queue: string) => Effect.Effect<number, BrokerUnavailable>
    /** Messages of the queue that no consumer holds and that do not wait for a delay. Cheap. */
    readonly ready: (queue: string) => Effect.Effect<number, BrokerUnavailable>
    /** What is in the queue. All zero for a queue that does not exist. */
    readonly statistics: (queue: string) => Effect.Effect<QueueStatistics, BrokerUnavailable>
    /**
     * The messages set aside from a queue, oldest first, at most `limit`, whatever is in them. They stay where they are.
     */
    readonly deadLetters: (queue: string, limit: number) => Effect.Effect<ReadonlyArray<DeadLetter>, BrokerUnavailable>
    /** Puts dead letters back into their queue as first attempts, oldest first. Returns how many. None is lost on failure. */
    readonly replay: (queue: string, selection: DeadLetterSelection) => Effect.Effect<number, BrokerUnavailable>
    /** Forgets dead letters. Returns how many. */
    readonly drop: (queue: string, selection: DeadLetterSelection) => Effect.Effect<number, BrokerUnavailable>
  }
>()("windmill/services/MessageBroker") {}
