/** What becomes of a message whose work failed. Every such decision is made here. */
import { Data, type Duration, Effect, type Schema } from "effect"
import type { Outcome } from "../../domain/Facts.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import * as RetryPolicy from "../../domain/RetryPolicy.ts"
import * as Wording from "../../domain/Wording.ts"
import type { CropError } from "../../services/Cropper.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import type { InferenceError } from "../../services/Inference.ts"
import { Settlement } from "../../services/MessageBroker.ts"
import type { StoreRejected } from "../../services/ResultStore.ts"
import type { Away, LeftAlone } from "./Breaker.ts"

/**
 * - `Final`: this is the terminal answer; record it.
 * - `Postponed`: worth another try after a pause; `isCounted` unless the service only said that it is to be asked later, or
 *   the picture is not to blame for the service, or for where it lies, being away.
 * - `NotAsked`: nothing was tried, and no attempt is counted.
 */
export type Resolution = Data.TaggedEnum<{
  Final: { readonly outcome: Outcome }
  Postponed: { readonly after: Duration.Duration; readonly reason: string; readonly isCounted: boolean }
  NotAsked: { readonly reason: string }
}>
export const Resolution = Data.taggedEnum<Resolution>()

/** What becomes of a question that failed in attempt `attempt` (from 1). A passing failure is final after the last attempt of `policy`. */
export const onFailure = (
  error: ImageSourceError | InferenceError | CropError | Away | LeftAlone,
  attempt: number,
  policy: RetryPolicy.RetryPolicy = {}
): Resolution => {
  if (error._tag === "LeftAlone") return Resolution.NotAsked({ reason: error.message })
  // It goes behind those that wait, of which one may show that the service is well.
  if (error._tag === "Away") {
    return Resolution.Postponed({ after: RetryPolicy.delayAfter(1), reason: error.message, isCounted: false })
  }
  if (error._tag === "CropError") return failed("image", error.message)
  const { reason } = error
  switch (reason._tag) {
    case "Unusable":
      return failed("image", reason.message)
    case "Refused":
      return failed("refused", reason.message, reason.data)
    case "UnreadableReply":
      return failed("unreadable-reply", reason.message, reason.data)
    case "Missing":
      return RetryPolicy.isWorthAnotherLook(attempt)
        ? Resolution.Postponed({ after: RetryPolicy.delayAfter(attempt), reason: reason.message, isCounted: true })
        : failed("image", reason.message)
    case "Unavailable":
    case "Unreachable":
      return reason.retryAfter === undefined
        ? passing(reason.message, attempt, policy)
        : Resolution.Postponed({
            after: RetryPolicy.delayAsked(reason.retryAfter),
            reason: reason.message,
            isCounted: false
          })
  }
}

/** What the span of a question says about how it ended. */
export const attributesOf = (resolution: Resolution): Readonly<Record<string, string>> => {
  if (resolution._tag !== "Final") return { "windmill.reason": resolution.reason }
  const { outcome } = resolution
  return outcome._tag === "Success"
    ? { "windmill.outcome": "success" }
    : { "windmill.outcome": "failed", "error.type": outcome.class, "windmill.reason": outcome.reason }
}

/** The message is not one of its queue. */
export const onUnreadable = (error: Schema.SchemaError): Settlement =>
  Settlement.DeadLetter({ reason: `not a message of this queue: ${error.message}` })

/** The message belongs to the queue of another service. */
export const onMisdirected = (service: ServiceId, meant: ServiceId): Settlement =>
  Settlement.DeadLetter({ reason: `a job for ${meant} on the queue of ${service}` })

/** The message brings a mistake in the program to light, which is logged. */
export const onDefect = (queue: string, defect: unknown): Effect.Effect<Settlement> =>
  Effect.as(
    Effect.logError(`A message of ${queue} cannot be handled`, defect),
    Settlement.DeadLetter({ reason: `cannot be handled: ${String(defect)}` })
  )

/** The store will never take what the message led to. */
export const onRejected = (rejected: StoreRejected): Settlement => Settlement.DeadLetter({ reason: rejected.message })

/** What is recorded instead of an answer that the store will never take. */
export const unstorable = (rejected: StoreRejected): Outcome => ({
  _tag: "Failure",
  class: "unreadable-reply",
  reason: Wording.cut(rejected.message, longestReason)
})

const passing = (reason: string, attempt: number, policy: RetryPolicy.RetryPolicy): Resolution =>
  RetryPolicy.isWorthAnother(attempt, policy)
    ? Resolution.Postponed({ after: RetryPolicy.delayAfter(attempt, policy), reason, isCounted: true })
    : failed("unavailable", `${reason} (tried ${attempt} times)`)

const failed = (
  failureClass: (Outcome & { _tag: "Failure" })["class"],
  reason: string,
  data?: Schema.Json
): Resolution =>
  Resolution.Final({
    outcome: {
      _tag: "Failure",
      class: failureClass,
      reason: Wording.cut(reason, longestReason),
      ...(data === undefined ? {} : { data })
    }
  })

/** Characters of a reason that are kept; services and file names have a say in it. */
const longestReason = 2000
