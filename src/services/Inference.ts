/** The ML services. */
import { Context, type Effect, Schema } from "effect"
import type { EncodedImage } from "../domain/ImageReference.ts"
import type { Service } from "../domain/ServiceCatalog.ts"

/** The service could not be reached, did not answer in time, or said that it cannot serve now. Worth another try. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  service: Schema.String,
  detail: Schema.String,
  /** When the service asked to be left alone until then. */
  retryAfter: Schema.optionalKey(Schema.Duration),
  /**
   * Why this may have nothing to do with the picture:
   *
   * - `Unreached`: there was no connection, so the picture was not sent.
   * - `Unserving`: the service, or a gateway before it, says that it does not serve now.
   * - `BrokenOff`: the connection ended before the reply did.
   */
  sign: Schema.optionalKey(Schema.Literals(["Unreached", "Unserving", "BrokenOff"]))
}) {
  override get message() {
    return `${this.service} is unavailable: ${this.detail}`
  }
}

/** The service refused the request. The same request will be refused again. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  service: Schema.String,
  detail: Schema.String,
  /** The reply as far as it could be read. */
  data: Schema.optionalKey(Schema.Json)
}) {
  override get message() {
    return `${this.service} refused the image: ${this.detail}`
  }
}

/** The service answered with something that is not a reply of its contract. */
export class UnreadableReply extends Schema.TaggedError<UnreadableReply>()("UnreadableReply", {
  service: Schema.String,
  detail: Schema.String,
  /** The reply when it was one as such. */
  data: Schema.optionalKey(Schema.Json)
}) {
  override get message() {
    return `${this.service} gave an unreadable reply: ${this.detail}`
  }
}

export class InferenceError extends Schema.TaggedError<InferenceError>()("InferenceError", {
  reason: Schema.Union([Unavailable, Refused, UnreadableReply])
}) {
  override get message() {
    return this.reason.message
  }
}

/** How an image is handed to a service: by its bytes, or by a place the service itself can read. */
export type Handover =
  | { readonly _tag: "Upload"; readonly image: EncodedImage }
  | { readonly _tag: "Url"; readonly url: string }
  | { readonly _tag: "File"; readonly path: string }

/** A successful reply, whole. */
export interface Answer {
  readonly data: Schema.Json
  /** Seconds the service says it took. */
  readonly processingTime?: number
}

export class Inference extends Context.Service<
  Inference,
  {
    /** What `service` says about the image. Safe to ask twice; transient failures have been retried. */
    readonly analyze: (service: Service, image: Handover) => Effect.Effect<Answer, InferenceError>
    /**
     * Whether asking `service` is worth a try: it says that it can serve, by HTTP status alone, or has nothing to say so with.
     * Never fails.
     */
    readonly isHealthy: (service: Service) => Effect.Effect<boolean>
  }
>()("windmill/services/Inference") {}
