/**
 * What a service said, in our terms.
 *
 * Thirteen services word their replies in a dozen ways. `decode` (tolerant at the edge) turns any of them into the same
 * few kinds of prediction; everything behind it is strict. A prediction that cannot be read is set aside with a
 * diagnostic and never costs the others.
 */
import { Result } from "effect"
import * as BoundingBox from "./BoundingBox.ts"
import type { Detection } from "./Detection.ts"
import type { Concept, ServiceId } from "./Identifiers.ts"
import * as Attention from "./reply/Attention.ts"
import * as Fields from "./reply/Fields.ts"
import { isMention, naming } from "./reply/Naming.ts"
import type { Diagnostic, Prediction } from "./reply/Prediction.ts"
import * as Shapes from "./reply/Shapes.ts"
import type { ReplyProblem } from "./reply/ReplyProblem.ts"
import type { EvidenceKind } from "./catalog/Service.ts"

export type { Diagnostic, Mention, Prediction } from "./reply/Prediction.ts"
export type { ReplyProblem } from "./reply/ReplyProblem.ts"

/** Names this way of reading. The version grows whenever an equal reply may be read in another way. */
export const version = "5"

/** Predictions of one reply that count, the most confident of those looked at; detectors by themselves send at most 300. */
export const mostPredictions = 1000

/** Diagnostics of one reply that are kept one by one; the others are summed up in one with index `-1`. */
export const mostDiagnostics = 100

/**
 * A reply that says success. No predictions is an answer, too.
 *
 * Every prediction of the wire is either in `predictions` or has one diagnostic without `part`; both are in the order of
 * the reply. Beyond `mostPredictions`, `mostDiagnostics` and what is looked at (`reply/Attention.ts`) a diagnostic with index `-1`
 * says how many it stands for.
 */
export interface Reply {
  readonly predictions: ReadonlyArray<Prediction>
  readonly diagnostics: ReadonlyArray<Diagnostic>
  /**
   * The concepts of what does not count, `"anything"` when one of them is not known: what the service may have meant. It
   * is not silent about these. Absent when all counts.
   */
  readonly unread?: ReadonlySet<Concept> | "anything"
}

export { defaultConfidence } from "./reply/Attention.ts"

const maxMessage = 500

/**
 * Reads the JSON a service of that kind of evidence answered with.
 *
 * The status decides: `success` is success; none is success, too, unless there is an `error`; anything else is a failure.
 * The reply's own `service` and all fields that windmill does not know are ignored. Predictions that were set aside when the
 * reply came in (`set_aside`) do not count. Total: never throws on JSON.
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
  const read: Array<Prediction> = []
  const diagnostics: Array<Diagnostic> = []
  const unread = new Set<Concept>()
  let mayBeAnything = false
  const asides = asidesOf(Fields.own(data, "set_aside"))
  const chosen = Attention.chosen(wire)
  wire.forEach((value: unknown, index) => {
    if (chosen?.has(index) === false) return
    const omitted: Array<Diagnostic> = []
    const aside = asides.get(index)
    const result =
      aside === undefined
        ? Shapes.read(value, kind, index, (part, problem) => omitted.push({ index, problem, part }))
        : Result.fail(aside)
    if (Result.isSuccess(result)) {
      read.push(result.success)
      for (const part of omitted) diagnostics.push(part)
      if (omitted.some(({ part }) => part !== undefined && isMention(part))) mayBeAnything = true
    } else {
      diagnostics.push({ index, problem: result.failure })
      const name = Fields.isFields(value) ? naming(value) : Result.fail("")
      if (Result.isSuccess(name)) unread.add(name.success.concept)
      else mayBeAnything = true
    }
  })
  const { counted, surplus } = mostConfident(read)
  for (const prediction of surplus) for (const concept of conceptsOf(prediction)) unread.add(concept)
  const overlooked = chosen === undefined ? 0 : wire.length - chosen.size
  return Result.succeed({
    predictions: counted,
    diagnostics: [...summedUp(diagnostics), ...setAside(surplus.length), ...notLookedAt(overlooked)],
    ...(mayBeAnything || overlooked > 0 ? { unread: "anything" } : unread.size === 0 ? undefined : { unread })
  })
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
            box: BoundingBox.imageBox(prediction.box),
            confidence: prediction.confidence ?? Attention.defaultConfidence,
            ...(prediction.mask === undefined ? undefined : { mask: prediction.mask }),
            ...(prediction.keypoints === undefined ? undefined : { keypoints: prediction.keypoints })
          }
        ]
      : []
  )

/** The predictions that count, in the order of the reply, and the others. */
const mostConfident = (read: ReadonlyArray<Prediction>) => {
  if (read.length <= mostPredictions) return { counted: read, surplus: [] }
  const ranked = read.toSorted(mostConfidentFirst)
  return {
    counted: ranked.slice(0, mostPredictions).sort((a, b) => a.index - b.index),
    surplus: ranked.slice(mostPredictions)
  }
}

/** Equal confidences by place, so that the order of a reply decides only between equal predictions. */
const mostConfidentFirst = (a: Prediction, b: Prediction): number =>
  confidenceOf(b) - confidenceOf(a) ||
  ("box" in a && "box" in b ? BoundingBox.byPosition(a.box, b.box) : 0) ||
  a.index - b.index

const confidenceOf = (prediction: Prediction): number =>
  ("confidence" in prediction ? prediction.confidence : undefined) ?? Attention.defaultConfidence

const conceptsOf = (prediction: Prediction): ReadonlyArray<Concept> => {
  if ("concept" in prediction) return [prediction.concept]
  return "mentions" in prediction ? prediction.mentions.map(({ concept }) => concept) : []
}

const summedUp = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<Diagnostic> => {
  const more = diagnostics.length - mostDiagnostics
  return more <= 0
    ? diagnostics
    : [...diagnostics.slice(0, mostDiagnostics), { index: -1, problem: `${more} more could not be read` }]
}

const setAside = (surplus: number): ReadonlyArray<Diagnostic> =>
  surplus === 0
    ? []
    : [{ index: -1, problem: `${surplus} set aside: the ${mostPredictions} most confident predictions count` }]

const notLookedAt = (overlooked: number): ReadonlyArray<Diagnostic> =>
  overlooked === 0
    ? []
    : [
        {
          index: -1,
          problem: `${overlooked} not looked at: of a reply it is the ${Attention.mostPredictions} most confident predictions, with at most ${Attention.mostValues} values together`
        }
      ]

/** The notes of `Placement.withAsides`, by the index of the prediction. */
const asidesOf = (notes: unknown): ReadonlyMap<number, string> =>
  new Map(
    (Array.isArray(notes) ? notes.slice(0, Attention.mostPredictions) : []).flatMap((note: unknown) => {
      const index = Fields.isFields(note) ? Fields.own(note, "index") : undefined
      const problem = Fields.isFields(note) ? Fields.text(Fields.own(note, "problem")) : undefined
      return typeof index === "number" && problem !== undefined ? [[index, problem] as const] : []
    })
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
