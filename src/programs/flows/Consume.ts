/**
 * Consuming a lane of a queue for as long as wanted.
 *
 * A consumer that is lost is replaced; what it had delivered is still finished, and settles into nothing. When the
 * program is asked to stop, no more is delivered, and the stream ends after the last delivery is handled. While the step is
 * switched off, its queue is left alone.
 */
import { Clock, Deferred, Effect, Option, Schedule, Stream } from "effect"
import * as Messages from "../../domain/Messages.ts"
import type { StepName } from "../../domain/StepName.ts"
import { ActivityLog, type Hand } from "../../services/ActivityLog.ts"
import { type Delivery, type Lane, MessageBroker, type Subscription, waitOf } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import * as Reconnect from "./Reconnect.ts"
import type { Step } from "./Step.ts"

export interface ConsumeOptions<R> {
  readonly queue: string
  /** `bulk` unless it says otherwise. */
  readonly lane?: Lane
  /** What is done with the deliveries: what is switched off and on, and watched. */
  readonly step: StepName
  /** Deliveries held at once, times the scale. */
  readonly prefetch: number
  /** `1` unless it says otherwise. */
  readonly scale?: Step<never, never, never>["scale"]
  /** Completed when the program is to stop. */
  readonly stop: Deferred.Deferred<void>
  /** What must hold before (more) deliveries are wanted. */
  readonly ready?: Effect.Effect<void, never, R>
}

/**
 * Runs `handle` on the deliveries of the queue. `handle` may use `pause` to give the unread ones back; consuming goes
 * on as soon as `ready` says so. It begins anew, with what is not handled yet, when the scale is another.
 */
export const consume = <A, E, R, R2 = never>(
  options: ConsumeOptions<R2>,
  handle: (deliveries: Stream.Stream<Delivery>, pause: Effect.Effect<void>, scale: number) => Stream.Stream<A, E, R>
): Stream.Stream<A, E, MessageBroker | ServiceSwitch | R | R2> => {
  const stopped = Deferred.await(options.stop)
  const paused = ServiceSwitch.use((switches) => switches.untilPaused(options.step))
  const open = Effect.fnUntraced(function* (scale: number) {
    const broker = yield* MessageBroker
    yield* ServiceSwitch.use((switches) => switches.untilResumed(options.step))
    yield* options.ready ?? Effect.void
    return yield* broker
      .subscribe(options.queue, { prefetch: Math.ceil(options.prefetch * scale), lane: options.lane ?? "bulk" })
      .pipe(Effect.tapError(warn), Effect.retry(Reconnect.untilBack), Effect.orDie)
  })
  const session = (hand: Hand) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const scale = yield* options.scale?.now ?? Effect.succeed(1)
        const isOther = options.scale?.untilOther(scale) ?? Effect.never
        const subscription = yield* Effect.raceFirst(
          Effect.asSome(open(scale)),
          Effect.as(stopped, Option.none<Subscription>())
        )
        if (Option.isNone(subscription)) return Stream.empty
        const { deliveries, stop } = subscription.value
        yield* Effect.forkScoped(Effect.andThen(Effect.raceAllFirst([stopped, paused, isOther]), stop))
        const held = new Set<Delivery>()
        yield* Effect.addFinalizer(() => {
          hand.drop()
          const count = held.size
          held.clear()
          return Metrics.dropped(options.step, count)
        })
        return handle(
          deliveries.pipe(
            Stream.mapEffect((delivery) => inHand(options.step, delivery, hand, held)),
            Stream.catchTag("BrokerUnavailable", (error) => Stream.fromEffectDrain(warn(error)))
          ),
          stop,
          scale
        )
      })
    )
  const sessions = (hand: Hand) =>
    session(hand).pipe(
      Stream.repeat(
        Schedule.spaced("100 millis").pipe(
          Schedule.while(() => Effect.map(Deferred.isDone(options.stop), (done) => !done))
        )
      )
    )
  return Stream.unwrap(Effect.flatMap(ActivityLog, (log) => Effect.map(log.open(options.step), sessions)))
}

/** Where in the client a connection broke says nothing to those who read it. */
const warn = ({ message }: { readonly message: string }) => Effect.logWarning(message)

/** The delivery, in hand and measured from now on until it is settled. */
const inHand = Effect.fnUntraced(function* (step: StepName, delivery: Delivery, hand: Hand, held: Set<Delivery>) {
  const taken = yield* Clock.currentTimeMillis
  const settle: Delivery["settle"] = (settlement) =>
    Effect.ensuring(
      delivery.settle(settlement),
      Effect.suspend(() => {
        hand.release(delivery, "after" in settlement ? waitOf(settlement.after) : undefined)
        if (!held.delete(delivery)) return Effect.void
        return Effect.flatMap(Clock.currentTimeMillis, (now) => Metrics.settled(step, settlement, now - taken))
      })
    )
  hand.take(delivery)
  held.add(delivery)
  // Another attempt has waited on purpose, and a redelivery was held by another consumer.
  const isFirst = delivery.attempt === 1 && !delivery.redelivered
  const wait = Messages.waited(delivery.headers, taken)
  yield* Metrics.taken(step, isFirst ? wait : undefined)
  return { ...delivery, settle }
})
