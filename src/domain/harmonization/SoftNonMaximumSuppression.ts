/**
 * Soft-NMS with Gaussian decay, for comparison: overlapping boxes stay, but count for less.
 *
 * From the strongest box down, every weaker box is multiplied by `exp(-iou^2 / sigma)`; the order of the rest follows
 * the decayed values, which are the evidence. A box below `minEvidence` is dropped.
 *
 * @see Bodla, Singh, Chellappa, Davis (2017), "Soft-NMS: Improving Object Detection With One Line of Code"
 */
import { Schema } from "effect"
import type { Detection } from "../Detection.ts"
import type { RejectedDetection, Strategy } from "../Harmonization.ts"
import * as Concepts from "./Concepts.ts"
import type * as Fusion from "./Fusion.ts"
import { draftOf } from "./NonMaximumSuppression.ts"
import { Share } from "./Options.ts"
import * as Overlaps from "./Overlaps.ts"

/** What can be set, with its range. */
export const Options = Schema.Struct({
  sigma: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0.01, maximum: 10 }))),
  minEvidence: Schema.optionalKey(Share)
})
export type Options = typeof Options.Type

export const defaults: Required<Options> = { sigma: 0.5, minEvidence: 0.001 }

/** Lowers the evidence of overlapping boxes. */
export const softNonMaximumSuppression = (options: Options = {}): Strategy => {
  const settings = { ...defaults, ...options }
  return {
    name: "soft_nms",
    version: 1,
    options: settings,
    harmonize: (input) => Concepts.harmonize(input, fuseWith(settings))
  }
}

const fuseWith =
  ({ minEvidence, sigma }: Required<Options>): Concepts.Fuse =>
  (detections) => {
    const rows = Overlaps.rowsOf(detections)
    const drafts: Array<Fusion.Draft> = []
    const rejected: Array<RejectedDetection> = []
    const evidence = Float64Array.from(detections, ({ confidence }) => confidence)
    const rest = detections.map((_, row) => row)
    while (rest.length > 0) {
      const place = strongest(rest, evidence)
      const row = rest.splice(place, 1)[0]!
      const detection = detections[row]!
      if (evidence[row]! < minEvidence) rejected.push(faded(detection, evidence[row]!, minEvidence))
      else drafts.push({ ...draftOf(detection), evidence: evidence[row]! })
      for (const other of rest) evidence[other]! *= Math.exp(-(Overlaps.iou(rows, row, other) ** 2) / sigma)
    }
    return { drafts, rejected }
  }

const strongest = (rows: ReadonlyArray<number>, evidence: Float64Array): number => {
  let place = 0
  for (let k = 1; k < rows.length; k++) if (evidence[rows[k]!]! > evidence[rows[place]!]!) place = k
  return place
}

const faded = (detection: Detection, evidence: number, minEvidence: number): RejectedDetection => ({
  detection,
  rule: "low-confidence",
  reason: `evidence ${evidence.toPrecision(2)} is below ${minEvidence}`
})
