/** What is stored, as people look at it. */
import { Context, type Effect, type Option, type Stream } from "effect"
import type { FailureGroup, FailureKind } from "../domain/archive/FailureGroup.ts"
import type { Image, ImageSummary } from "../domain/archive/Image.ts"
import type { ImageFilter } from "../domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../domain/archive/ImageOrder.ts"
import type { Statistics } from "../domain/archive/Statistics.ts"
import type { Suggestion } from "../domain/archive/Suggestion.ts"
import type { Timeline } from "../domain/archive/Timeline.ts"
import type { ContentHash, ImageId, Moment, ServiceId } from "../domain/Identifiers.ts"
import type { StepName } from "../domain/StepName.ts"
import type { ImageRecord, ResultStoreError } from "./ResultStore.ts"

/** An image that changed, and the moment right after. */
export interface ImageChange {
  readonly imageId: ImageId
  readonly isDeleted: boolean
  readonly moment: Moment
}

/** Absent at the ends of the list. */
export interface Neighbors {
  /** The next newer image. */
  readonly previous?: ImageId
  /** The next older image. */
  readonly next?: ImageId
}

export class Archive extends Context.Service<
  Archive,
  {
    /** Images that meet the filter, newest first, after the image `before`; at most `limit`. */
    readonly search: (
      filter: ImageFilter,
      page: { readonly before?: ImageId; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<ImageSummary>, ResultStoreError>
    /**
     * The images right before and after an image in the list of those that meet the filter, newest first; it need not be one of
     * them. In another order an image that is not in the list has no neighbors.
     */
    readonly neighbors: (
      id: ImageId,
      filter: ImageFilter,
      order?: ImageOrder
    ) => Effect.Effect<Neighbors, ResultStoreError>
    /** All images that meet the filter, in an order, at once; at most `limit`. */
    readonly ordered: (
      filter: ImageFilter,
      order: ImageOrder,
      limit?: number
    ) => Effect.Effect<ReadonlyArray<ImageId>, ResultStoreError>
    /** What the images of a group tell together, or all. */
    readonly statistics: (group?: string) => Effect.Effect<Statistics, ResultStoreError>
    /** All images that meet the filter, newest first, read while they are taken. */
    readonly ids: (filter: ImageFilter) => Stream.Stream<ImageId, ResultStoreError>
    /** The same, whole. */
    readonly records: (filter: ImageFilter) => Stream.Stream<ImageRecord, ResultStoreError>
    /** Names of what was found, and of groups, that a word which is being typed may become; at most `limit`. */
    readonly suggestions: (typed: string, limit: number) => Effect.Effect<ReadonlyArray<Suggestion>, ResultStoreError>
    /** One image, as of one moment. */
    readonly image: (id: ImageId) => Effect.Effect<Option.Option<Image>, ResultStoreError>
    readonly timeline: (id: ImageId) => Effect.Effect<Option.Option<Timeline>, ResultStoreError>
    /** Failed answers by service and class, most frequent first, with at most `samples` images each. */
    readonly failures: (options: {
      readonly samples: number
    }) => Effect.Effect<ReadonlyArray<FailureGroup>, ResultStoreError>
    /** Failures of some services and stages, of a class, about images of a group; of all when left out. */
    readonly countFailures: (of: {
      readonly services?: ReadonlyArray<StepName>
      readonly class?: FailureKind
      readonly group?: string
    }) => Effect.Effect<number, ResultStoreError>
    /** Pairs of one of these services and an image, of a group or any, about which it was neither asked nor has answered. */
    readonly countUnasked: (
      services: ReadonlyArray<ServiceId>,
      group?: string
    ) => Effect.Effect<number, ResultStoreError>
    /** Services whose latest answers say that they are invented, in name order. */
    readonly simulated: Effect.Effect<ReadonlyArray<ServiceId>, ResultStoreError>
    /** The latest moment before which nothing can happen any more. */
    readonly now: Effect.Effect<Moment, ResultStoreError>
    /**
     * The images that changed since a moment, each once whatever happened to it, in order of their last change; at most
     * `limit`. `until` is the moment up to which that is all.
     */
    readonly changes: (
      since: Moment,
      limit: number
    ) => Effect.Effect<{ readonly changes: ReadonlyArray<ImageChange>; readonly until: Moment }, ResultStoreError>
    /** Those of the kept pictures that an image is read from. */
    readonly refersTo: (
      contents: ReadonlyArray<ContentHash>
    ) => Effect.Effect<ReadonlySet<ContentHash>, ResultStoreError>
  }
>()("windmill/services/Archive") {}
