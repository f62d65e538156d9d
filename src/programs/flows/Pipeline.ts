/**
 * The whole pipeline: services answer, and what is derived from the answers is kept up to date.
 *
 * Every step is the same loop (`Run.ts`) over other data. They meet in queues and the database only, so any of them can run
 * in any number of processes.
 */
import { type Deferred, Duration, Effect, Stream } from "effect"
import * as Derive from "../../domain/Derive.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { type Stage, stages } from "../../domain/Staleness.ts"
import { Catalog } from "../../services/Catalog.ts"
import { answering, finishing } from "./Answer.ts"
import { harmonizing, voting } from "./Derive.ts"
import { enriching } from "./Enrich.ts"
import { run } from "./Run.ts"
import { sweep } from "./Sweep.ts"

/** Completed when the work is to stop; what is in hand is finished then. */
type Stop = Deferred.Deferred<void>

/** Answers the jobs of the services. `workerId` names who did, in what is recorded. */
export const worker = (
  services: ServiceCatalog,
  { stop, workerId }: { readonly workerId: string; readonly stop: Stop }
) =>
  Stream.unwrap(
    Effect.map(services.length > 1 ? finishing : Effect.undefined, (together) =>
      all(
        services.map((service) =>
          Stream.unwrap(Effect.map(answering(service, workerId, together), (step) => run(step, stop)))
        )
      )
    )
  )

export interface PostprocessOptions {
  readonly strategy: Strategy
  /** The stages this process runs. */
  readonly stages: ReadonlyArray<Stage>
  readonly sweepEvery: Duration.Input
  /** How long crops wait for detectors that were asked and have not answered, while nothing is answered; no time when left out. */
  readonly cropsWait?: Duration.Input
  readonly stop: Stop
}

/** Derives what follows from answers, and sweeps up what no message told of. */
export const postprocess = ({ cropsWait = 0, stages, stop, strategy, sweepEvery }: PostprocessOptions) =>
  Stream.unwrap(
    Effect.map(Catalog, (catalog) => {
      const algorithms = Derive.keys(strategy, catalog)
      const stage = {
        harmonize: run(harmonizing({ catalog, strategy, stages }), stop),
        consensus: run(voting({ catalog, strategy, stages }), stop),
        enrich: Stream.unwrap(
          Effect.map(enriching(algorithms, Duration.fromInputUnsafe(cropsWait)), (step) => run(step, stop))
        )
      }
      const sweeping = sweep({ every: sweepEvery, stop, algorithms, stages })
      return Stream.merge(all(stages.map((name) => stage[name])), sweeping)
    })
  )

export interface PipelineOptions {
  readonly services: ServiceCatalog
  readonly strategy: Strategy
  readonly workerId: string
  readonly cropsWait?: Duration.Input
  readonly stop: Stop
}

/** Both, in one process. */
export const pipeline = ({ services, ...options }: PipelineOptions) =>
  Stream.merge(worker(services, options), postprocess({ ...options, stages, sweepEvery: "5 seconds" }))

const all = <A, E, R>(streams: ReadonlyArray<Stream.Stream<A, E, R>>) =>
  Stream.mergeAll(streams, { concurrency: "unbounded" })
