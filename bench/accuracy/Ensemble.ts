/** Detectors as services, and what a strategy makes of some of them. */
import { Brand } from "effect"
import type { Detection } from "../../src/domain/Detection.ts"
import type { Reporter, Strategy } from "../../src/domain/Harmonization.ts"
import type { Offsets } from "../../src/domain/harmonization/Alignment.ts"
import type { Concept, ServiceId } from "../../src/domain/Identifiers.ts"
import type { Prediction } from "./Coco.ts"

const serviceId = Brand.nominal<ServiceId>()
const concept = Brand.nominal<Concept>()

/** One detector with its detections of each image. A category's number is the concept. */
export interface Detector {
  readonly service: ServiceId
  readonly detections: ReadonlyMap<number, ReadonlyArray<Detection>>
}

/** What a strategy claims: all its boxes, and those it shows by default. */
export interface Fused {
  readonly all: ReadonlyArray<Prediction>
  readonly shown: ReadonlyArray<Prediction>
}

/** The detector of that name with these predictions. */
export const detector = (name: string, predictions: ReadonlyArray<Prediction>): Detector => {
  const service = serviceId(name)
  const detections = new Map<number, Array<Detection>>()
  for (const { box, category, image, score } of predictions) {
    const known = detections.get(image) ?? []
    detections.set(image, known)
    const word = String(category)
    known.push({ service, index: known.length, concept: concept(word), label: word, box, confidence: score })
  }
  return { service, detections }
}

/** Harmonizes every image with the answers of these detectors; `trust` defaults to 1 for each, `align` to no offsets. */
export const fuse = (
  strategy: Strategy,
  detectors: ReadonlyArray<Detector>,
  images: ReadonlyArray<number>,
  trust: Readonly<Record<string, number>> = {},
  align: Readonly<Record<string, Offsets>> = {}
): Fused => {
  const reporters = detectors.map(({ service }): Reporter => ({
    service,
    trust: trust[service],
    align: align[service]
  }))
  const all: Array<Prediction> = []
  const shown: Array<Prediction> = []
  for (const image of images) {
    const detections = detectors.flatMap((detector) => detector.detections.get(image) ?? [])
    for (const { box, concept, evidence, status } of strategy.harmonize({ detections, reporters }).boxes) {
      const prediction = { image, category: Number(concept), box, score: evidence }
      all.push(prediction)
      if (status === "confirmed") shown.push(prediction)
    }
  }
  return { all, shown }
}

/** What a detector claims by itself. */
export const alone = (self: Detector, images: ReadonlyArray<number>): ReadonlyArray<Prediction> =>
  images.flatMap((image) =>
    (self.detections.get(image) ?? []).map(({ box, concept, confidence }) => ({
      image,
      category: Number(concept),
      box,
      score: confidence
    }))
  )

/** Every choice of `count` items, in order. */
export const choose = <A>(items: ReadonlyArray<A>, count: number): ReadonlyArray<ReadonlyArray<A>> =>
  count === 0
    ? [[]]
    : items.flatMap((first, i) => choose(items.slice(i + 1), count - 1).map((others) => [first, ...others]))
