/**
 * Non-maximum suppression, for comparison: of boxes that overlap only the most confident stays.
 *
 * The detections of all services are taken as if one detector had made them. A box stays when its IoU with every
 * stronger box that stays is at most `overlapIou`; its evidence is its confidence. Agreement changes nothing.
 *
 * @see Neubeck, Van Gool (2006), "Efficient Non-Maximum Suppression"
 */
import { Schema } from "effect"
import type { Detection } from "../Detection.ts"
import type { Strategy } from "../Harmonization.ts"
import * as Concepts from "./Concepts.ts"
import type * as Fusion from "./Fusion.ts"
import { IouThreshold } from "./Options.ts"
import * as Overlaps from "./Overlaps.ts"

/** What can be set, with its range. */
export const Options = Schema.Struct({ overlapIou: Schema.optionalKey(IouThreshold) })
export type Options = typeof Options.Type

export const defaults: Required<Options> = { overlapIou: 0.5 }

/** Keeps the most confident of overlapping boxes. */
export const nonMaximumSuppression = (options: Options = {}): Strategy => {
  const settings = { ...defaults, ...options }
  return {
    name: "nms",
    version: 1,
    options: settings,
    harmonize: (input) => Concepts.harmonize(input, fuseWith(settings))
  }
}

const fuseWith =
  ({ overlapIou }: Required<Options>): Concepts.Fuse =>
  (detections) => {
    const suppressed = Overlaps.suppressAbove(Overlaps.rowsOf(detections), overlapIou)
    return {
      drafts: detections.filter((_, row) => !suppressed.has(row)).map(draftOf),
      rejected: [...suppressed].map(([row, stronger]) => ({
        detection: detections[row]!,
        rule: "overlap",
        reason: `overlaps prediction ${detections[stronger]!.index} of ${detections[stronger]!.service}`
      }))
    }
  }

/** A box that stands for one detection alone. */
export const draftOf = (detection: Detection): Fusion.Draft => ({
  members: [detection],
  services: [detection.service],
  box: detection.box,
  evidence: detection.confidence
})
