/**
 * The default strategy as one would first write it: every pair of boxes is compared, and after every merge every pair of
 * clusters again. What the shortcuts of the real one are measured against.
 */
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import type { Detection } from "../../src/domain/Detection.ts"
import type { Strategy } from "../../src/domain/Harmonization.ts"
import * as Concepts from "../../src/domain/harmonization/Concepts.ts"
import * as Fusion from "../../src/domain/harmonization/Fusion.ts"

type Cluster = ReadonlyArray<Detection>

const fuse: Concepts.Fuse = (detections) => {
  const kept: Array<Detection> = []
  for (const detection of detections) {
    const isDuplicate = kept.some(
      (other) => other.service === detection.service && BoundingBox.iou(other.box, detection.box) > 0.6
    )
    if (!isDuplicate) kept.push(detection)
  }
  const clusters: Array<Cluster> = kept.map((detection) => [detection])
  for (;;) {
    let best = 0
    let pair: readonly [number, number] | undefined
    for (let i = 0; i < clusters.length; i++) {
      for (let j = i + 1; j < clusters.length; j++) {
        const mean = meanIou(clusters[i]!, clusters[j]!)
        if (mean < 0.5 || mean <= best || shareService(clusters[i]!, clusters[j]!)) continue
        best = mean
        pair = [i, j]
      }
    }
    if (pair === undefined) break
    clusters[pair[0]] = [...clusters[pair[0]]!, ...clusters[pair[1]]!]
    clusters.splice(pair[1], 1)
  }
  const drafts: Array<Fusion.Draft> = []
  for (const draft of clusters.map(draftOf).sort(Fusion.byStrength)) {
    if (drafts.every((stronger) => BoundingBox.iou(stronger.box, draft.box) <= 0.6)) drafts.push(draft)
  }
  return { drafts, rejected: [] }
}

/** The naive strategy; it lists no rejected detections. */
export const naive: Strategy = {
  name: "naive",
  version: 1,
  options: {},
  harmonize: (input) => Concepts.harmonize(input, fuse)
}

const meanIou = (a: Cluster, b: Cluster): number => {
  let sum = 0
  for (const one of a) for (const other of b) sum += BoundingBox.iou(one.box, other.box)
  return sum / (a.length * b.length)
}

const shareService = (a: Cluster, b: Cluster): boolean =>
  a.some((one) => b.some((other) => one.service === other.service))

const draftOf = (cluster: Cluster): Fusion.Draft => {
  const members = cluster as unknown as Fusion.Members
  const weights = cluster.map(({ box, confidence }, i) => {
    if (cluster.length < 3) return confidence
    const others = cluster.filter((_, k) => k !== i)
    return confidence * (others.reduce((sum, other) => sum + BoundingBox.iou(box, other.box), 0) / others.length) ** 4
  })
  return {
    members,
    services: Fusion.votersOf(members),
    box: Fusion.weightedMean(members, weights),
    evidence: Fusion.noisyOr(cluster.map(({ confidence }) => confidence))
  }
}
