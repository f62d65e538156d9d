/**
 * The later rules of the original system, as its history describes them, for comparison only.
 *
 * The original kept changing its rule between August and September 2025; H1 is `cross_service_clustering_v1`
 * (`docs/architecture.md`). Concepts stand for the emojis it grouped by. All of them take detections in the order
 * of service names and replies, keep the most confident of each service in a box, and score by the mean confidence.
 */
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import type { Detection } from "../../src/domain/Detection.ts"
import type { RejectedDetection, Strategy } from "../../src/domain/Harmonization.ts"
import { compare } from "../../src/domain/harmonization/Candidates.ts"
import * as Concepts from "../../src/domain/harmonization/Concepts.ts"
import * as Fusion from "../../src/domain/harmonization/Fusion.ts"

type Belongs = (a: BoundingBox.BoundingBox, b: BoundingBox.BoundingBox) => boolean
type Cluster = (arrivals: ReadonlyArray<Detection>) => ReadonlyArray<ReadonlyArray<Detection>>

interface Version {
  readonly name: string
  readonly cluster: Cluster
  /** The hull of the members, or the box of the most confident one. */
  readonly box: "hull" | "best"
  /** A box below it is dropped; `lone` when only those of one service are. */
  readonly minConfidence?: { readonly confidence: number; readonly lone: boolean }
}

/** A seed takes whatever overlaps any member so far. */
const chained =
  (belongs: Belongs): Cluster =>
  (arrivals) => {
    const used = new Set<Detection>()
    return arrivals.flatMap((seed) => {
      if (used.has(seed)) return []
      const members: Array<Detection> = []
      for (const other of arrivals) {
        if (used.has(other) || (other !== seed && !members.some(({ box }) => belongs(box, other.box)))) continue
        used.add(other)
        members.push(other)
      }
      return [members]
    })
  }

/** The connected components: chaining until nothing changes. */
const connected =
  (belongs: Belongs): Cluster =>
  (arrivals) => {
    let clusters: Array<Array<Detection>> = []
    for (const detection of arrivals) {
      const touched = clusters.filter((members) => members.some(({ box }) => belongs(box, detection.box)))
      clusters = [...clusters.filter((members) => !touched.includes(members)), [...touched.flat(), detection]]
    }
    return clusters
  }

/** Seeds found objects; then every detection goes to the object whose hull it overlaps most. */
const assigned =
  (belongs: Belongs): Cluster =>
  (arrivals) => {
    const used = new Set<Detection>()
    const hulls: Array<BoundingBox.BoundingBox> = []
    for (const seed of arrivals) {
      if (used.has(seed)) continue
      const members = arrivals.filter((other) => !used.has(other) && (other === seed || belongs(seed.box, other.box)))
      for (const member of members) used.add(member)
      hulls.push(hullOf(members))
    }
    const clusters = hulls.map((): Array<Detection> => [])
    for (const detection of arrivals) {
      const overlaps = hulls.map((hull) => BoundingBox.iou(hull, detection.box))
      clusters[overlaps.indexOf(Math.max(...overlaps))]!.push(detection)
    }
    return clusters.filter(({ length }) => length > 0)
  }

const { area, iou } = BoundingBox
const containment: (...boxes: Parameters<Belongs>) => number = (a, b) =>
  BoundingBox.intersectionArea(a, b) / Math.min(area(a), area(b))
const similarArea = (a: BoundingBox.BoundingBox, b: BoundingBox.BoundingBox): number =>
  Math.min(area(a), area(b)) / Math.max(area(a), area(b))
const distance = (a: BoundingBox.BoundingBox, b: BoundingBox.BoundingBox): number =>
  Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2)
const areSmall = (a: BoundingBox.BoundingBox, b: BoundingBox.BoundingBox, below: number): boolean =>
  Math.max(area(a), area(b)) < below
const similarSides = (a: BoundingBox.BoundingBox, b: BoundingBox.BoundingBox): number =>
  Math.min(a.width / b.width, b.width / a.width, a.height / b.height, b.height / a.height)

const versions: ReadonlyArray<Version> = [
  {
    name: "original_h2",
    cluster: chained((a, b) => iou(a, b) > 0.3),
    box: "hull",
    minConfidence: { confidence: 0.85, lone: true }
  },
  { name: "original_h3", cluster: connected((a, b) => containment(a, b) >= 0.8 || iou(a, b) > 0.3), box: "hull" },
  { name: "original_h4", cluster: assigned((a, b) => iou(a, b) > 0.4 && similarArea(a, b) > 0.8), box: "hull" },
  {
    name: "original_h5",
    cluster: assigned(
      (a, b) =>
        (iou(a, b) > 0.05 && similarArea(a, b) > 0.6) ||
        (areSmall(a, b, 5000) && distance(a, b) < 100) ||
        containment(a, b) > 0.7
    ),
    box: "hull",
    minConfidence: { confidence: 0.4, lone: false }
  },
  {
    name: "original_h6",
    cluster: assigned(
      (a, b) =>
        (iou(a, b) > 0.1 && similarArea(a, b) > 0.7) ||
        (areSmall(a, b, 1024) && distance(a, b) < 20) ||
        containment(a, b) > 0.7
    ),
    box: "best"
  },
  {
    name: "original_h7",
    cluster: assigned(
      (a, b) =>
        (iou(a, b) >= 0.8 && distance(a, b) <= 15 && similarSides(a, b) >= 0.9) ||
        containment(a, b) > 0.7 ||
        (areSmall(a, b, 1024) && distance(a, b) < 20)
    ),
    box: "best"
  }
]

const strategyOf = (version: Version): Strategy => ({
  name: version.name,
  version: 1,
  options: {},
  harmonize: (input) => Concepts.harmonize(input, fuseWith(version))
})

/** H2 to H7; H7 stayed in place until the original stopped fusing boxes. */
export const originals: ReadonlyArray<Strategy> = versions.map(strategyOf)

const fuseWith =
  ({ box, cluster, minConfidence }: Version): Concepts.Fuse =>
  (detections) => {
    const drafts: Array<Fusion.Draft> = []
    const rejected: Array<RejectedDetection> = []
    for (const group of cluster(detections.toSorted(byServiceThenIndex))) {
      const members = strongestPerService(group)
      for (const detection of group) {
        if (!members.includes(detection)) rejected.push({ detection, rule: "duplicate", reason: "a surer one is in" })
      }
      const isAtRisk = minConfidence !== undefined && (!minConfidence.lone || members.length === 1)
      if (isAtRisk && members[0].confidence < minConfidence.confidence) {
        for (const detection of members) rejected.push({ detection, rule: "low-confidence", reason: "too unsure" })
        continue
      }
      drafts.push({
        members,
        services: Fusion.votersOf(members),
        box: box === "hull" ? BoundingBox.imageBox(hullOf(members)) : members[0].box,
        evidence: Fusion.meanConfidence(members)
      })
    }
    return { drafts, rejected }
  }

const strongestPerService = (group: ReadonlyArray<Detection>): Fusion.Members => {
  const strongest = group.toSorted((a, b) => b.confidence - a.confidence)
  return strongest.filter(
    ({ service }, i) => strongest.findIndex((other) => other.service === service) === i
  ) as unknown as Fusion.Members
}

const hullOf = (members: ReadonlyArray<Detection>): BoundingBox.BoundingBox =>
  members.map(({ box }): BoundingBox.BoundingBox => box).reduce(BoundingBox.hull)

const byServiceThenIndex = (a: Detection, b: Detection): number =>
  compare(a.service, b.service) || compare(a.index, b.index)
