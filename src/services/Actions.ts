/** What people ask of a running pipeline. */
import { Context, type Effect, Schema } from "effect"
import { FailureClass } from "../domain/Facts.ts"
import { ImageId, ServiceId } from "../domain/Identifiers.ts"
import type { ImageReference } from "../domain/ImageReference.ts"
import type { BrokerUnavailable, DeadLetter, DeadLetterSelection } from "./MessageBroker.ts"
import type { ResultStoreError } from "./ResultStore.ts"
import type { Step } from "./ServiceSwitch.ts"

/** There is no such image. */
export class UnknownImage extends Schema.TaggedError<UnknownImage>()("UnknownImage", { imageId: ImageId }) {
  override get message() {
    return `There is no image ${this.imageId}`
  }
}

/** The service catalog does not list these services. */
export class UnknownServices extends Schema.TaggedError<UnknownServices>()("UnknownServices", {
  names: Schema.Array(Schema.String),
  known: Schema.Array(ServiceId)
}) {
  override get message() {
    return `Unknown: ${this.names.join(", ")}. The services are ${this.known.join(", ")}`
  }
}

/** There is no such service or stage. */
export class UnknownStep extends Schema.TaggedError<UnknownStep>()("UnknownStep", { step: Schema.String }) {
  override get message() {
    return `There is no service or stage ${this.step}`
  }
}

/** An image that was accepted. */
export const Submission = Schema.Struct({
  imageId: ImageId,
  /** Absent when the image was first submitted without a trace. */
  traceId: Schema.optionalKey(Schema.String),
  /** Whether this submission made the image known. */
  isNew: Schema.Boolean,
  /** The services that have still to answer. */
  owed: Schema.Array(ServiceId)
})
export type Submission = typeof Submission.Type

/** Whose failures are to be tried again. Left out: all. */
export const RetryRequest = Schema.Struct({
  services: Schema.optionalKey(Schema.Array(ServiceId)),
  class: Schema.optionalKey(FailureClass),
  group: Schema.optionalKey(Schema.String)
})
export type RetryRequest = typeof RetryRequest.Type

/** What is to be asked again because nobody has answered. Left out: all. */
export const MissingRequest = Schema.Struct({
  /** Services to be asked about every image of the scope, also about those for which they were not requested. */
  services: Schema.optionalKey(Schema.Array(ServiceId)),
  group: Schema.optionalKey(Schema.String)
})
export type MissingRequest = typeof MissingRequest.Type

type Failure = ResultStoreError | BrokerUnavailable

export class Actions extends Context.Service<
  Actions,
  {
    /** Makes an image known and asks the services that have not answered about it. `services` as in a list of names, or `all`. */
    readonly submit: (
      reference: ImageReference,
      options: { readonly services?: string; readonly group?: string }
    ) => Effect.Effect<Submission, Failure | UnknownServices>
    /** Forgets what services answered about an image and asks them again; without `services`, all that were requested. */
    readonly rerun: (
      imageId: ImageId,
      services: ReadonlyArray<ServiceId> | undefined
    ) => Effect.Effect<Submission, Failure | UnknownImage | UnknownServices>
    /** Forgets failed answers and asks again. Returns how many there were. */
    readonly retryFailed: (request: RetryRequest) => Effect.Effect<number, Failure>
    /** Asks services again that owe an answer though their queue is empty. Returns how many questions were put. */
    readonly runMissing: (request: MissingRequest) => Effect.Effect<number, Failure | UnknownServices>
    /** The messages set aside from the queues of all steps, or of one; at most `limit` of each queue. */
    readonly deadLetters: (
      step: Step | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<DeadLetter & { readonly step: Step }>, BrokerUnavailable | UnknownStep>
    /** Puts dead letters of a step back into its queue. Returns how many. */
    readonly replay: (
      step: Step,
      selection: DeadLetterSelection
    ) => Effect.Effect<number, BrokerUnavailable | UnknownStep>
  }
>()("windmill/services/Actions") {}
