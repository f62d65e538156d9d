/**
 * The sweep: asks the database what is stale or owed, and hints at it again.
 *
 * Messages may be lost, with a broker or between a commit and its publish. What they asked for is still in the database.
 */
import { Deferred, type Duration, Effect, Ref, Schedule, Stream } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { hintQueue } from "../../domain/Messages.ts"
import type { Stage } from "../../domain/Staleness.ts"
import { Catalog } from "../../services/Catalog.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import * as Hints from "./Hints.ts"
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
  if (!(yield* isIdle(hintQueue[stage]))) return
  const store = yield* ResultStore
  const stale = yield* store.stale(stage, { algorithm, limit })
  yield* Hints.tell([stage], stale.map(Hints.lookAt))
  yield* Metrics.repaired(stage, stale.length)
})

/**
 * Publishes jobs that are owed though the queue of their service is empty, twice in a row: once may mean that a worker has
 * them in hand.
 */
const publishForgotten = Effect.fnUntraced(function* (before: Ref.Ref<ReadonlySet<string>>) {
  const catalog = yield* Catalog
  const store = yield* ResultStore
  const idle = new Set<ServiceId>()
  for (const service of catalog) {
    if (yield* isIdle(service.queue)) idle.add(service.id)
  }
  const owed = yield* store.owed({ scope: { _tag: "All" }, limit })
  const key = (imageId: ImageId, service: ServiceId) => `${imageId} ${service}`
  const now = new Set(
    owed.flatMap(({ imageId, owed }) => owed.filter((id) => idle.has(id)).map((id) => key(imageId, id)))
  )
  const earlier = yield* Ref.getAndSet(before, now)
  const forgotten = owed.map((image) => ({
    ...image,
    owed: image.owed.filter((id) => now.has(key(image.imageId, id)) && earlier.has(key(image.imageId, id)))
  }))
  yield* publishOwed(forgotten)
  for (const service of idle) {
    yield* Metrics.repaired(service, forgotten.filter(({ owed }) => owed.includes(service)).length)
  }
})

/** Whether nothing is in the queue, in hand, or waiting for another try: what waits would be tried once more for each time. */
const isIdle = (queue: string) =>
  Effect.map(
    MessageBroker.use((broker) => broker.statistics(queue)),
    ({ delayed, ready, unsettled }) => ready + unsettled + delayed === 0
  )
