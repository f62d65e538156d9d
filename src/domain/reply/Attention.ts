/**
 * How much of a reply is looked at. Services send at most some hundred predictions; a reply that holds more of anything than
 * can be read in a fraction of a second is read in part, the most confident predictions first.
 */
import { Result } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import * as Fields from "./Fields.ts"
import { mostParts } from "./Sanitize.ts"

/** Predictions of a reply that are looked at. */
export const mostPredictions = 5000

/** Texts, lists, objects and named values in the predictions that are looked at, together. Lists of numbers are cheap. */
export const mostValues = 100_000

/** Predictions, from the first, among which those are found. */
const mostCandidates = 100_000

/** The confidence of a prediction whose service sent none. */
export const defaultConfidence = 0.75

/**
 * The indices of the predictions that are looked at; `undefined` when all are. The order of a reply decides only between
 * predictions of the same confidence and place.
 */
export const chosen = (predictions: ReadonlyArray<unknown>): ReadonlySet<number> | undefined => {
  if (predictions.length <= mostPredictions && isLight(predictions)) return undefined
  const candidates = predictions.slice(0, mostCandidates).map((value, index): Candidate => ({
    index,
    value,
    confidence: confidenceOf(value)
  }))
  const looked = new Set<number>()
  let left = mostValues
  for (const { index, value } of candidates.sort(mostConfidentFirst)) {
    if (looked.size === mostPredictions) break
    const weight = weightOf(value, left)
    if (weight > left) continue
    left -= weight
    looked.add(index)
  }
  return looked
}

const isLight = (predictions: ReadonlyArray<unknown>): boolean => {
  let left = mostValues
  return predictions.every((prediction) => (left -= weightOf(prediction, left)) >= 0)
}

interface Candidate {
  readonly index: number
  readonly value: unknown
  /** Below all others when it cannot be read. */
  readonly confidence: number
  /** Found when it is compared. */
  box?: BoundingBox.CropBox | null
}

const mostConfidentFirst = (a: Candidate, b: Candidate): number => {
  if (a.confidence !== b.confidence) return b.confidence - a.confidence
  const [boxA, boxB] = [boxOf(a), boxOf(b)]
  return (boxA !== null && boxB !== null ? BoundingBox.byPosition(boxA, boxB) : 0) || a.index - b.index
}

const boxOf = (candidate: Candidate): BoundingBox.CropBox | null =>
  (candidate.box ??= Fields.isFields(candidate.value)
    ? Result.getOrNull(Fields.box(Fields.field(candidate.value, "bbox")))
    : null)

const confidenceOf = (value: unknown): number => {
  if (!Fields.isFields(value)) return -1
  const confidence = Fields.confidence(Fields.field(value, "confidence"))
  return Result.isSuccess(confidence) ? (confidence.success ?? defaultConfidence) : -1
}

/** What is to be looked at in a value, counted up to a little more than `limit`. Of lists and tables it is the beginning. */
const weightOf = (value: unknown, limit: number): number => {
  let weight = 0
  const waiting: Array<unknown> = [value]
  while (waiting.length > 0 && weight <= limit) {
    const next = waiting.pop()
    weight++
    if (typeof next !== "object" || next === null) continue
    if (Array.isArray(next)) {
      const end = Math.min(next.length, mostParts)
      for (let i = 0; i < end; i++) if (isHeavy(next[i])) waiting.push(next[i])
    } else {
      // `Object.values` reads all of a table first, which takes three times as long.
      let left = mostParts
      for (const name in next) {
        if (left-- === 0) break
        waiting.push((next as Fields.Fields)[name])
      }
    }
  }
  return weight
}

const isHeavy = (item: unknown): boolean => typeof item === "string" || (typeof item === "object" && item !== null)
