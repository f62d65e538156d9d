/** How far the images are, how fast it goes, and what waits. */
import { Context, type Effect, type Option } from "effect"
import type { ServiceId } from "../domain/Identifiers.ts"
import type { GroupProgress } from "../domain/PipelineState.ts"
import type { Algorithms, Stage } from "../domain/Staleness.ts"
import type { ResultStoreError, Scope } from "./ResultStore.ts"

/** How far the images of a scope are. */
export interface Counts {
  readonly images: number
  /** Images about which something is recorded. */
  readonly answered: number
  /** Images with every requested answer, nothing stale by its revision and every planned crop answered. */
  readonly done: number
  readonly services: ReadonlyArray<{
    readonly service: ServiceId
    readonly requested: number
    readonly succeeded: number
    readonly failed: number
    /** Failed answers about crops. */
    readonly failedCrops: number
  }>
  /** Images about which more is recorded than the stage has used. */
  readonly stale: Readonly<Record<Stage, number>>
  readonly boxes: number
  readonly crops: number
}

/** Answers of services in equal intervals of time, oldest first; a service without any is left out. */
export interface Pace {
  /** The length of an interval. */
  readonly seconds: number
  readonly services: ReadonlyMap<ServiceId, ReadonlyArray<number>>
}

/**
 * Since when the oldest image that waits for a service or stage has been waiting: since it became known, or since its last
 * answer came. Steps that nothing waits for are left out.
 */
export interface Waits {
  readonly services: ReadonlyMap<ServiceId, Date>
  readonly stages: ReadonlyMap<Stage, Date>
}

/** Images that wait for the same. */
export interface Waiting {
  /** For answers of services, or for a stage to run again. */
  readonly of: "answers" | Stage
  readonly images: number
  /** When something was last recorded about the image that waits longest; none when no image waits. */
  readonly since: Option.Option<Date>
}

export class Progress extends Context.Service<
  Progress,
  {
    /** How far the images are. With `algorithms`, what others have derived is stale, too. */
    readonly counts: (scope: Scope, algorithms?: Algorithms) => Effect.Effect<Counts, ResultStoreError>
    /** Answers of the last five minutes. */
    readonly pace: Effect.Effect<Pace, ResultStoreError>
    /** What waits for these services, and for the stages. */
    readonly waits: (services: ReadonlyArray<ServiceId>) => Effect.Effect<Waits, ResultStoreError>
    /**
     * Counts the images of the scope that are not done, were requested of others too, and lack only answers of these services. An
     * image counts that was requested of `withdrawn` ones alone: nothing will be said about it. With `crops`, where one of them is
     * asked about crops, an image may wait for any crops.
     */
    readonly lackingOnly: (
      services: ReadonlyArray<ServiceId>,
      options: { readonly scope: Scope; readonly crops: boolean; readonly withdrawn: ReadonlyArray<ServiceId> }
    ) => Effect.Effect<number, ResultStoreError>
    /** The groups whose images are the latest, newest first. What others than these services owe is not waited for. */
    readonly groups: (
      limit: number,
      services: ReadonlyArray<ServiceId>
    ) => Effect.Effect<ReadonlyArray<GroupProgress>, ResultStoreError>
    /**
     * What waits now, always of all kinds. Reads only images that wait, and of many only the oldest for the time. Images
     * that are stale for a new algorithm, not for a new fact, are not among them.
     */
    readonly waiting: Effect.Effect<ReadonlyArray<Waiting>, ResultStoreError>
  }
>()("windmill/services/Progress") {}
