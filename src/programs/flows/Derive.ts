/**
 * Deriving: the steps that keep the boxes and the consensus of every image up to date. A hint comes in, the facts of the
 * image are read, what stages derive from them is derived again and replaces what is stored unless that is newer.
 *
 * Stages of one process derive together: the facts are read and decoded once, and written in one transaction. So are images of
 * a batch; while the database writes full ones, the next is derived. Nothing is coordinated: of two postprocessors at one
 * image the one with the older facts writes nothing.
 */
import { Effect } from "effect"
import type { Consensus } from "../../domain/Consensus.ts"
import * as Derive from "../../domain/Derive.ts"
import * as EnrichmentPlan from "../../domain/EnrichmentPlan.ts"
import type { ImageFacts } from "../../domain/Facts.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox, MergedBoxes } from "../../domain/MergedBox.ts"
import { type Hint, HintJson, hintQueue } from "../../domain/Messages.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import type { Algorithms, Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import * as Workflow from "../../domain/Workflow.ts"
import * as Metrics from "../../services/Metrics.ts"
import { type Derived, ResultStore, type StoreRejected } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import type { Look } from "./Hints.ts"
import { untilStored } from "./Reconnect.ts"
import * as SetAside from "./SetAside.ts"
import * as Spans from "./Spans.ts"
import type { Committed, Deliveries, Step, Work } from "./Step.ts"

/** What is derived with, and which stages this process runs. */
export interface Deriving {
  readonly catalog: ServiceCatalog
  readonly strategy: Strategy
  readonly stages: ReadonlyArray<Stage>
}

/** Keeps the harmonized boxes, and with them what else this process derives from the same facts. */
export const harmonizing = (options: Deriving) => {
  const keyed = withKeys(options)
  return stepOf("harmonize", (work) => Effect.flatMap(withoutPaused(keyed), (options) => derive(options, work)))
}

/** Keeps the consensus where it was not derived with the boxes. */
export const voting = (options: Deriving) => {
  const keyed = withKeys({ ...options, stages: ["consensus"] })
  return stepOf("consensus", (work) => derive(keyed, work))
}

/** With what each stage derives with, which is the same for all images. */
interface Keyed extends Deriving {
  readonly algorithms: Algorithms
}

const withKeys = (options: Deriving): Keyed => ({
  ...options,
  algorithms: Derive.keys(options.strategy, options.catalog)
})

const stepOf = <R>(name: DerivingStage, commit: Step<Hint, ImageId, R>["commit"]): Step<Hint, ImageId, R> => ({
  name,
  queue: hintQueue[name],
  message: HintJson,
  prefetch: 384,
  perform: { value: ({ imageId }) => imageId },
  batch: { size: 96, within: "10 millis", crowded: "100 millis", concurrency: 3 },
  commit
})

/** While voting is switched off, hints at it wait in its queue. */
const withoutPaused = (options: Keyed) =>
  Effect.map(
    ServiceSwitch.use((switches) => switches.isPaused("consensus")),
    (isPaused): Keyed =>
      isPaused ? { ...options, stages: options.stages.filter((stage) => stage !== "consensus") } : options
  )

const allOf = <E, R>(parts: Effect.Effect<ReadonlyArray<Committed>, E, R>): Effect.Effect<Committed, E, R> =>
  Effect.map(parts, (parts) => ({
    events: parts.flatMap(({ events }) => events),
    looks: parts.flatMap(({ looks }) => looks)
  }))

/** Derives for the images for which one of the stages must run. */
const derive = (
  options: Keyed,
  work: ReadonlyArray<Work<ImageId>>
): Effect.Effect<Committed, StoreRejected, ResultStore> =>
  Effect.gen(function* () {
    const store = yield* ResultStore
    const asked = new Map(work.map(({ deliveries, value }) => [value, deliveries]))
    const stages = options.stages.filter((stage) => stage !== "enrich")
    const { algorithms } = options
    const staleFor = {
      ...Object.fromEntries(stages.map((stage) => [stage, algorithms[stage]])),
      services: algorithms.services
    }
    const facts = yield* untilStored(store.facts([...asked.keys()], staleFor))
    const deriving = Effect.gen(function* () {
      const images = yield* Effect.forEach(facts, (one) => deriveImage(options, one, asked.get(one.imageId)!))
      return yield* save(stages, images, work.length - images.length)
    })
    const [image] = facts
    if (image === undefined) return yield* deriving
    // Of several images that fail together, each is tried alone; of several stages, too.
    const instead = (problem: unknown): Effect.Effect<Committed, StoreRejected, ResultStore> => {
      if (work.length > 1) return allOf(Effect.forEach(work, (one) => derive(options, [one])))
      if (stages.length > 1)
        return allOf(Effect.forEach(stages, (stage) => derive({ ...options, stages: [stage] }, work)))
      return setAside(stages[0]!, image, Derive.keysOf(algorithms, image)[stages[0]!], problem)
    }
    return yield* deriving.pipe(Effect.catch(instead), Effect.catchDefect(instead))
  })

/** What follows goes on with what is stored. */
const setAside = (stage: DerivingStage, { imageId, revision }: ImageFacts, algorithm: string, problem: unknown) =>
  Effect.as(SetAside.image(stage, { imageId, derivation: { revision, algorithm } }, problem), {
    events: [],
    looks: [{ imageId, stages: follows[stage], headers: {} }]
  })

type DerivingStage = Exclude<Stage, "enrich">

const follows: Readonly<Record<DerivingStage, ReadonlyArray<Stage>>> = {
  harmonize: ["consensus", ...Workflow.follows.boxes],
  consensus: Workflow.follows.consensus
}

/** What was derived for an image. */
interface DerivedImage {
  readonly imageId: ImageId
  readonly boxes?: Derived<Boxes>
  readonly consensus?: Derived<Consensus>
  readonly enrichment?: Derived<void>
  readonly looks: ReadonlyArray<Look>
}

interface Boxes extends MergedBoxes {
  /** The detectors that had reported. */
  readonly reporters: ReadonlyArray<ServiceId>
}

/**
 * One image's derivations, each a step of that image's trace, which what follows from the boxes continues. The image is
 * complete at once when its boxes want no crop that was not answered.
 */
const deriveImage = Effect.fnUntraced(function* (
  { algorithms, catalog, stages, strategy }: Keyed,
  facts: ImageFacts,
  deliveries: Deliveries
): Effect.fn.Return<DerivedImage> {
  const { imageId, revision } = facts
  const keys = Derive.keysOf(algorithms, facts)
  const as = <A>(stage: Stage, value: A): Derived<A> => ({
    imageId,
    derivation: { revision, algorithm: keys[stage] },
    value
  })
  const step = (stage: Stage) =>
    Spans.stepOf(`${stage} image`, { imageId, deliveries }, { "windmill.revision": revision })
  // Read in the first of the spans.
  let known: (Boxes & { readonly observation: Derive.Observation }) | undefined
  const know = () => (known ??= read(facts, catalog, strategy))

  const harmonized = stages.includes("harmonize")
    ? yield* Effect.gen(function* () {
        const { boxes } = know()
        yield* Effect.annotateCurrentSpan({ "windmill.boxes": boxes.length })
        return { boxes: as("harmonize", know()), span: yield* Effect.orDie(Effect.currentSpan) }
      }).pipe(step("harmonize"))
    : undefined
  const consensus = stages.includes("consensus")
    ? yield* Effect.gen(function* () {
        const value = Derive.consensus(know().observation, strategy, know())
        yield* Effect.annotateCurrentSpan({ "windmill.votes": value.votes.consensus.length })
        return as("consensus", value)
      }).pipe(step("consensus"))
    : undefined
  if (harmonized === undefined) return { imageId, looks: [], ...(consensus && { consensus }) }
  const isComplete = stages.includes("enrich") && missing(know().boxes, catalog, facts).length === 0
  const next = follows.harmonize.filter((stage) => !(stage === "enrich" ? isComplete : stages.includes(stage)))
  return {
    imageId,
    boxes: harmonized.boxes,
    ...(consensus && { consensus }),
    ...(isComplete && { enrichment: as("enrich", undefined) }),
    looks: next.length === 0 ? [] : [{ imageId, stages: next, headers: TraceContext.headersOf(harmonized.span) }]
  }
})

const read = (facts: ImageFacts, catalog: ServiceCatalog, strategy: Strategy) => {
  const observation = Derive.observe(facts, catalog)
  const reporters = observation.image.flatMap(({ service }) => (service.kind === "spatial" ? [service.id] : []))
  return { ...Derive.boxes(observation, strategy), observation, reporters }
}

const missing = (boxes: ReadonlyArray<MergedBox>, catalog: ServiceCatalog, { crops }: ImageFacts) =>
  EnrichmentPlan.missing(EnrichmentPlan.plan(boxes, catalog), crops)

/** Stores what was derived, in one transaction; `skipped` images needed nothing. */
const save = Effect.fnUntraced(function* (
  stages: ReadonlyArray<DerivingStage>,
  images: ReadonlyArray<DerivedImage>,
  skipped: number
) {
  const store = yield* ResultStore
  const changed = yield* untilStored(
    store.save({
      boxes: images.flatMap(({ boxes }) => (boxes === undefined ? [] : [{ ...boxes, value: boxes.value.boxes }])),
      consensus: images.flatMap(({ consensus }) => consensus ?? []),
      enrichment: images.flatMap(({ enrichment }) => enrichment ?? [])
    })
  )
  const changes = { harmonize: new Set(changed.boxes), consensus: new Set(changed.consensus) }
  for (const stage of stages) {
    const { size } = changes[stage]
    yield* Metrics.derived(stage, { changed: size, unchanged: images.length - size, skipped })
  }
  return {
    events: images.flatMap(({ boxes, consensus, imageId }) => [
      ...(boxes === undefined ? [] : [harmonizedEvent(boxes, changes.harmonize.has(imageId))]),
      ...(consensus === undefined ? [] : [votedEvent(consensus, changes.consensus.has(imageId))])
    ]),
    looks: images.flatMap(({ looks }) => looks)
  }
})

const harmonizedEvent = ({ derivation, imageId, value }: Derived<Boxes>, changed: boolean) =>
  PipelineEvent.Harmonized({
    imageId,
    revision: derivation.revision,
    services: value.reporters,
    boxes: value.boxes.filter(({ status }) => status === "confirmed").length,
    changed
  })

const votedEvent = ({ derivation, imageId, value }: Derived<Consensus>, changed: boolean) =>
  PipelineEvent.Voted({
    imageId,
    revision: derivation.revision,
    services: value.servicesCount,
    emojis: value.votes.consensus.flatMap(({ emoji }) => emoji ?? []),
    changed
  })
