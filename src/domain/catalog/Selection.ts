/** Which predictions of a service count, and under which names. Recorded replies stay whole: a choice can be changed later. */
import { Order, Schema } from "effect"
import * as Concept from "../Concept.ts"
import type { Concept as ConceptName } from "../Identifiers.ts"
import type { Prediction } from "../reply/Prediction.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** The settings, each of which may be absent. Labels are compared as the vocabulary does: `Traffic_Light` is `traffic light`. */
export const settings = {
  /** The least confidence in `[0, 1]`: one number, or a number per label, with `default` for the others. */
  minConfidence: Schema.optionalKey(Schema.Union([Share, Schema.Record(Schema.String, Share)])),
  /** Labels that alone count, and labels that do not. */
  labels: Schema.optionalKey(
    Schema.Struct({
      keep: Schema.optionalKey(Schema.NonEmptyArray(Schema.NonEmptyString)),
      drop: Schema.optionalKey(Schema.NonEmptyArray(Schema.NonEmptyString))
    })
  ),
  /** What is meant by a label of the service. */
  rename: Schema.optionalKey(Schema.Record(Schema.String, Schema.NonEmptyString)),
  /** The most objects and labels of one reply, most confident first. */
  maxPredictions: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
}

export const Selection = Schema.Struct(settings)
export type Selection = typeof Selection.Type

/** Whether all predictions count as they are. */
export const isEverything = (self: Selection): boolean => Object.keys(self).length === 0

/** What is chosen of a reply. */
export interface Selected {
  readonly predictions: ReadonlyArray<Prediction>
  /** Concepts of the predictions that were too many. */
  readonly surplus: ReadonlyArray<ConceptName>
}

/**
 * The predictions that count, in their order. What a label does not apply to (captions, texts, palettes, metadata) stays;
 * a prediction without confidence is below no threshold.
 */
export const select = (self: Selection, predictions: ReadonlyArray<Prediction>): Selected =>
  isEverything(self) ? { predictions, surplus: [] } : most(self, predictions.flatMap(chosen(self)))

/** What is never to be heard of. */
export const dropped = ({ labels }: Selection): ReadonlyArray<ConceptName> =>
  (labels?.drop ?? []).map(Concept.ofLabel).filter((concept) => concept !== undefined)

const chosen = ({ labels, minConfidence, rename }: Selection) => {
  const names = new Map(Object.entries(rename ?? {}).map(([from, to]) => [plain(from), to]))
  const keep = labels?.keep && new Set(labels.keep.map(plain))
  const drop = new Set((labels?.drop ?? []).map(plain))
  const thresholds = typeof minConfidence === "number" ? { default: minConfidence } : (minConfidence ?? {})
  const least = new Map(Object.entries(thresholds).map(([label, share]) => [plain(label), share]))
  return (prediction: Prediction): ReadonlyArray<Prediction> => {
    const named = renamed(prediction, names)
    const label = labelOf(named)
    const name = label === undefined ? undefined : plain(label)
    if (name !== undefined && (drop.has(name) || (keep !== undefined && !keep.has(name)))) return []
    if (!("confidence" in named) || named.confidence === undefined) return [named]
    const threshold = (name === undefined ? undefined : least.get(name)) ?? least.get("default") ?? 0
    return named.confidence < threshold ? [] : [named]
  }
}

const renamed = (prediction: Prediction, names: ReadonlyMap<string, string>): Prediction => {
  if (prediction._tag !== "Object" && prediction._tag !== "Label") return prediction
  const label = names.get(plain(prediction.label))
  const concept = label === undefined ? undefined : Concept.ofLabel(label)
  return label === undefined || concept === undefined ? prediction : { ...prediction, label, concept, emoji: undefined }
}

const most = ({ maxPredictions }: Selection, predictions: ReadonlyArray<Prediction>): Selected => {
  const counted = predictions.filter((prediction) => labelOf(prediction) !== undefined)
  const surplus = maxPredictions === undefined ? [] : counted.toSorted(mostConfidentFirst).slice(maxPredictions)
  const tooMany = new Set(surplus)
  return {
    predictions: predictions.filter((prediction) => !tooMany.has(prediction)),
    surplus: surplus.flatMap((prediction) => ("concept" in prediction ? [prediction.concept] : []))
  }
}

const labelOf = (prediction: Prediction): string | undefined =>
  prediction._tag === "Object" || prediction._tag === "Label"
    ? prediction.label
    : prediction._tag === "Face"
      ? "face"
      : undefined

const confidenceOf = (prediction: Prediction): number => ("confidence" in prediction ? (prediction.confidence ?? 1) : 1)

const mostConfidentFirst = Order.combine(
  Order.flip(Order.mapInput(Order.Number, confidenceOf)),
  Order.mapInput(Order.Number, ({ index }: Prediction) => index)
)

/** Labels that differ only in how they are written are one. */
const plain = (label: string): string =>
  label
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, " ")
