/** What is stored, as people look at it. */
import { Context, type Effect, type Option, Schema, type Stream } from "effect"
import { FailureClass } from "../domain/Facts.ts"
import { ImageId, ServiceId } from "../domain/Identifiers.ts"
import type { ImageReference } from "../domain/ImageReference.ts"
import type { Stage } from "../domain/Staleness.ts"
import type { FailureGroup } from "./archive/Failures.ts"
import type { GroupProgress } from "./archive/Groups.ts"
import { type Image, ImageStatus, type ImageSummary } from "./archive/Images.ts"
import type { Timeline } from "./archive/Timeline.ts"
import type { ImageRecord, ResultStoreError } from "./ResultStore.ts"

export type { FailureGroup } from "./archive/Failures.ts"
export type { GroupProgress } from "./archive/Groups.ts"
export type { BoxSummary, Finding, Image, ImageSummary } from "./archive/Images.ts"
export type { Timeline, TimelineEvent } from "./archive/Timeline.ts"

/** Which images. An image must meet all that is given. */
export const ImageFilter = Schema.Struct({
  /** These images. */
  ids: Schema.optionalKey(Schema.Array(ImageId)),
  group: Schema.optionalKey(Schema.String),
  status: Schema.optionalKey(ImageStatus),
  /** Images that this service has answered about; with `error`, those it failed on. */
  service: Schema.optionalKey(ServiceId),
  /** Images with a failed answer of this class, or of `any`, about the image or about a crop. */
  error: Schema.optionalKey(Schema.Union([FailureClass, Schema.Literal("any")])),
  /** Images in which the services agreed on the thing this word names, in any wording: `women` finds `person`. */
  label: Schema.optionalKey(Schema.NonEmptyString),
  /** The same by emoji; variation selectors make no difference. */
  emoji: Schema.optionalKey(Schema.NonEmptyString),
  /** The least confidence of what `label` and `emoji` find or, without them, of anything the services agreed on. */
  confidence: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
})
export type ImageFilter = typeof ImageFilter.Type

/** An image that changed, and the moment right after. */
export interface ImageChange {
  readonly imageId: ImageId
  readonly isDeleted: boolean
  readonly moment: Moment
}

/** Marks a moment in the sequence of changes: what came before it is known, what comes after it is not. */
export const Moment = Schema.String.check(
  Schema.isPattern(/^[0-9]{1,19}-[0-9]{1,19}$/, { message: "Expected the id of an event" })
).pipe(Schema.brand("Moment"))
export type Moment = typeof Moment.Type

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
