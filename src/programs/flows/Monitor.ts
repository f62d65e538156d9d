/**
 * How the pipeline is doing: what the database, the broker, the services and the workers say, put together.
 *
 * Whoever asks often gets what was found a moment ago. Counting takes longer the more images there are; it is done at most
 * a tenth of the time.
 */
import { Clock, type Duration, Effect, Option, Ref } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { hintQueue } from "../../domain/Messages.ts"
import { type Algorithms, stages } from "../../domain/Staleness.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as Troubles from "../../domain/Troubles.ts"
import { Catalog } from "../../services/Catalog.ts"
import { MessageBroker, type QueueStatistics } from "../../services/MessageBroker.ts"
import { type Counts, Progress } from "../../services/Progress.ts"
import type { Scope } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import { Tunings } from "../../services/Tunings.ts"
import { WorkerRegistry } from "../../services/WorkerRegistry.ts"
import * as PipelineView from "../views/PipelineView.ts"
import { watchHealth } from "./Health.ts"
import { remembered, rememberedBy } from "./Remembered.ts"

/** How many groups are listed. */
const maxGroups = 50

/** Watches the pipeline until the scope closes. With `algorithms`, what others have derived is stale, too. */
export const make = Effect.fnUntraced(function* (algorithms?: Algorithms) {
  const broker = yield* MessageBroker
  const catalog = yield* Catalog
  const registry = yield* WorkerRegistry
  const progress = yield* Progress
  const switches = yield* ServiceSwitch
  const tunings = yield* Tunings
  const health = yield* watchHealth

  const counts = yield* remembered(progress.counts({ _tag: "All" }, algorithms), "1 second")
  const times = yield* remembered(
    Effect.all({ answers: progress.pace, waits: progress.waits(catalog.map(({ id }) => id)) }),
    "1 second"
  )
  const groups = yield* remembered(progress.groups(maxGroups, ServiceCatalog.idsOf(catalog)), "1 second")
  const listed = [...catalog.map(({ queue }) => queue), ...stages.map((stage) => hintQueue[stage])]
  // The first queue that is not answered about is the last: each has to be waited for, and all share the broker.
  const queues = yield* remembered(
    Effect.flatMap(counts, (progress) => {
      const known = new Map<string, Option.Option<QueueStatistics>>()
      const unlisted = PipelineView.unlisted(catalog, progress)
      const names = [...listed, ...unlisted.map(({ service }) => PipelineView.usualQueue(service))]
      return Effect.forEach(names, (name) =>
        Effect.map(broker.statistics(name), (statistics) => known.set(name, Option.some(statistics)))
      ).pipe(Effect.ignore, Effect.as(known))
    }),
    "1 second"
  )

  const now = Effect.gen(function* () {
    const sight: PipelineView.Sight = {
      ...(yield* times),
      progress: yield* counts,
      queues: yield* queues,
      pauses: yield* switches.pauses,
      tunings: yield* tunings.all,
      workers: yield* registry.workers,
      health: yield* health
    }
    return {
      at: new Date(yield* Clock.currentTimeMillis),
      away: PipelineView.awayState(sight),
      withdrawn: PipelineView.withdrawn(catalog, sight),
      otherCatalogs: PipelineView.otherCatalogs(catalog, sight),
      services: catalog.map((service) => PipelineView.serviceState(service, sight)),
      stages: stages.map((stage) => PipelineView.stageState(stage, sight))
    }
  })

  const pipeline = Effect.withSpan(now, "Monitor.pipeline")
  // What the services that are halted owe is counted for each set of them.
  const lacking = yield* rememberedBy((names: string) => {
    const halted = names === "" ? [] : (names.split(",") as ReadonlyArray<string> as ReadonlyArray<ServiceId>)
    const known = catalog.filter(({ id }) => halted.includes(id))
    const withdrawn = halted.filter((service) => ServiceCatalog.find(catalog, service) === undefined)
    const crops = known.some((service) => service.crops !== undefined)
    return halted.length === 0
      ? Effect.succeed(0)
      : progress.lackingOnly(halted, { scope: { _tag: "All" }, crops, withdrawn })
  }, "1 second")
  const images = yield* paced(
    Effect.gen(function* () {
      const progress = yield* counts
      const halted = Troubles.missed(yield* now)
      return { progress, without: { halted, done: progress.done + (yield* lacking(halted.join(","))) } }
    })
  )
  const overall = Effect.gen(function* () {
    return { ...(yield* images), groups: yield* groups }
  })

  return {
    /** Services that owe answers and give none now; from memory, a second or so old. */
    halted: Effect.map(images, ({ halted }) => halted),
    /** The state of every step. Asked often it answers from memory, a second or so old. */
    pipeline,
    /** How far the images are. Asked often it answers from memory, a second or so old. */
    progress: Effect.withSpan(overall, "Monitor.progress")
  }
})

export interface WatchOptions {
  /** The images to count; asked for again each time. */
  readonly scope: () => Scope
  /** What is derived with. */
  readonly algorithms: Algorithms
  /** How long a count is good enough. */
  readonly freshFor: Duration.Input
}

/** How far some images are, as the monitor tells it of all; services that are not in the catalog are not waited for. */
export const watchProgress = Effect.fnUntraced(function* ({ algorithms, freshFor, scope }: WatchOptions) {
  const progress = yield* Progress
  const catalog = yield* Catalog
  const counted = Effect.gen(function* () {
    const counts = yield* progress.counts(scope(), algorithms)
    const halted = PipelineView.unlisted(catalog, counts)
      .filter((counts) => PipelineView.owed(counts) > 0)
      .map(({ service }) => service)
    if (halted.length === 0) return { progress: counts, without: PipelineView.withAll(counts) }
    const lacking = yield* progress.lackingOnly(halted, { scope: scope(), crops: false, withdrawn: halted })
    return { progress: counts, without: { halted, done: counts.done + lacking } }
  })
  // The more images there are the longer this takes, of what models of the same machine could use.
  return yield* paced(yield* remembered(counted, freshFor, 0.02))
})

/** What is counted, with how fast that grows. */
const paced = <E>(counts: Effect.Effect<{ readonly progress: Counts; readonly without: PipelineView.Without }, E>) =>
  Effect.map(Ref.make(PipelineView.noPaces), (paces) =>
    Effect.gen(function* () {
      const { progress, without } = yield* counts
      const at = yield* Clock.currentTimeMillis
      const past = yield* Ref.updateAndGet(paces, (past) => PipelineView.paced(past, progress, without, at))
      return { at: new Date(at), ...PipelineView.progressState(progress, without, past, at) }
    })
  )
