/** What is stored, as people look at it. */
import { Context, type Effect, type Option, type Stream } from "effect"
import type { FailureGroup } from "../domain/archive/FailureGroup.ts"
import type { Image, ImageSummary } from "../domain/archive/Image.ts"
import type { ImageFilter } from "../domain/archive/ImageFilter.ts"
import type { Timeline } from "../domain/archive/Timeline.ts"
import type { ImageId, Moment, ServiceId } from "../domain/Identifiers.ts"
import type { ImageReference } from "../domain/ImageReference.ts"
import type { GroupProgress } from "../domain/PipelineState.ts"
import type { Stage } from "../domain/Staleness.ts"
import type { ImageRecord, ResultStoreError } from "./ResultStore.ts"

/** An image that changed, and the moment right after. */
export interface ImageChange {
  readonly imageId: ImageId
  readonly isDeleted: boolean
  readonly moment: Moment
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

export class Archive extends Context.Service<
  Archive,
  {
    /** Images that meet the filter, newest first, after the image `before`; at most `limit`. */
    readonly search: (
      filter: ImageFilter,
      page: { readonly before?: ImageId; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<ImageSummary>, ResultStoreError>
    /** All images that meet the filter, newest first, read while they are taken. */
    readonly ids: (filter: ImageFilter) => Stream.Stream<ImageId, ResultStoreError>
    /** The same, whole. */
    readonly records: (filter: ImageFilter) => Stream.Stream<ImageRecord, ResultStoreError>
    /** One image, as of one moment. */
    readonly image: (id: ImageId) => Effect.Effect<Option.Option<Image>, ResultStoreError>
    readonly timeline: (id: ImageId) => Effect.Effect<Option.Option<Timeline>, ResultStoreError>
    /** Failed answers by service and class, most frequent first, with at most `samples` images each. */
    readonly failures: (options: {
      readonly samples: number
    }) => Effect.Effect<ReadonlyArray<FailureGroup>, ResultStoreError>
    /** Answers of the last five minutes. */
    readonly pace: Effect.Effect<Pace, ResultStoreError>
    readonly waits: Effect.Effect<Waits, ResultStoreError>
    /** The groups whose images are the latest, newest first. */
    readonly groups: (limit: number) => Effect.Effect<ReadonlyArray<GroupProgress>, ResultStoreError>
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
    /** Deletes an image with all that hangs on it. Returns where it was read from. */
    readonly remove: (id: ImageId) => Effect.Effect<Option.Option<ImageReference>, ResultStoreError>
    /** Forgets what services answered about an image and its crops, so that it is owed again. */
    readonly forget: (id: ImageId, services: ReadonlyArray<ServiceId>) => Effect.Effect<void, ResultStoreError>
    /** Requests services about images, besides those requested already. Returns the images for which some are new. */
    readonly request: (
      ids: ReadonlyArray<ImageId>,
      services: ReadonlyArray<ServiceId>
    ) => Effect.Effect<ReadonlyArray<ImageId>, ResultStoreError>
  }
>()("windmill/services/Archive") {}
