/**
 * What a service said, in our terms.
 *
 * Thirteen services word their replies in a dozen ways. `decode` (tolerant at the edge) turns any of them into the same
 * few kinds of prediction; everything behind it is strict. A prediction that cannot be read is set aside with a
 * diagnostic and never costs the others.
 */
import { Result } from "effect"
import { imageBox } from "./BoundingBox.ts"
import type { Detection } from "./Detection.ts"
import type { ServiceId } from "./Identifiers.ts"
import * as Fields from "./reply/Fields.ts"
import type { Diagnostic, Prediction } from "./reply/Prediction.ts"
import * as Shapes from "./reply/Shapes.ts"
import type { EvidenceKind } from "./ServiceCatalog.ts"

export type { Diagnostic, Mention, Prediction } from "./reply/Prediction.ts"

/**
 * A reply that says success. No predictions is an answer, too.
 *
 * Every prediction of the wire is either in `predictions` or has one diagnostic without `part`; both are in the order of
 * the reply.
 */
export interface Reply {
  readonly predictions: ReadonlyArray<Prediction>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/**
 * Why there is no reply: the service said that it failed (whatever the HTTP status), or what it sent is not a reply of
 * the contract.
 */
export type ReplyProblem =
  | { readonly _tag: "ServiceError"; readonly message: string }
  | { readonly _tag: "Unreadable"; readonly message: string }

/** The confidence of a detection whose service sent none. */
export const defaultConfidence = 0.75

const maxMessage = 500

/**
 * Reads the JSON a service of that kind of evidence answered with.
 *
 * The status decides: `success` is success; none is success, too, unless there is an `error`; anything else is a failure.
 * The reply's own `service` and all fields that windmill does not know are ignored. Total: never throws on JSON.
 */
export const decode = (data: unknown, kind: EvidenceKind): Result.Result<Reply, ReplyProblem> => {
  if (!Fields.isFields(data)) return unreadable(`Expected an object, got ${Fields.describe(data)}`)
  const status = Fields.own(data, "status")
  const error = Fields.own(data, "error")
  if (status === undefined ? hasContent(error) : !isSuccess(status)) {
    return Result.fail({ _tag: "ServiceError", message: messageOf(error ?? data, status) })
  }
  const wire = Fields.own(data, "predictions")
  if (!Array.isArray(wire)) return unreadable(`Expected an array of predictions, got ${Fields.describe(wire)}`)
  const predictions: Array<Prediction> = []
  const diagnostics: Array<Diagnostic> = []
  wire.forEach((value: unknown, index) => {
    const omitted: Array<Diagnostic> = []
    const result = Shapes.read(value, kind, index, (part, problem) => omitted.push({ index, problem, part }))
    if (Result.isSuccess(result)) {
      predictions.push(result.success)
      for (const part of omitted) diagnostics.push(part)
    } else {
      diagnostics.push({ index, problem: result.failure })
    }
  })
  return Result.succeed({ predictions, diagnostics })
}

/** The objects of a reply about a whole image. A detection without confidence gets `defaultConfidence`. */
export const detections = (self: Reply, service: ServiceId): ReadonlyArray<Detection> =>
  self.predictions.flatMap((prediction) =>
    prediction._tag === "Object"
      ? [
          {
            service,
            index: prediction.index,
            concept: prediction.concept,
            label: prediction.label,
            ...(prediction.emoji === undefined ? {} : { emoji: prediction.emoji }),
            box: imageBox(prediction.box),
            confidence: prediction.confidence ?? defaultConfidence
          }
        ]
      : []
  )

const unreadable = (message: string) => Result.fail({ _tag: "Unreadable", message } as const)

const isSuccess = (status: unknown): boolean => typeof status === "string" && status.trim().toLowerCase() === "success"

const hasContent = (error: unknown): boolean => error !== undefined && error !== false && error !== ""

/** The service's own words about its failure: `{"message": "…"}`, text, or nothing but a status. */
const messageOf = (error: unknown, status: unknown): string => {
  const words = Fields.isFields(error) ? Fields.own(error, "message") : error
  const message = typeof words === "string" ? Fields.text(words.slice(0, maxMessage))?.trim() : undefined
  return message || `The service says status ${Fields.describe(status)} without a message`
}
