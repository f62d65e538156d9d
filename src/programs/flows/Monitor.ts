/**
 * How the pipeline is doing: what the database, the broker, the services and the workers say, put together.
 *
 * Whoever asks often gets what was found a moment ago. Counting takes longer the more images there are; it is done at most
 * a tenth of the time.
 */
import { Cache, Clock, Duration, Effect, Exit, Option, Ref } from "effect"
import { hintQueue } from "../../domain/Messages.ts"
import { stages } from "../../domain/Staleness.ts"
import { Archive } from "../../services/Archive.ts"
import { Catalog } from "../../services/Catalog.ts"
import { MessageBroker, type QueueStatistics } from "../../services/MessageBroker.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import { WorkerRegistry } from "../../services/WorkerRegistry.ts"
import * as Pace from "../views/Pace.ts"
import * as PipelineView from "../views/PipelineView.ts"
import { watchHealth } from "./Health.ts"

/** How many groups are listed. */
const maxGroups = 50

/** Watches the pipeline until the scope closes. */
export const make = Effect.gen(function* () {
  const archive = yield* Archive
  const broker = yield* MessageBroker
  const catalog = yield* Catalog
  const registry = yield* WorkerRegistry
  const store = yield* ResultStore
  const switches = yield* ServiceSwitch
  const health = yield* watchHealth

  const counts = yield* remembered(
    Effect.all({ progress: store.progress({ _tag: "All" }), answers: archive.pace, waits: archive.waits })
  )
  const groups = yield* remembered(archive.groups(maxGroups))
  const names = [...catalog.map(({ queue }) => queue), ...stages.map((stage) => hintQueue[stage])]
  // The first queue that is not answered about is the last: each has to be waited for, and all share the broker.
  const queues = yield* remembered(
    Effect.suspend(() => {
      const known = new Map<string, Option.Option<QueueStatistics>>()
      return Effect.forEach(names, (name) =>
        Effect.map(broker.statistics(name), (statistics) => known.set(name, Option.some(statistics)))
      ).pipe(Effect.ignore, Effect.as(known))
    })
  )

  const pipeline = Effect.gen(function* () {
    const sight: PipelineView.Sight = {
      ...(yield* counts),
      queues: yield* queues,
      pauses: yield* switches.pauses,
      workers: yield* registry.workers,
      health: yield* health
    }
    return {
      at: new Date(yield* Clock.currentTimeMillis),
      services: catalog.map((service) => PipelineView.serviceState(service, sight)),
      stages: stages.map((stage) => PipelineView.stageState(stage, sight))
    }
  })

  const pace = yield* Ref.make<Pace.Pace>([])
  const progress = Effect.gen(function* () {
    const { progress } = yield* counts
    const at = yield* Clock.currentTimeMillis
    const past = yield* Ref.updateAndGet(pace, (past) => Pace.sample(past, at, progress.done))
    const rate = Pace.perSecond(past, at, progress.done)
    return { at: new Date(at), ...PipelineView.progressState(progress, rate), groups: yield* groups }
  })

  return {
    /** The state of every step. Asked often it answers from memory, a second or so old. */
    pipeline: Effect.withSpan(pipeline, "Monitor.pipeline"),
    /** How far the images are. Asked often it answers from memory, a second or so old. */
    progress: Effect.withSpan(progress, "Monitor.progress")
  }
})

/** Does the work at most once a second, and at most a tenth of the time; meanwhile gives what came out last. */
const remembered = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.map(
    Cache.makeWith(() => Effect.timed(work), {
      capacity: 1,
      timeToLive: (exit: Exit.Exit<readonly [Duration.Duration, A], E>) =>
        Exit.isSuccess(exit) ? Duration.max(Duration.seconds(1), Duration.times(exit.value[0], 10)) : Duration.zero
    }),
    (cache) => Effect.map(Cache.get(cache, "all"), ([, value]) => value)
  )
