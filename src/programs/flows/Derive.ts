/**
 * Deriving: the steps that keep a derived fact of every image up to date. A hint comes in, the facts of the image are read,
 * the fact is derived again and replaces the stored one unless that is newer.
 *
 * A batch costs one read and one write whatever its size. Nothing is coordinated: of two postprocessors at one image the one
 * with the older facts writes nothing.
 */
import { Effect } from "effect"
import type { Consensus } from "../../domain/Consensus.ts"
import * as Derive from "../../domain/Derive.ts"
import type { ImageFacts } from "../../domain/Facts.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import { type Hint, HintJson, hintQueue } from "../../domain/Messages.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import * as Workflow from "../../domain/Workflow.ts"
import * as Metrics from "../../services/Metrics.ts"
import { type Derived, ResultStore, type ResultStoreError } from "../../services/ResultStore.ts"
import { untilStored } from "./Reconnect.ts"
import * as SetAside from "./SetAside.ts"
import * as Spans from "./Spans.ts"
import type { Step, Work } from "./Step.ts"

/** Keeps the harmonized boxes. */
export const harmonizing = (catalog: ServiceCatalog, strategy: Strategy) =>
  deriving<Boxes>({
    stage: "harmonize",
    algorithm: Derive.keys(strategy, catalog).harmonize,
    derive: (facts) => {
      const observation = Derive.observe(facts, catalog)
      const reporters = Derive.harmonizationInput(observation).reporters.map(({ service }) => service)
      return { reporters, boxes: Derive.boxes(observation, strategy).boxes }
    },
    save: (store, derived) => store.saveBoxes(derived.map(({ value, ...rest }) => ({ ...rest, value: value.boxes }))),
    attributes: ({ boxes }) => ({ "windmill.boxes": boxes.length }),
    event: ({ derivation, imageId, value }, changed) =>
      PipelineEvent.Harmonized({
        imageId,
        revision: derivation.revision,
        services: value.reporters,
        boxes: value.boxes.filter(({ box }) => box.status === "confirmed").length,
        changed
      }),
    tells: Workflow.follows.boxes
  })

interface Boxes {
  readonly reporters: ReadonlyArray<ServiceId>
  readonly boxes: ReadonlyArray<MergedBox>
}

/** Keeps the consensus. */
export const voting = (catalog: ServiceCatalog, strategy: Strategy) =>
  deriving<Consensus>({
    stage: "consensus",
    algorithm: Derive.keys(strategy, catalog).consensus,
    derive: (facts) => Derive.consensus(Derive.observe(facts, catalog), strategy),
    save: (store, derived) => store.saveConsensus(derived),
    attributes: ({ votes }) => ({ "windmill.votes": votes.consensus.length }),
    event: ({ derivation, imageId, value }, changed) =>
      PipelineEvent.Voted({
        imageId,
        revision: derivation.revision,
        services: value.servicesCount,
        emojis: value.votes.consensus.flatMap(({ emoji }) => emoji ?? []),
        changed
      }),
    tells: Workflow.follows.consensus
  })

/** A kind of derived fact. */
interface DerivedFact<A> {
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
  readonly tells: ReadonlyArray<Stage>
}

const deriving = <A>(fact: DerivedFact<A>): Step<Hint, ImageId, ResultStore> => ({
  name: fact.stage,
  queue: hintQueue[fact.stage],
  message: HintJson,
  prefetch: 128,
  perform: { value: ({ imageId }) => imageId },
  batch: { size: 64, within: "10 millis", concurrency: 1 },
  commit: (work) => derive(fact, work),
  tells: fact.tells
})

const derive = Effect.fnUntraced(function* <A>(fact: DerivedFact<A>, work: ReadonlyArray<Work<ImageId>>) {
  const store = yield* ResultStore
  const asked = new Map(work.map(({ deliveries, value }) => [value, deliveries]))
  const facts = yield* untilStored(store.facts([...asked.keys()], fact))
  const deriving = Effect.gen(function* () {
    const looked = yield* Effect.forEach(facts, (one) => deriveOne(fact, one, asked.get(one.imageId)!))
    const derived = looked.map(({ derived }) => derived)
    const changed = new Set(yield* untilStored(fact.save(store, derived)))
    yield* Metrics.derived(fact.stage, {
      changed: changed.size,
      unchanged: derived.length - changed.size,
      skipped: work.length - derived.length
    })
    return {
      events: derived.map((one) => fact.event(one, changed.has(one.imageId))),
      looks: looked.map(({ derived: { imageId }, headers }) => ({ imageId, headers }))
    }
  })
  // Of several that fail together, each is tried alone.
  const [one] = facts
  if (one === undefined || facts.length > 1) return yield* deriving
  const { imageId, revision } = one
  const derivation = { revision, algorithm: fact.algorithm }
  const instead = (problem: unknown) =>
    Effect.as(SetAside.image(fact.stage, { imageId, derivation }, problem), { events: [], looks: [lookAt(imageId)] })
  return yield* deriving.pipe(Effect.catch(instead), Effect.catchDefect(instead))
})

/** What follows goes on with what is stored. */
const lookAt = (imageId: ImageId) => ({ imageId, headers: {} })

/** One image's derivation, as a step of that image's trace, which what follows from it continues. */
const deriveOne = <A>(fact: DerivedFact<A>, facts: ImageFacts, deliveries: Work<ImageId>["deliveries"]) =>
  Effect.gen(function* () {
    const span = yield* Effect.orDie(Effect.currentSpan)
    const value = fact.derive(facts)
    yield* Effect.annotateCurrentSpan(fact.attributes(value))
    const { imageId, revision } = facts
    const derived: Derived<A> = { imageId, derivation: { revision, algorithm: fact.algorithm }, value }
    return { derived, headers: TraceContext.headersOf(span) }
  }).pipe(
    Spans.stepOf(`${fact.stage} image`, { imageId: facts.imageId, deliveries }, { "windmill.revision": facts.revision })
  )
