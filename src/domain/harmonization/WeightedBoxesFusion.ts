/**
 * Weighted boxes fusion, for comparison: overlapping boxes are averaged by confidence.
 *
 * In order of confidence, a detection joins the cluster whose fused box it overlaps most, with IoU above `mergeIou`, or
 * founds one. The fused box is the confidence-weighted mean; the evidence is the mean confidence times
 * `min(members, services) / services`. A cluster may hold several detections of one service, and a weak agreeing
 * detection lowers the evidence.
 *
 * @see Solovyev, Wang, Gabruseva (2021), "Weighted boxes fusion: Ensembling boxes from different object detection models"
 */
import { Schema } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"
import type { Strategy } from "../Harmonization.ts"
import * as Concepts from "./Concepts.ts"
import * as Fusion from "./Fusion.ts"
import { IouThreshold } from "./Options.ts"

/** What can be set, with its range. */
export const Options = Schema.Struct({ mergeIou: Schema.optionalKey(IouThreshold) })
export type Options = typeof Options.Type

export const defaults: Required<Options> = { mergeIou: 0.55 }

/** Averages overlapping boxes. */
export const weightedBoxesFusion = (options: Options = {}): Strategy => {
  const settings = { ...defaults, ...options }
  return {
    name: "wbf",
    version: 1,
    options: settings,
    harmonize: (input) => Concepts.harmonize(input, fuseWith(settings))
  }
}

interface Cluster {
  members: Fusion.Members
  box: BoundingBox.ImageBox
}

const fuseWith =
  ({ mergeIou }: Required<Options>): Concepts.Fuse =>
  (detections, panel) => {
    const clusters: Array<Cluster> = []
    for (const detection of detections) {
      const cluster = nearest(clusters, detection, mergeIou)
      if (cluster === undefined) clusters.push({ members: [detection], box: detection.box })
      else {
        cluster.members = [...cluster.members, detection]
        cluster.box = Fusion.weightedMean(
          cluster.members,
          cluster.members.map(({ confidence }) => confidence)
        )
      }
    }
    const drafts = clusters.map(({ box, members }) => ({
      members,
      services: Fusion.votersOf(members),
      box,
      evidence: (Fusion.meanConfidence(members) * Math.min(members.length, panel.size)) / panel.size
    }))
    return { drafts, rejected: [] }
  }

/** Overlaps of means that differ by less are equal: where the boxes lie in the picture rounds them differently. */
const rounding = 1e-9

const nearest = (clusters: ReadonlyArray<Cluster>, { box }: Detection, mergeIou: number): Cluster | undefined => {
  let best: Cluster | undefined
  let overlap = mergeIou
  for (const cluster of clusters) {
    const iou = BoundingBox.iou(cluster.box, box)
    if (iou > overlap + rounding) {
      best = cluster
      overlap = iou
    }
  }
  return best
}
