/** What becomes of work on an image after it ended, well or badly. */
import { Data, type Duration } from "effect"
import type { Outcome } from "../../domain/Facts.ts"
import * as RetryPolicy from "../../domain/RetryPolicy.ts"
import type { CropError } from "../../services/Cropper.ts"
import type { InferenceError } from "../../services/Inference.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"

/**
 * - `Final`: this is the terminal answer; record it.
 * - `Postponed`: worth another try after a pause.
 */
export type Verdict = Data.TaggedEnum<{
  Final: { readonly outcome: Outcome }
  Postponed: { readonly after: Duration.Duration; readonly reason: string }
}>
export const Verdict = Data.taggedEnum<Verdict>()

/** The verdict on a failure in attempt `attempt` (from 1). A passing failure becomes final after the last attempt. */
export const onFailure = (error: ImageSourceError | InferenceError | CropError, attempt: number): Verdict => {
  if (error._tag === "CropError") return failed("image", error.message)
  const { reason } = error
  switch (reason._tag) {
    case "Unusable":
      return failed("image", reason.message)
    case "Refused":
      return Verdict.Final({
        outcome: {
          _tag: "Failure",
          class: "refused",
          reason: reason.message,
          ...(reason.data === undefined ? {} : { data: reason.data })
        }
      })
    case "UnreadableReply":
      return failed("unreadable-reply", reason.message)
    case "Unavailable":
      return passing(reason.message, attempt, reason.retryAfter)
    case "Unreachable":
      return passing(reason.message, attempt)
  }
}

const passing = (reason: string, attempt: number, asked?: Duration.Duration): Verdict =>
  RetryPolicy.isWorthAnother(attempt)
    ? Verdict.Postponed({ after: RetryPolicy.delayAfter(attempt, asked), reason })
    : failed("unavailable", `${reason} (tried ${attempt} times)`)

const failed = (failureClass: (Outcome & { _tag: "Failure" })["class"], reason: string): Verdict =>
  Verdict.Final({ outcome: { _tag: "Failure", class: failureClass, reason } })
