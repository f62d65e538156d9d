/** Failures of services as problems. */
import { Effect, Predicate } from "effect"
import type { ContentTooLarge, ContentUnavailable } from "../../services/ContentStore.ts"
import type { CropError } from "../../services/Cropper.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import type { BrokerUnavailable } from "../../services/MessageBroker.ts"
import type { ResultStoreError } from "../../services/ResultStore.ts"
import type { PlaceRefused } from "../../services/WebPictures.ts"
import type { UnknownImage, UnknownServices, UnknownStep } from "../flows/Actions.ts"
import type { OutsidePicture, UnknownCorrection } from "../flows/Correct.ts"
import type { TooWide, UnknownOperation } from "../flows/Operate.ts"
import { Forbidden, NotFound, TooLarge, Unavailable, Unexpected, Unprocessable } from "./definition/Problems.ts"

/** What services may fail with. */
type Failure =
  | BrokerUnavailable
  | ContentTooLarge
  | ContentUnavailable
  | CropError
  | ImageSourceError
  | OutsidePicture
  | PlaceRefused
  | ResultStoreError
  | TooWide
  | UnknownCorrection
  | UnknownImage
  | UnknownOperation
  | UnknownServices
  | UnknownStep

/** The problem that a failure is to whoever asked. */
interface ProblemOf {
  readonly BrokerUnavailable: Unavailable
  readonly ContentTooLarge: TooLarge
  readonly ContentUnavailable: Unavailable
  readonly CropError: Unprocessable
  readonly ImageSourceError: Unavailable | Unprocessable
  readonly OutsidePicture: Unprocessable
  readonly PlaceRefused: Forbidden
  readonly ResultStoreError: Unavailable | Unexpected
  readonly TooWide: Unprocessable
  readonly UnknownCorrection: NotFound
  readonly UnknownImage: NotFound
  readonly UnknownOperation: NotFound
  readonly UnknownServices: Unprocessable
  readonly UnknownStep: NotFound
}

const problems: {
  readonly [Tag in Failure["_tag"]]: (failure: Extract<Failure, { readonly _tag: Tag }>) => ProblemOf[Tag]
} = {
  BrokerUnavailable: () => new Unavailable({ detail: "The message broker is not available now: try again later" }),
  ContentTooLarge: ({ message }) => new TooLarge({ detail: message }),
  ContentUnavailable: () => new Unavailable({ detail: "Pictures cannot be stored or read now: try again later" }),
  CropError: ({ message }) => new Unprocessable({ detail: message }),
  ImageSourceError: ({ reason }) =>
    reason._tag === "Unreachable"
      ? new Unavailable({ detail: `${nameOf(reason.image)} cannot be reached: ${reason.detail}` })
      : new Unprocessable({ detail: `${nameOf(reason.image)} ${reason.detail}` }),
  OutsidePicture: ({ message }) => new Unprocessable({ detail: message }),
  PlaceRefused: ({ message }) => new Forbidden({ detail: message }),
  ResultStoreError: ({ reason }) =>
    reason._tag === "StoreUnavailable"
      ? new Unavailable({ detail: "The database is not available now: try again later" })
      : new Unexpected({ detail: "The database refused the request; the log of the API says why" }),
  TooWide: ({ message }) => new Unprocessable({ detail: message }),
  UnknownCorrection: ({ message }) => new NotFound({ detail: message }),
  UnknownImage: ({ message }) => new NotFound({ detail: message }),
  UnknownOperation: ({ message }) => new NotFound({ detail: message }),
  UnknownServices: ({ message }) => new Unprocessable({ detail: message }),
  UnknownStep: ({ message }) => new NotFound({ detail: message })
}

/** What others may know of a picture's place: its address, or the name of the file without the folders of this machine. */
const nameOf = (image: string): string => (URL.canParse(image) ? image : (image.split(/[/\\]/).at(-1) ?? image))

/** What concerns those who run the API, not those who use it. */
const internal: ReadonlySet<string> = new Set<Failure["_tag"]>([
  "BrokerUnavailable",
  "ContentUnavailable",
  "PlaceRefused",
  "ResultStoreError"
])

/** The effect with failures of services worded as problems. What concerns the operator alone is only logged. */
export const asProblems = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, Failure> | (E extends Failure ? ProblemOf[E["_tag"]] : never), R> =>
  effect.pipe(
    Effect.tapError((failure) =>
      isFailure(failure) && internal.has(failure._tag)
        ? Effect.logWarning(failure.message, ...("address" in failure ? [failure.address] : []))
        : Effect.void
    ),
    Effect.mapError((failure) =>
      isFailure(failure) ? (problems[failure._tag] as (failure: Failure) => unknown)(failure) : failure
    )
  ) as never

const isFailure = (failure: unknown): failure is Failure =>
  Predicate.hasProperty(failure, "_tag") && Object.hasOwn(problems, String(failure._tag))
