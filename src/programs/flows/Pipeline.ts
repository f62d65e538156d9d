/** The whole pipeline in one process: the workers of all services, and every post-processing stage. */
import { type Deferred, Stream } from "effect"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { stages } from "../../domain/Staleness.ts"
import { answerImages } from "./AnswerImages.ts"
import { postprocess } from "./Postprocess.ts"

export interface PipelineOptions {
  readonly services: ServiceCatalog
  readonly strategy: Strategy
  /** Names the workers in what they record. */
  readonly workerId: string
  /** Completed when the pipeline is to stop. */
  readonly stop: Deferred.Deferred<void>
}

/** Answers, harmonizes, votes and enriches until told to stop; tells what happens. */
export const pipeline = ({ services, stop, strategy, workerId }: PipelineOptions) =>
  Stream.mergeAll(
    [
      Stream.mergeAll(
        services.map((service) => answerImages(service, { workerId, stop })),
        { concurrency: "unbounded" }
      ),
      postprocess({ strategy, stages, stop, sweepEvery: "5 seconds" })
    ],
    { concurrency: "unbounded" }
  )
