/**
 * Keeping a derived fact of every image up to date: a hint comes in, the image's facts are read, the fact is derived again
 * and replaces the stored one unless that is newer.
 *
 * Hints come in batches, and a batch costs one read and one write whatever its size. Nobody is coordinated with: of two
 * postprocessors at one image the one with the older facts writes nothing.
 */
import { type Deferred, Effect, Stream } from "effect"
import type { ImageFacts } from "../../domain/Facts.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import { type MessageBroker, Settlement } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { type Derived, ResultStore, type ResultStoreError, type StoreRejected } from "../../services/ResultStore.ts"
import * as Hints from "./Hints.ts"
import { untilStored } from "./Persist.ts"
import * as Spans from "./Spans.ts"

/** A kind of derived fact. */
export interface DerivedFact<A> {
  readonly stage: Stage
  /** Names what derives it, with version and options. */
  readonly algorithm: string
  readonly derive: (facts: ImageFacts) => A
  /** Stores the facts that are newer than what is stored; returns the images for which something changed. */
  readonly save: (
    store: ResultStore["Service"],
    derived: ReadonlyArray<Derived<A>>
  ) => Effect.Effect<ReadonlyArray<ImageId>, ResultStoreError>
  /** What a span says of the fact, by names of its own. */
  readonly attributes: (value: A) => Readonly<Record<string, number>>
  readonly event: (derived: Derived<A>, changed: boolean) => PipelineEvent
  /** The stages that build on it. */
  readonly tells: ReadonlyArray<Stage>
}

/** Derives `fact` for every image somebody hints at, until told to stop. */
export const keepDerived = <A>(fact: DerivedFact<A>, options: { readonly stop: Deferred.Deferred<void> }) =>
  Hints.hinted(fact.stage, { stop: options.stop, batch: 64 }).pipe(
    Stream.mapEffect((hints) => deriveAndSettle(fact, hints)),
    Stream.flattenIterable
  )

/** Derives for all images at once; when the store refuses one of them, for each on its own, so that it costs no other. */
const deriveAndSettle = <A>(
  fact: DerivedFact<A>,
  hints: ReadonlyArray<Hints.Hinted>
): Effect.Effect<ReadonlyArray<PipelineEvent>, never, ResultStore | MessageBroker> =>
  derive(fact, hints).pipe(
    Effect.tap(() => Effect.forEach(hints, (hint) => Hints.settle(hint, Settlement.Ack()), { discard: true })),
    Effect.catch((problem) => {
      const [only] = hints
      return hints.length > 1
        ? Effect.map(
            Effect.forEach(hints, (hint) => deriveAndSettle(fact, [hint])),
            (events) => events.flat()
          )
        : Effect.as(Hints.settle(only!, Settlement.DeadLetter({ reason: problem.message })), [])
    })
  )

const derive = <A>(
  fact: DerivedFact<A>,
  hints: ReadonlyArray<Hints.Hinted>
): Effect.Effect<ReadonlyArray<PipelineEvent>, StoreRejected, ResultStore | MessageBroker> =>
  Effect.gen(function* () {
    const store = yield* ResultStore
    const hinted = new Map(hints.map((hint) => [hint.imageId, hint]))
    const facts = yield* untilStored(store.facts([...hinted.keys()], fact))
    const looks = yield* Effect.forEach(facts, (one) => deriveOne(fact, one, hinted.get(one.imageId)!))
    const derived = looks.map(({ derived }) => derived)
    const changed = new Set(yield* untilStored(fact.save(store, derived)))
    yield* Metrics.derived(fact.stage, {
      changed: changed.size,
      unchanged: derived.length - changed.size,
      skipped: hinted.size - derived.length
    })
    yield* Hints.tell(fact.tells, looks)
    return derived.map((one) => fact.event(one, changed.has(one.imageId)))
  }).pipe(Spans.processingBatch(hints.flatMap(({ deliveries }) => deliveries)))

/** One image's derivation, as a step of that image's trace, which what follows from it continues. */
const deriveOne = <A>(
  fact: DerivedFact<A>,
  facts: ImageFacts,
  hint: Hints.Hinted
): Effect.Effect<Hints.Look & { readonly derived: Derived<A> }> =>
  Effect.gen(function* () {
    const span = yield* Effect.orDie(Effect.currentSpan)
    const value = fact.derive(facts)
    yield* Effect.annotateCurrentSpan(fact.attributes(value))
    const { imageId, revision } = facts
    return {
      imageId,
      headers: TraceContext.headersOf(span),
      derived: { imageId, derivation: { revision, algorithm: fact.algorithm }, value }
    }
  }).pipe(Spans.stepOf(`${fact.stage} image`, hint, { "windmill.revision": facts.revision }))
