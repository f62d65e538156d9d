/** What services of the contract say around their predictions. */
import { Record, type Schema } from "effect"

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Schema.Json }

/** One service's habits. */
export interface Terms {
  /** The `service` of its replies, which is not always its name. */
  readonly replyName: string
  /** What answers. A service whose answers are invented says so: `simulated: true`. */
  readonly modelInfo: JsonObject
  /** Refuses uploads whose filename has no image extension. */
  readonly checksExtension?: true
  /** Refuses URLs whose content is not declared as an image. */
  readonly checksMediaType?: true
  /** Answers uploads above the limit with 413 and a flat error instead of 400. */
  readonly flatTooLarge?: true
  /** Status for bytes that are no readable image. */
  readonly undecodable: 400 | 500
  /** Status for a URL that cannot be fetched. */
  readonly unreachableUrl: 400 | 500
  /** Status for a path that does not exist. */
  readonly missingFile: 400 | 404
  /** Repeats `metadata.model_info` in errors. */
  readonly modelInfoOnError?: true
  /** What `/health` says beside `status`. */
  readonly health: Readonly<Record<string, Schema.Json>>
}

/** The reply to an image that could be analyzed. `seconds` is what the service says it took. */
export const success = (terms: Terms, predictions: ReadonlyArray<JsonObject>, seconds: number): JsonObject => ({
  service: terms.replyName,
  status: "success",
  predictions,
  metadata: { processing_time: milliseconds(seconds), model_info: terms.modelInfo }
})

/** The reply to a request that could not be answered. */
export const failure = (terms: Terms, message: string, seconds: number): JsonObject => ({
  service: terms.replyName,
  status: "error",
  predictions: [],
  error: { message },
  metadata: Record.filter(
    {
      processing_time: milliseconds(seconds),
      model_info: terms.modelInfoOnError ? terms.modelInfo : undefined
    },
    (value) => value !== undefined
  )
})

/** The shape of errors that the web framework answers before the service sees the request. */
export const flatFailure = (message: string): JsonObject => ({ error: message, status: "error" })

/** The reply of `/health` by a service that can serve. */
export const healthy = (terms: Terms): JsonObject => ({ status: "healthy", ...terms.health })

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000
