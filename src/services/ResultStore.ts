/** Recorded facts and what was derived from them. */
import { Context, type Duration, type Effect, type Option, Schema } from "effect"
import type { Consensus } from "../domain/Consensus.ts"
import type { CropResult, ImageFacts, Outcome } from "../domain/Facts.ts"
import type { ImageId, ServiceId } from "../domain/Identifiers.ts"
import type { ImageReference, PictureVersion, SeenPicture } from "../domain/ImageReference.ts"
import type { CorrectedBox } from "../domain/corrections/Corrected.ts"
import type { Correction } from "../domain/corrections/Correction.ts"
import type { MergedBox } from "../domain/MergedBox.ts"
import type { Algorithms, Derivation, Stage, StaleFor } from "../domain/Staleness.ts"
import type { StepName } from "../domain/StepName.ts"

/**
 * The store cannot be reached, or could not finish now. Nothing was written, unless the connection broke while the store
 * was saying that everything was. Worth another try either way: every method may be repeated.
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  cause: Schema.Defect()
}) {
  override get message() {
    return `The database is not available: ${String(this.cause)}`
  }
}

/** The store will never take this, or can no longer read it: a value violates a rule of the schema. Nothing was written. */
export class StoreRejected extends Schema.TaggedError<StoreRejected>()("StoreRejected", {
  cause: Schema.Defect()
}) {
  override get message() {
    return `The database refused the data: ${String(this.cause)}`
  }
}

export class ResultStoreError extends Schema.TaggedError<ResultStoreError>()("ResultStoreError", {
  reason: Schema.Union([StoreUnavailable, StoreRejected])
}) {
  override get message() {
    return this.reason.message
  }
}

/** An image to be known, and who is to look at it. */
export interface ImageRequest {
  readonly reference: ImageReference
  readonly group?: string
  readonly services: ReadonlyArray<ServiceId>
  /** W3C `traceparent` of the image's root span; kept from the first submission. */
  readonly traceParent?: string
}

/** A known image. */
export interface SubmittedImage {
  readonly imageId: ImageId
  readonly reference: ImageReference
  /** Requested services that have no answer yet, now or since earlier. */
  readonly owed: ReadonlyArray<ServiceId>
  /** Whether this submission made the image known. */
  readonly isNew: boolean
  readonly traceParent: Option.Option<string>
}

/** A terminal answer of a service about an image, ready to be recorded. */
export interface ResultRecord {
  readonly imageId: ImageId
  readonly service: ServiceId
  readonly outcome: Outcome
  /** What the answer is about, where that is known. */
  readonly picture?: SeenPicture
  readonly workerId: string
  /** Deliveries of the job until the answer. */
  readonly attempts?: number
  /** Seconds from the last delivery to the answer. */
  readonly handlingTime?: number
}

/** A terminal answer about a crop, ready to be recorded. */
export interface CropRecord extends CropResult {
  readonly imageId: ImageId
}

/** An image for which a stage must run again. */
export interface StaleImage {
  readonly imageId: ImageId
  readonly traceParent: Option.Option<string>
}

/** What a stage derived for an image, with what it was derived from. */
export interface Derived<A> {
  readonly imageId: ImageId
  readonly derivation: Derivation
  readonly value: A
}

/** An image whose boxes are to be cut out, as of one moment. */
export interface Croppable {
  readonly reference: ImageReference
  /** The picture that its facts are about; `undefined` while it is not known. */
  readonly picture: PictureVersion | undefined
  readonly boxes: Derived<ReadonlyArray<MergedBox>>
  /** The answers about crops that there are. */
  readonly crops: ReadonlyArray<Pick<CropResult, "boxId" | "service" | "isRenewed">>
}

/** What stages derived for images. A stage that is left out is not touched. */
export interface DerivedFacts {
  readonly boxes?: ReadonlyArray<Derived<ReadonlyArray<MergedBox>>>
  readonly consensus?: ReadonlyArray<Derived<Consensus>>
  /** That every crop planned at a revision has its answer. */
  readonly enrichment?: ReadonlyArray<Derived<void>>
}

/** The images for which something is stored now that was not before. */
export interface Changed {
  readonly boxes: ReadonlyArray<ImageId>
  readonly consensus: ReadonlyArray<ImageId>
}

/** Whose images a question is about. */
export type Scope = { readonly _tag: "All" } | { readonly _tag: "Images"; readonly ids: ReadonlyArray<ImageId> }

/** Everything stored about one image. */
export interface ImageRecord {
  readonly imageId: ImageId
  readonly reference: ImageReference
  readonly facts: ImageFacts
  /** What people said about its boxes and did not take back, in that order. */
  readonly corrections: ReadonlyArray<Correction>
  /** The harmonized boxes with the corrections applied. */
  readonly boxes: ReadonlyArray<CorrectedBox>
  readonly consensus: Option.Option<Consensus>
}

/** What is still to come about an image. */
export interface Outstanding {
  readonly services: ReadonlyArray<ServiceId>
  /** Since the last answer about it, or since it became known. */
  readonly quietFor: Duration.Duration
}

/** What is left to do about all images together. */
export interface Unfinished {
  /** The stages that must run for some image. */
  readonly stages: ReadonlySet<Stage>
  /** Whether some image lacks an answer. */
  readonly lacksAnswers: boolean
  /** The image that was made known last. */
  readonly newest: Option.Option<ImageId>
}

export class ResultStore extends Context.Service<
  ResultStore,
  {
    /**
     * Makes images known and adds to the services asked about them. Idempotent: an image is the place it is read from, its
     * path or else its URL. Returns each image once, in the order of the requests. What was said about an image first stays.
     */
    readonly submit: (
      requests: ReadonlyArray<ImageRequest>
    ) => Effect.Effect<ReadonlyArray<SubmittedImage>, ResultStoreError>
    /**
     * Records answers in one transaction and returns those that were new; each raises the revision of its image by one. An
     * answer already there stays, unless another one is wanted in its place. An image that is not known is a reason to reject all of them. What was recorded about
     * another picture at the same place is forgotten, and the answer with it: all of it is owed again.
     */
    readonly record: (
      records: ReadonlyArray<ResultRecord>
    ) => Effect.Effect<ReadonlyArray<ResultRecord>, ResultStoreError>
    /**
     * Records answers about crops in one transaction and returns those that were new; each raises the revision of its image
     * by one. A crop of a box that is gone is dropped. An answer already there stays, as with `record`.
     */
    readonly recordCrops: (
      records: ReadonlyArray<CropRecord>
    ) => Effect.Effect<ReadonlyArray<CropRecord>, ResultStoreError>
    /**
     * What is known about each of the images, each at one revision. Unknown images are left out; with `staleFor`, so are
     * those for which none of its stages need run again with the algorithm it names.
     */
    readonly facts: (
      ids: ReadonlyArray<ImageId>,
      staleFor?: StaleFor
    ) => Effect.Effect<ReadonlyArray<ImageFacts>, ResultStoreError>
    /** Whether a service was asked about an image and has not answered, or is to answer again. */
    readonly isOwed: (imageId: ImageId, service: ServiceId) => Effect.Effect<boolean, ResultStoreError>
    /**
     * Replaces what stages derived in one transaction: of each image and stage, unless what is stored is of a later revision,
     * or of the same one by the same algorithm. A box that is derived again keeps its crops, one that is not takes them with
     * it.
     */
    readonly save: (derived: DerivedFacts) => Effect.Effect<Changed, ResultStoreError>
    /**
     * Notes why a stage cannot derive its fact for images. What is stored stays, and counts as derived: the stage need not
     * run until more is recorded, the algorithm is another one, or `forget` forgets it. Too late like `save`.
     */
    readonly setAside: (stage: Stage, reasons: ReadonlyArray<Derived<string>>) => Effect.Effect<void, ResultStoreError>
    /** The boxes stored for an image and what they were derived from. */
    readonly boxes: (
      imageId: ImageId
    ) => Effect.Effect<Option.Option<Derived<ReadonlyArray<MergedBox>>>, ResultStoreError>
    /**
     * What it takes to ask about the crops of an image; none when it is not known, has no boxes yet, or need not be enriched
     * (again) with this algorithm.
     */
    readonly croppable: (
      imageId: ImageId,
      staleFor: Pick<Algorithms, "enrich" | "services">
    ) => Effect.Effect<Option.Option<Croppable>, ResultStoreError>
    /**
     * Images after `after`, in id order, for which a stage must run (again) with this algorithm; at most `limit`. An image
     * about which nothing is recorded is not among them: there is nothing to derive from. `by` the algorithm are those
     * that another one has derived, or one that left out answers of these services (of any when absent).
     */
    readonly stale: (
      stage: Stage,
      options: {
        readonly algorithm: string
        readonly services?: ReadonlyArray<ServiceId> | undefined
        readonly by?: "all" | "algorithm"
        readonly after?: ImageId
        readonly limit: number
      }
    ) => Effect.Effect<ReadonlyArray<StaleImage>, ResultStoreError>
    /** Images after `after`, in id order, that still lack answers; at most `limit`. */
    readonly owed: (options: {
      readonly scope: Scope
      readonly after?: ImageId
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<SubmittedImage>, ResultStoreError>
    /** Who still owes an answer about the image, and for how long nothing has been answered; none when it is not known. */
    readonly outstanding: (imageId: ImageId) => Effect.Effect<Option.Option<Outstanding>, ResultStoreError>
    /** Whether anything is left to do, with these algorithms; costs the same however many images there are. */
    readonly unfinished: (algorithms: Algorithms) => Effect.Effect<Unfinished, ResultStoreError>
    /**
     * Forgets answers about images and about their crops, all or those that failed, so that they are owed again, and what
     * stages have set aside, so that they run again; of all steps or some. Returns how many there were. Each raises the
     * revision by one, for what is derived rests on one fact less.
     */
    readonly forget: (options: {
      readonly which: "all" | "failed"
      readonly scope: Scope
      readonly steps?: ReadonlyArray<StepName>
    }) => Effect.Effect<number, ResultStoreError>
    /**
     * Notes which picture is where an image is read from, and forgets what was recorded and derived about another one: it is
     * owed again. Returns whether that was so. Safe to repeat.
     */
    readonly see: (imageId: ImageId, picture: SeenPicture) => Effect.Effect<boolean, ResultStoreError>
    /** Puts images into a group, or into none. Returns how many there were. */
    readonly assign: (
      ids: ReadonlyArray<ImageId>,
      group: Option.Option<string>
    ) => Effect.Effect<number, ResultStoreError>
    /** Deletes an image with all that hangs on it. Returns where it was read from. */
    readonly remove: (id: ImageId) => Effect.Effect<Option.Option<ImageReference>, ResultStoreError>
    /** Requests services about images, besides those requested already. Returns the images for which some are new. */
    readonly request: (
      ids: ReadonlyArray<ImageId>,
      services: ReadonlyArray<ServiceId>
    ) => Effect.Effect<ReadonlyArray<ImageId>, ResultStoreError>
    /** Where an image is read from. */
    readonly reference: (imageId: ImageId) => Effect.Effect<Option.Option<ImageReference>, ResultStoreError>
    /** Everything about the images, in id order; unknown ones are left out. */
    readonly records: (ids: ReadonlyArray<ImageId>) => Effect.Effect<ReadonlyArray<ImageRecord>, ResultStoreError>
  }
>()("windmill/services/ResultStore") {}
