/** The post-processing stages: what is derived from answers, kept up to date. */
import { type Deferred, type Duration, Effect, Stream } from "effect"
import type { Consensus } from "../../domain/Consensus.ts"
import * as Derive from "../../domain/Derive.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as Workflow from "../../domain/Workflow.ts"
import { Catalog } from "../../services/Catalog.ts"
import { enrich } from "./Enrich.ts"
import { type DerivedFact, keepDerived } from "./KeepDerived.ts"
import { sweep } from "./Sweep.ts"

export interface PostprocessOptions {
  readonly strategy: Strategy
  /** The stages this process runs. */
  readonly stages: ReadonlyArray<Stage>
  readonly sweepEvery: Duration.Input
  /** Completed when the stages are to stop. */
  readonly stop: Deferred.Deferred<void>
}

/** Runs the stages, and the sweep that finds what hints have missed, until told to stop. */
export const postprocess = ({ stages, stop, strategy, sweepEvery }: PostprocessOptions) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const catalog = yield* Catalog
      const algorithms = Derive.keys(strategy, catalog)
      const stage = {
        harmonize: keepDerived(mergedBoxes(catalog, strategy), { stop }),
        consensus: keepDerived(consensus(catalog, strategy), { stop }),
        enrich: enrich({ stop, algorithms, concurrency: 4 })
      }
      return Stream.mergeAll(
        [...stages.map((name) => stage[name]), sweep({ every: sweepEvery, stop, algorithms, stages })],
        { concurrency: "unbounded" }
      )
    })
  )

const mergedBoxes = (catalog: ServiceCatalog, strategy: Strategy): DerivedFact<Boxes> => ({
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

const consensus = (catalog: ServiceCatalog, strategy: Strategy): DerivedFact<Consensus> => ({
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
