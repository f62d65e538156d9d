/**
 * A step of the pipeline, as data: the queue it works on, what its messages are, what is done with each and what with many.
 *
 * `Run.ts` is the one loop that works on any step. A step never settles a delivery and never publishes: it says how the
 * deliveries are to end, and which images are to be looked at next.
 */
import { type Effect, Option, type Schema, type Tracer } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { StepName } from "../../domain/StepName.ts"
import type { Delivery, Settlement } from "../../services/MessageBroker.ts"
import type { StoreRejected } from "../../services/ResultStore.ts"
import type { BatchedWork } from "./Batches.ts"
import type { Breaker } from "./Breaker.ts"
import type { Look } from "./Hints.ts"
import type { Together } from "./Together.ts"

/** Every message is about one image. */
export interface Message {
  readonly imageId: ImageId
}

export interface Step<M extends Message, A, R> {
  /** What is paused, resumed, watched and measured. */
  readonly name: StepName
  readonly queue: string
  readonly message: Schema.ConstraintDecoder<M>
  /** Deliveries held at once. */
  readonly prefetch: number
  /** Says when to leave the queue alone. */
  readonly breaker?: Breaker
  /** How many times as much is held and performed at once as is said here. When that changes, the step begins anew with it. */
  readonly scale?: { readonly now: Effect.Effect<number>; readonly untilOther: (than: number) => Effect.Effect<void> }
  /** What is to be committed about a message: found out by asking, or plain from the message; then two messages are one. */
  readonly perform: Asking<M, A, R> | { readonly value: (message: M) => A }
  /**
   * How tasks are committed together. With `others`, together with the tasks of other steps that commit in the same way.
   */
  readonly batch: BatchedWork & { readonly others?: Together<Handled<A>, PipelineEvent> }
  /** Commits all. It may be repeated, for when it fails, some may be committed. */
  readonly commit: (work: ReadonlyArray<Work<A>>) => Effect.Effect<Committed, StoreRejected, R>
  /** Names the part of an image's trace in which its work is committed; none when `commit` makes it. */
  readonly commitSpan?: string
  /** What to do instead with work that the store refuses. Without it, its deliveries are set aside. */
  readonly onRejected?: (work: Work<A>, rejected: StoreRejected) => Effect.Effect<Performed<A>, never, R>
}

export interface Asking<M, A, R> {
  /** So many tasks at the same time. */
  readonly concurrency: number
  /** Whether messages about one image that arrive close together are one task, and an image is in one task at a time. */
  readonly coalesces: boolean
  readonly ask: (task: Task<M>) => Effect.Effect<Performed<A>, never, R>
}

/** At least one. */
export type Deliveries = readonly [Delivery, ...Array<Delivery>]

/** A message, with all deliveries that asked for it. */
export interface Task<M> {
  readonly message: M
  readonly deliveries: Deliveries
}

/** What came of a task. */
export interface Performed<A> {
  /** What is to be committed before the deliveries are settled. */
  readonly commit: Option.Option<A>
  readonly settlement: Settlement
  /** What happened besides. */
  readonly events: ReadonlyArray<PipelineEvent>
}

/** Deliveries, and what came of them. */
export interface Handled<A> extends Performed<A> {
  readonly deliveries: Deliveries
  /** None when the message cannot be read. */
  readonly imageId: Option.Option<ImageId>
  /** The span of the asking, if anything was asked. */
  readonly span: Option.Option<Tracer.Span>
}

/** Nothing is to be committed, and the deliveries end like this. */
export const settled = (settlement: Settlement, events: ReadonlyArray<PipelineEvent> = []): Performed<never> => ({
  commit: Option.none(),
  settlement,
  events
})

/** Something to be committed, and where it came from. */
export interface Work<A> {
  readonly imageId: ImageId
  readonly value: A
  readonly deliveries: Deliveries
  /** The span of the asking, if anything was asked. */
  readonly span: Option.Option<Tracer.Span>
}

export interface Committed {
  readonly events: ReadonlyArray<PipelineEvent>
  /** The images that stages are to look at next. */
  readonly looks: ReadonlyArray<Look>
}
