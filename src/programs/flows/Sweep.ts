/**
 * The sweep: asks the database what is stale or owed, and hints at it again.
 *
 * Messages may be lost, with a broker or between a commit and its publish. What they asked for is still in the database.
 */
import { Deferred, type Duration, Effect, Ref, Schedule, Stream } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { hintQueue } from "../../domain/Messages.ts"
import * as Publication from "../../domain/Publication.ts"
import type { Stage } from "../../domain/Staleness.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Metrics from "../../services/Metrics.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import * as Hints from "./Hints.ts"
import * as Idle from "./Idle.ts"
import { publishOwed } from "./Submit.ts"

export interface SweepOptions {
  readonly every: Duration.Input
  readonly stop: Deferred.Deferred<void>
  /** The stages to find work for. */
  readonly stages: ReadonlyArray<Stage>
  /** What this deployment derives with. */
  readonly algorithms: Readonly<Record<Stage, string>>
}

/** How many images one sweep looks at, per question. */
const limit = 1000

/** Sweeps on a schedule until told to stop. The first sweep comes at once. */
export const sweep = (options: SweepOptions) =>
  Stream.unwrap(
    Effect.map(Ref.make<ReadonlySet<string>>(new Set()), (before) =>
      Stream.fromEffectSchedule(sweepOnce(options, before), Schedule.spaced(options.every)).pipe(
        Stream.interruptWhen(Deferred.await(options.stop)),
        Stream.drain
      )
    )
  )

const sweepOnce = Effect.fn("Sweep", { root: true })(
  function* (options: SweepOptions, before: Ref.Ref<ReadonlySet<string>>) {
    yield* Effect.forEach(options.stages, (stage) => hintAtStale(stage, options.algorithms[stage]))
    yield* publishForgotten(before)
  },
  Effect.catch((error) => Effect.logWarning(`The sweep is left to the next time: ${error.message}`))
)

/** Hints at stale images of a stage that has nothing to do. While it has, hints are on their way. */
const hintAtStale = Effect.fnUntraced(function* (stage: Stage, algorithm: string) {
  if (!(yield* Idle.isIdle(hintQueue[stage]))) return
  const store = yield* ResultStore
  const stale = yield* store.stale(stage, { algorithm, limit })
  yield* Hints.tell([stage], stale.map(Hints.lookAt))
  yield* Metrics.repaired(stage, stale.length)
})

/**
 * Publishes jobs that are owed though the queue of their service is idle, twice in a row: once may mean that a worker has
 * them in hand.
 */
const publishForgotten = Effect.fnUntraced(function* (before: Ref.Ref<ReadonlySet<string>>) {
  const store = yield* ResultStore
  const idle = yield* Idle.services(yield* Catalog)
  const owed = yield* store.owed({ scope: { _tag: "All" }, limit })
  const due = Publication.due(owed, { idle, isPublished: () => true })
  const nameOf = (imageId: ImageId, service: ServiceId) => `${imageId} ${service}`
  const now = new Set(due.flatMap(({ imageId, owed }) => owed.map((service) => nameOf(imageId, service))))
  const earlier = yield* Ref.getAndSet(before, now)
  const forgotten = Publication.only(due, (service, imageId) => earlier.has(nameOf(imageId, service)))
  yield* publishOwed(forgotten)
  for (const service of idle) {
    yield* Metrics.repaired(service, forgotten.filter(({ owed }) => owed.includes(service)).length)
  }
})
