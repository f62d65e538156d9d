/**
 * The rule of the specification, `cross_service_clustering_v1`, kept for comparison and for reading old results.
 *
 * In order of service name and reply, the first unused detection of a label seeds a cluster and takes every later one
 * with IoU above 0.3 to the seed. The best of each service stays; a single one below confidence 0.85 is dropped; the
 * box is the hull and the confidence the mean of those that stay. Which boxes come out depends on the services' names
 * and on the order of their predictions, crowds collapse, and hulls grow with every member.
 */
import * as BoundingBox from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"
import type { RejectedDetection, Strategy } from "../Harmonization.ts"
import { compare } from "./Candidates.ts"
import * as Concepts from "./Concepts.ts"
import * as Fusion from "./Fusion.ts"

const mergeIou = 0.3
const loneConfidence = 0.85

/** The specification's strategy. It has no options. */
export const crossServiceClusteringV1: Strategy = {
  name: "cross_service_clustering_v1",
  version: 1,
  options: {},
  harmonize: (input) => Concepts.harmonize(input, fuse)
}

const fuse: Concepts.Fuse = (detections) => {
  const drafts: Array<Fusion.Draft> = []
  const rejected: Array<RejectedDetection> = []
  const arrivals = [...detections].sort(byServiceThenIndex)
  const used = new Set<Detection>()
  for (const seed of arrivals) {
    if (used.has(seed)) continue
    const cluster = arrivals.filter(
      (other) =>
        other === seed ||
        (!used.has(other) && other.label === seed.label && BoundingBox.iou(seed.box, other.box) > mergeIou)
    )
    for (const detection of cluster) used.add(detection)
    const best = bestPerService(cluster)
    for (const detection of cluster) {
      const stronger = best.get(detection.service)!
      if (stronger === detection) continue
      rejected.push({ detection, rule: "duplicate", reason: `${stronger.service} has a surer one in the same cluster` })
    }
    const members = [...best.values()].sort((a, b) => b.confidence - a.confidence) as unknown as Fusion.Members
    if (members.length === 1 && members[0].confidence < loneConfidence) {
      rejected.push({ detection: members[0], rule: "low-confidence", reason: `alone and below ${loneConfidence}` })
      continue
    }
    const hull = members.map(({ box }) => box as BoundingBox.BoundingBox).reduce(BoundingBox.hull)
    const evidence = Fusion.meanConfidence(members)
    drafts.push({ members, services: Fusion.votersOf(members), box: BoundingBox.imageBox(hull), evidence })
  }
  return { drafts, rejected }
}

/** The most confident detection of each service; the earlier one when two are equal. */
const bestPerService = (cluster: ReadonlyArray<Detection>): Map<string, Detection> => {
  const best = new Map<string, Detection>()
  for (const detection of cluster) {
    const known = best.get(detection.service)
    if (known === undefined || detection.confidence > known.confidence) best.set(detection.service, detection)
  }
  return best
}

const byServiceThenIndex = (a: Detection, b: Detection): number =>
  compare(a.service, b.service) || compare(a.index, b.index)
