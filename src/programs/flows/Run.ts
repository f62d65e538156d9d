/**
 * The one loop of the pipeline. It decodes the messages of a step, has them performed, commits what was found in batches,
 * settles the deliveries after the commit, and tells the stages that follow.
 *
 * Nothing that a message leads to ends the loop: what cannot be decoded, handled or stored is set aside with its reason,
 * and costs no other message.
 */
import { type Deferred, Effect, Option, Result, Schema, Stream } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import { CurrentLane, type Lane, Settlement } from "../../services/MessageBroker.ts"
import { batches, inBatches } from "./Batches.ts"
import type { Breaker } from "./Breaker.ts"
import { consume } from "./Consume.ts"
import * as FailurePolicy from "./FailurePolicy.ts"
import { finish } from "./Finish.ts"
import * as Spans from "./Spans.ts"
import { type Asking, type Deliveries, type Handled, type Message, type Performed, settled, type Step } from "./Step.ts"
import * as Turns from "./Turns.ts"

/** Works on both lanes of the step until told to stop; says what happened. */
export const run = <M extends Message, A, R>(step: Step<M, A, R>, stop: Deferred.Deferred<void>) => {
  const turns = Turns.oneAtATime<ImageId>()
  return Stream.merge(runLane(step, "bulk", turns, stop), runLane(step, "express", turns, stop))
}

/** The share of places at work that the express lane has for itself, besides those of the other. */
const expressShare = 2 / 3

const runLane = <M extends Message, A, R>(
  { breaker, ...step }: Step<M, A, R>,
  lane: Lane,
  turns: Turns.Turns<ImageId>,
  stop: Deferred.Deferred<void>
) => {
  const { batch, perform, queue, scale } = step
  const places = (count: number) => (lane === "express" ? Math.ceil(count * expressShare) : count)
  const decode = Schema.decodeUnknownResult(step.message)
  const ready = breaker?.untilClosed ?? Effect.void
  return consume(
    { queue, lane, step: step.name, prefetch: places(step.prefetch), stop, ready, ...(scale && { scale }) },
    (deliveries, pause, scale) => {
      const mine = Turns.share(turns)
      const received = Stream.map(deliveries, (delivery): Received<M> => ({
        deliveries: [delivery],
        message: decode(delivery.body)
      }))
      const tasks =
        "ask" in perform && perform.coalesces
          ? Stream.flattenIterable(Stream.map(batches(batch)(received), coalesce))
          : received
      const finished =
        "value" in perform
          ? inBatches(batch, (received: ReadonlyArray<Received<M>>) =>
              finishing(step, mine)(coalesce(received).map((task) => handle(task, valued(task, perform.value))))
            )(received)
          : tasks.pipe(
              Stream.mapEffect((task) => Effect.tap(ask(step, perform, task, mine), pauseWhenOpen(breaker, pause)), {
                concurrency: places(Math.ceil(perform.concurrency * scale)),
                unordered: true
              }),
              finishingAll(step, mine, Math.ceil(batch.size * scale))
            )
      return finished.pipe(
        Stream.flattenIterable,
        Stream.ensuring(Effect.sync(mine.endAll)),
        Stream.provideService(CurrentLane, lane)
      )
    }
  )
}

/** Finishes tasks, in batches of the step's own or together with those of others. */
const finishingAll =
  <M extends Message, A, R>(step: Step<M, A, R>, turns: Turns.Turns<ImageId>, enough: number) =>
  <E, R2>(handled: Stream.Stream<Handled<A>, E, R2>) => {
    const { others, ...batch } = step.batch
    if (others === undefined) return inBatches({ ...batch, size: enough }, finishing(step, turns))(handled)
    const side = { name: step.name, enough }
    const bring = (one: Handled<A>) => Effect.ensuring(others.bring(one, side), endTurns(turns, [one]))
    return Stream.mapEffect(handled, bring, { concurrency: "unbounded", unordered: true })
  }

const finishing =
  <M extends Message, A, R>(step: Step<M, A, R>, turns: Turns.Turns<ImageId>) =>
  (all: ReadonlyArray<Handled<A>>) =>
    Effect.ensuring(finish(step, all), endTurns(turns, all))

/** What was delivered, decoded if it can be. */
interface Received<M> {
  readonly deliveries: Deliveries
  readonly message: Result.Result<M, Schema.SchemaError>
}

/** Messages about one image become one, which stands where the first of them did. */
const coalesce = <M extends Message>(received: ReadonlyArray<Received<M>>): ReadonlyArray<Received<M>> => {
  const byImage = new Map<ImageId | Received<M>, Received<M>>()
  for (const one of received) {
    const key = Result.isSuccess(one.message) ? one.message.success.imageId : one
    const known = byImage.get(key)
    byImage.set(key, known === undefined ? one : { ...known, deliveries: [...known.deliveries, ...one.deliveries] })
  }
  return [...byImage.values()]
}

const valued = <M, A>({ message }: Received<M>, value: (message: M) => A): Performed<A> =>
  Result.match(message, {
    onSuccess: (message) => ({ commit: Option.some(value(message)), settlement: Settlement.Ack(), events: [] }),
    onFailure: (error) => settled(FailurePolicy.onUnreadable(error))
  })

/** Performs a task, in a span of its own. */
const ask = <M extends Message, A, R>(
  step: Pick<Step<M, A, R>, "queue">,
  perform: Asking<M, A, R>,
  received: Received<M>,
  turns: Turns.Turns<ImageId>
): Effect.Effect<Handled<A>, never, R> => {
  const { deliveries, message } = received
  const performed = Result.match(message, {
    onSuccess: (message) =>
      Effect.annotateCurrentSpan("windmill.image_id", message.imageId).pipe(
        Effect.andThen(perform.ask({ message, deliveries })),
        Effect.annotateLogs("image_id", message.imageId)
      ),
    onFailure: (error) => Effect.succeed<Performed<A>>(settled(FailurePolicy.onUnreadable(error)))
  })
  const handled = performed.pipe(
    Effect.catchDefect((defect) => Effect.map(FailurePolicy.onDefect(step.queue, defect), (end) => settled(end))),
    Effect.tap(({ settlement }) => Effect.annotateCurrentSpan(Spans.endOf(settlement))),
    Effect.flatMap((performed) =>
      Effect.map(Effect.option(Effect.currentSpan), (span) => ({ ...handle(received, performed), span }))
    ),
    Spans.processing(deliveries)
  )
  return perform.coalesces && Result.isSuccess(message)
    ? Effect.andThen(turns.take(message.success.imageId), handled)
    : handled
}

const handle = <M extends Message, A>({ deliveries, message }: Received<M>, performed: Performed<A>): Handled<A> => ({
  ...performed,
  deliveries,
  imageId: Option.map(Result.getSuccess(message), ({ imageId }) => imageId),
  span: Option.none()
})

/** Gives back what was delivered and not read yet, when the service is to be left alone. */
const pauseWhenOpen = (breaker: Breaker | undefined, pause: Effect.Effect<void>) =>
  breaker === undefined ? Effect.void : Effect.flatMap(breaker.isOpen, (isOpen) => (isOpen ? pause : Effect.void))

const endTurns = (turns: Turns.Turns<ImageId>, handled: ReadonlyArray<Handled<unknown>>) =>
  Effect.sync(() => {
    for (const { imageId } of handled) Option.map(imageId, turns.end)
  })
