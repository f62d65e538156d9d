/**
 * One thing counted once, however often it was seen: in the whole image, in overlapping crops, by several services.
 *
 * The same clustering that fuses boxes of objects. What one service saw in one picture (the whole image, or one crop) is
 * an observer: an observer does not see a thing twice, and different observers may see the same.
 */
import { Brand } from "effect"
import type { ImageBox } from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"
import * as Quorum from "../harmonization/Quorum.ts"
import type { Concept, ServiceId } from "../Identifiers.ts"
import { defaultConfidence } from "../Reply.ts"

/** Something seen somewhere, in image pixels. */
export interface Seen {
  /** Which service saw it in which picture. */
  readonly observer: string
  readonly box: ImageBox
  readonly confidence: number | undefined
}

/** One thing: where it is, and all that was seen of it, most confident first. */
export interface Thing<A extends Seen> {
  readonly box: ImageBox
  readonly evidence: number
  readonly seen: readonly [A, ...ReadonlyArray<A>]
}

/**
 * The things behind what was seen, strongest first. Neither the order nor the names of observers matter. Seen once more
 * by one observer, with their evidence as confidence, the things are the same.
 */
export const of = <A extends Seen>(seen: ReadonlyArray<A>): ReadonlyArray<Thing<A>> => {
  if (seen.length === 0) return []
  const detections = seen.map(({ box, confidence, observer }, index) => ({
    ...anything,
    service: observerId(observer),
    index,
    box,
    confidence: confidence ?? defaultConfidence
  }))
  return harmonize({ detections, reporters: [] }).boxes.map(({ box, evidence, members }) => ({
    box,
    evidence,
    seen: members.map(({ index }) => seen[index]!) as unknown as Thing<A>["seen"]
  }))
}

const { harmonize } = Quorum.quorum()

const observerId = Brand.nominal<ServiceId>()

const anything: Pick<Detection, "concept" | "label"> = { concept: Brand.nominal<Concept>()("thing"), label: "thing" }
