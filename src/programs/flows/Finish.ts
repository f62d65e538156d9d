/** The end of work on messages: what was found is committed, then the deliveries are settled, and the stages that follow told. */
import { Effect, Option, Schema } from "effect"
import type { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { MessageBroker } from "../../services/MessageBroker.ts"
import type { StoreRejected } from "../../services/ResultStore.ts"
import type { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import * as FailurePolicy from "./FailurePolicy.ts"
import * as Hints from "./Hints.ts"
import * as Spans from "./Spans.ts"
import { type Handled, type Performed, settled, type Step, type Work } from "./Step.ts"

/** How work is committed. */
export type Committing<A, R> = Pick<Step<never, A, R>, "commit" | "commitSpan" | "onRejected">

/** Finishes tasks together. Says what happened. */
export const finish = Effect.fnUntraced(function* <A, R>(step: Committing<A, R>, handled: ReadonlyArray<Handled<A>>) {
  const events = yield* commit(
    step,
    handled.filter(({ commit }) => Option.isSome(commit))
  )
  const others = handled.filter(({ commit }) => Option.isNone(commit))
  yield* Effect.forEach(others, settle, { discard: true })
  return [...events, ...others.flatMap(({ events }) => events)]
})

/**
 * Commits all at once. When that fails, it commits each on its own, so that one costs no other, and asks the step about the
 * one that fails alone.
 */
const commit = <A, R>(
  step: Committing<A, R>,
  handled: ReadonlyArray<Handled<A>>
): Effect.Effect<ReadonlyArray<PipelineEvent>, never, R | MessageBroker | ServiceSwitch> => {
  const [first] = handled
  if (first === undefined) return Effect.succeed([])
  const work = handled.map(workOf)
  return Effect.gen(function* () {
    const { events, looks } = yield* step.commit(work).pipe(Effect.catchDefect((defect) => new Defective({ defect })))
    yield* Effect.forEach(handled, settle, { discard: true })
    yield* Hints.tell(looks)
    return [...events, ...handled.flatMap((one) => one.events)]
  }).pipe(
    Spans.committing(step.commitSpan, handled),
    Effect.catch((problem) => {
      if (handled.length > 1) {
        return Effect.map(
          Effect.forEach(handled, (one) => commit(step, [one])),
          (events) => events.flat()
        )
      }
      return Effect.flatMap(instead(step, work[0]!, problem), (performed) => finish(step, [{ ...first, ...performed }]))
    })
  )
}

/** Committing brought a mistake in the program to light. */
class Defective extends Schema.TaggedError<Defective>()("Defective", { defect: Schema.Defect() }) {}

const instead = <A, R>(
  { onRejected }: Committing<A, R>,
  work: Work<A>,
  problem: StoreRejected | Defective
): Effect.Effect<Performed<A>, never, R> => {
  if (problem._tag === "Defective") {
    return Effect.map(FailurePolicy.onDefect(work.deliveries[0].queue, problem.defect), (end) => settled(end))
  }
  return onRejected?.(work, problem) ?? Effect.succeed(settled(FailurePolicy.onRejected(problem)))
}

const workOf = <A>({ commit, deliveries, imageId, span }: Handled<A>): Work<A> => ({
  imageId: Option.getOrThrow(imageId),
  value: Option.getOrThrow(commit),
  deliveries,
  span
})

/** Settles all deliveries of a task, in the trace of its image. No other place settles any. */
const settle = ({ deliveries, settlement, span }: Handled<unknown>) => {
  const settled = Effect.forEach(deliveries, (delivery) => delivery.settle(settlement), { discard: true })
  return Option.isSome(span) ? Effect.withParentSpan(settled, span.value, { captureStackTrace: false }) : settled
}
