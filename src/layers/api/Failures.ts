/** Failures of services as problems. */
import { Effect } from "effect"
import type { UnknownImage, UnknownServices, UnknownStep } from "../../services/Actions.ts"
import type { ContentTooLarge, ContentUnavailable } from "../../services/ContentStore.ts"
import type { CropError } from "../../services/Cropper.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import type { BrokerUnavailable } from "../../services/MessageBroker.ts"
import type { ResultStoreError } from "../../services/ResultStore.ts"
import type { PlaceRefused } from "../../services/WebPictures.ts"
import { Forbidden, NotFound, TooLarge, Unavailable, Unexpected, Unprocessable } from "./definition/Problems.ts"

/** What services may fail with. */
type Failure =
  | BrokerUnavailable
  | ContentTooLarge
  | ContentUnavailable
  | CropError
  | ImageSourceError
  | PlaceRefused
  | ResultStoreError
  | UnknownImage
  | UnknownServices
  | UnknownStep

/** The problem that a failure is to whoever asked. */
interface ProblemOf {
  readonly BrokerUnavailable: Unavailable
  readonly ContentTooLarge: TooLarge
  readonly ContentUnavailable: Unavailable
  readonly CropError: Unprocessable
  readonly ImageSourceError: Unavailable | Unprocessable
  readonly PlaceRefused: Forbidden
  readonly ResultStoreError: Unavailable | Unexpected
  readonly UnknownImage: NotFound
  readonly UnknownServices: Unprocessable
  readonly UnknownStep: NotFound
}

const problems: {
  readonly [Tag in Failure["_tag"]]: (failure: Extract<Failure, { readonly _tag: Tag }>) => ProblemOf[Tag]
} = {
  BrokerUnavailable: ({ message }) => new Unavailable({ detail: message }),
  ContentTooLarge: ({ message }) => new TooLarge({ detail: message }),
  ContentUnavailable: ({ message }) => new Unavailable({ detail: message }),
  CropError: ({ message }) => new Unprocessable({ detail: message }),
  ImageSourceError: ({ message, reason }) =>
    reason._tag === "Unreachable" ? new Unavailable({ detail: message }) : new Unprocessable({ detail: message }),
  PlaceRefused: ({ message }) => new Forbidden({ detail: message }),
  ResultStoreError: ({ message, reason }) =>
    reason._tag === "StoreUnavailable" ? new Unavailable({ detail: message }) : new Unexpected({ detail: message }),
  UnknownImage: ({ message }) => new NotFound({ detail: message }),
  UnknownServices: ({ message }) => new Unprocessable({ detail: message }),
  UnknownStep: ({ message }) => new NotFound({ detail: message })
}

/** The effect with failures of services worded as problems. */
export const asProblems = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, Failure> | (E extends Failure ? ProblemOf[E["_tag"]] : never), R> =>
  Effect.mapError(effect, (failure) =>
    isFailure(failure) ? (problems[failure._tag] as (f: Failure) => unknown)(failure) : failure
  ) as never

const isFailure = (failure: unknown): failure is Failure =>
  typeof failure === "object" && failure !== null && "_tag" in failure && String(failure._tag) in problems
