/**
 * The sweep: asks the database what is stale or owed, and hints at it again.
 *
 * Messages may be lost, with a broker or between a commit and its publish. What they asked for is still in the database, and
 * is published again, in pages, when the step is idle: then no program is about to do it. One program at a time sweeps each
 * stage, and one the services; when it is gone, another does.
 */
import { Array, Clock, type Deferred, Duration, Effect, Option, Schedule, Stream } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import { hintQueue } from "../../domain/Messages.ts"
import * as Publication from "../../domain/Publication.ts"
import type { Algorithms, Stage } from "../../domain/Staleness.ts"
import type { StepName } from "../../domain/StepName.ts"
import { knownWithin } from "../../domain/Worker.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type BrokerUnavailable, MessageBroker } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { ResultStore, type ResultStoreError, type SubmittedImage, type Unfinished } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import type { WorkerRegistry } from "../../services/WorkerRegistry.ts"
import { duty, type Keep } from "./Duty.ts"
import * as Hints from "./Hints.ts"
import * as Idle from "./Idle.ts"
import { remembered } from "./Remembered.ts"
import * as SetAside from "./SetAside.ts"
import { publishOwed } from "./Submit.ts"

export interface SweepOptions {
  readonly every: Duration.Input
  readonly stop: Deferred.Deferred<void>
  /** The stages to find work for. */
  readonly stages: ReadonlyArray<Stage>
  /** What this deployment derives with. */
  readonly algorithms: Algorithms
}

/** Images that are looked at together. */
const page = 1000

/** How long whoever sweeps has the duty to itself, from its last page on. */
const lease = Duration.seconds(15)

/** Sweeps on a schedule until told to stop. The first sweep comes at once. */
export const sweep = (options: SweepOptions) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const store = yield* ResultStore
      const catalog = yield* Catalog
      const look = yield* remembered(store.unfinished(options.algorithms), "1 second")
      const ofStages = options.stages.map((stage): Sweep => ({
        name: stage,
        steps: [stage],
        isDue: ({ stages }) => stages.has(stage),
        work: (keep, memory) => hintAtStale(stage, options.algorithms, keep, memory)
      }))
      const ofServices: Sweep = {
        name: "services",
        steps: catalog.map(({ id }) => id),
        isDue: ({ lacksAnswers }) => lacksAnswers,
        work: publishForgotten
      }
      return Stream.mergeAll(
        [...ofStages, ofServices].map((sweep) => sweeping(sweep, look, options)),
        { concurrency: "unbounded" }
      )
    })
  )

/** What one program at a time looks after. */
interface Sweep {
  readonly name: string
  readonly steps: ReadonlyArray<StepName>
  readonly isDue: (unfinished: Unfinished) => boolean
  readonly work: (keep: Keep, memory: Memory, unfinished: Unfinished) => Effect.Effect<void, Failure, Needs>
}

type Failure = ResultStoreError | BrokerUnavailable

type Needs = Catalog | MessageBroker | ResultStore | ServiceSwitch | WorkerRegistry

const nothing: Unfinished = { stages: new Set(), lacksAnswers: false, newest: Option.none() }

const newestOf = ({ newest }: Unfinished): number => Option.getOrElse(newest, () => 0)

/** What one sweep of a duty leaves for the next: since when steps are idle, and the newest image there was. */
interface Memory {
  idleSince: ReadonlyMap<string, number>
  newest: number
}

/**
 * Of the steps that look idle, those that have looked so for as long as it takes to be told what a program has in hand. What
 * is in hand and published again is done twice.
 */
const certain = <S extends string>(memory: Memory, idle: Iterable<S>) =>
  Effect.map(Clock.currentTimeMillis, (now): ReadonlySet<S> => {
    const since = new Map(Array.fromIterable(idle).map((step) => [step, memory.idleSince.get(step) ?? now]))
    memory.idleSince = since
    return new Set([...since].filter(([, from]) => now - from >= Duration.toMillis(knownWithin)).map(([step]) => step))
  })

/**
 * Does the work every so often, when there is some. Whether the duty is this program's is looked at more often, lest it pass to
 * another.
 */
const sweeping = (
  { isDue, name, steps, work }: Sweep,
  look: Effect.Effect<Unfinished, ResultStoreError>,
  { every, stop }: SweepOptions
) => {
  const interval = Duration.fromInputUnsafe(every)
  const memory: Memory = { idleSince: new Map(), newest: 0 }
  let nextLook = 0
  let found = nothing
  return duty({
    name: `sweep ${name}`,
    lease,
    every: Duration.min(interval, Duration.divideUnsafe(lease, 3)),
    isDue: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      if (now < nextLook) return isDue(found)
      found = yield* look
      if (isDue(found)) return true
      yield* certain(memory, steps)
      memory.newest = newestOf(found)
      nextLook = now + Duration.toMillis(interval)
      return false
    }),
    stop,
    onFailure: "The sweep is left to the next time",
    work: Effect.fnUntraced(function* (keep) {
      if ((yield* Clock.currentTimeMillis) < nextLook) return
      yield* Effect.withSpan(work(keep, memory, found), "Sweep", { root: true, attributes: { "windmill.step": name } })
      nextLook = (yield* Clock.currentTimeMillis) + Duration.toMillis(interval)
    })
  })
}

/**
 * Hints at all stale images of a stage that has nothing to do. While it has, hints are on their way; but none is at what
 * another algorithm has derived: that is hinted at in any case. As long as boxes are such, whoever harmonizes them votes as well.
 */
const hintAtStale = Effect.fnUntraced(function* (stage: Stage, algorithms: Algorithms, keep: Keep, memory: Memory) {
  const which = { algorithm: algorithms[stage], services: algorithms.services }
  const isIdle = (yield* Idle.isIdle(stage, hintQueue[stage])) && !(stage === "consensus" && (yield* isHarmonizing))
  const isCertain = (yield* certain(memory, isIdle ? [stage] : [])).has(stage)
  // A crop that is asked about twice costs a service an answer; what is derived twice costs next to nothing.
  if (stage === "enrich") {
    if (isCertain) yield* hintAt(stage, which, keep)
    return
  }
  if (stage === "consensus" && (yield* areBoxesOfAnother(algorithms))) return
  yield* hintAt(stage, isIdle ? which : { ...which, by: "algorithm" }, keep)
})

/** Whether there are boxes that another algorithm has derived, and harmonizing is not switched off. */
const areBoxesOfAnother = Effect.fnUntraced(function* ({ harmonize, services }: Algorithms) {
  if (yield* isHarmonizingOff) return false
  const store = yield* ResultStore
  return (yield* store.stale("harmonize", { algorithm: harmonize, services, by: "algorithm", limit: 1 })).length > 0
})

/**
 * Hints page by page. No more hints wait in the queue than one page has, so that what is answered meanwhile is looked at soon.
 * Those that were sent to wait for a delay hold up none of them, once it has begun: an image whose picture is away may wait for days.
 */
const hintAt = Effect.fnUntraced(function* (
  stage: Stage,
  which: Omit<Parameters<ResultStore["Service"]["stale"]>[1], "after" | "limit">,
  keep: Keep
) {
  const store = yield* ResultStore
  const broker = yield* MessageBroker
  const isLow = Effect.map(broker.ready(hintQueue[stage]), (ready) => ready < page / 2)
  let after: ImageId | undefined
  do {
    const stale = yield* store.stale(stage, { ...which, limit: page, ...(after === undefined ? {} : { after }) })
    if (stale.length === 0) return
    yield* Effect.andThen(keep, isLow).pipe(
      Effect.repeat({ until: (low) => low, schedule: Schedule.spaced("100 millis") })
    )
    yield* Hints.tell(stale.map((image) => Hints.lookAt(stage, image)))
    yield* Metrics.repaired(stage, stale.length)
    after = stale.at(-1)!.imageId
  } while (yield* keep)
})

/** Whether hints at harmonizing are on their way, which lead to votes as well. */
const isHarmonizing = Effect.gen(function* () {
  const isIdle = yield* Idle.isIdle("harmonize", hintQueue.harmonize)
  return !isIdle && !(yield* isHarmonizingOff)
})

const isHarmonizingOff = ServiceSwitch.use((switches) => switches.isPaused("harmonize"))

/**
 * Publishes all jobs that services owe which are idle. Of images that are not newer than the look before, since the jobs of
 * those may be about to be published.
 */
const publishForgotten = Effect.fnUntraced(function* (keep: Keep, memory: Memory, unfinished: Unfinished) {
  const catalog = yield* Catalog
  const { pauses } = yield* ServiceSwitch
  const paused = new Set((yield* pauses).map(({ step }) => step))
  const idle = yield* Idle.services(catalog.filter(({ id }) => !paused.has(id)))
  const forgetful = yield* certain(memory, idle)
  const { newest } = memory
  memory.newest = newestOf(unfinished)
  const isSetAside = yield* SetAside.jobs(catalog.filter(({ id }) => forgetful.has(id)))
  if (forgetful.size === 0) return
  const publishPage = Effect.fnUntraced(function* (known: ReadonlyArray<SubmittedImage>) {
    const due = Publication.due(
      Publication.only(known, (service, imageId) => forgetful.has(service) && !isSetAside(imageId, service)),
      { idle: forgetful, isPublished: () => true }
    )
    // The broker confirms some while others are written.
    yield* Effect.forEach(Array.chunksOf(due, page / 4), (part) => publishOwed(part, undefined, { isRepeated: true }), {
      concurrency: "unbounded",
      discard: true
    })
    for (const service of forgetful) {
      yield* Metrics.repaired(service, due.filter(({ owed }) => owed.includes(service)).length)
    }
  })
  // While a page is published the next one is read.
  yield* owing(keep, newest).pipe(Stream.mapEffect(publishPage, { concurrency: 2 }), Stream.runDrain)
})

/** The images up to `newest` that lack answers, in pages, as long as the duty is kept. */
const owing = (keep: Keep, newest: number) =>
  Stream.paginate(
    undefined as ImageId | undefined,
    Effect.fnUntraced(function* (after) {
      if (!(yield* keep)) return [[], Option.none()] as const
      const store = yield* ResultStore
      const owed = yield* store.owed({ scope: { _tag: "All" }, limit: page, ...(after === undefined ? {} : { after }) })
      const known = owed.filter(({ imageId }) => imageId <= newest)
      const isLast = owed.length < page || known.length < owed.length
      return [[known], isLast ? Option.none() : Option.some(owed.at(-1)!.imageId)] as const
    })
  )
