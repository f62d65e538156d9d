/**
 * The default strategy: constrained average-link clustering, agreement-weighted boxes, noisy-or evidence and a
 * democratic gate.
 *
 * 1. A detection with IoU above `duplicateIou` to a stronger one of its own service and concept is its duplicate.
 * 2. The rest of a concept is clustered (`Linkage`), at most one detection per service in a cluster.
 * 3. Box: mean of the members' edges weighted by `w = p * a^agreementPower`, `p` the confidence times the service's
 *    trust, `a` the member's mean IoU with the other members (`1` in clusters of up to two).
 * 4. Evidence: `1 - prod(1 - p)` over the members.
 * 5. A box with IoU above `overlapIou` to a stronger one of the concept is rejected; so are its members.
 * 6. The gate confirms what one service alone could have seen, and otherwise a box whose evidence reaches
 *    `min(base + step * dissent, most)`, `dissent` being the sum of the trust of the services that reported, know the
 *    concept and are not among the members, and at least the trust of the second member.
 *
 * Different concepts never merge and never suppress each other. A total order on values precedes every greedy step, so
 * the result depends neither on the order nor on the names of the services.
 *
 * @see Razinkov, Saveleva, Matas (2018), "ALFA: Agglomerative Late Fusion Algorithm for Object Detection"
 */
import { Schema } from "effect"
import type { Detection } from "../Detection.ts"
import type { RejectedDetection, Strategy } from "../Harmonization.ts"
import * as Concepts from "./Concepts.ts"
import * as Fusion from "./Fusion.ts"
import * as Gate from "./Gate.ts"
import * as Linkage from "./Linkage.ts"
import { IouThreshold, Share } from "./Options.ts"
import * as Overlaps from "./Overlaps.ts"
import * as Reporters from "./Reporters.ts"

/** What can be set, with its range. What is left out keeps its default. */
export const Options = Schema.Struct({
  duplicateIou: Schema.optionalKey(IouThreshold),
  mergeIou: Schema.optionalKey(IouThreshold),
  overlapIou: Schema.optionalKey(IouThreshold),
  agreementPower: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 16 }))),
  gate: Schema.optionalKey(Gate.Gate),
  /** Evidence the democratic gate asks of every box that two services could have seen. */
  gateBase: Schema.optionalKey(Share),
  /** Evidence it asks on top for each dissenter, and once when there is none. */
  gateStep: Schema.optionalKey(Share),
  /** The most it ever asks. */
  gateMost: Schema.optionalKey(Share)
})
export type Options = typeof Options.Type

export const defaults: Required<Options> = {
  duplicateIou: 0.6,
  mergeIou: 0.5,
  overlapIou: 0.6,
  agreementPower: 4,
  gate: "democratic",
  gateBase: 0.25,
  gateStep: 0.2,
  gateMost: 0.9
}

/** The default strategy, with the options given. */
export const quorum = (options: Options = {}): Strategy => {
  const settings = { ...defaults, ...options }
  return {
    name: "quorum",
    version: 2,
    options: settings,
    harmonize: (input) => Concepts.harmonize(input, fuseWith(settings), judgeWith(settings))
  }
}

const fuseWith =
  (options: Required<Options>): Concepts.Fuse =>
  (detections, panel) => {
    const rows = Overlaps.rowsOf(detections)
    const { clusters, duplicates } = Linkage.cluster(detections, rows, options)
    const rejected: Array<RejectedDetection> = []
    for (const [row, stronger] of duplicates) {
      rejected.push({ detection: detections[row]!, rule: "duplicate", reason: repeats(detections[stronger]!) })
    }
    const drafts = clusters
      .map((cluster) => draftOf(cluster, detections, rows, panel, options.agreementPower))
      .sort(Fusion.byStrength)
    const overlapped = Overlaps.suppressAbove(Overlaps.rowsOf(drafts), options.overlapIou)
    for (const [rank, stronger] of overlapped) {
      const reason = `overlaps a stronger box of ${drafts[stronger]!.services.join(", ")}`
      for (const detection of drafts[rank]!.members) rejected.push({ detection, rule: "overlap", reason })
    }
    return { drafts: drafts.filter((_, rank) => !overlapped.has(rank)), rejected }
  }

const judgeWith =
  (options: Required<Options>): Concepts.Judge =>
  (draft, dissenters, panel) =>
    Gate.decide(
      options.gate,
      { base: options.gateBase, step: options.gateStep, most: options.gateMost },
      {
        evidence: draft.evidence,
        votes: draft.services.length,
        dissenters: dissenters.length,
        dissent: Reporters.totalTrust(panel, dissenters),
        seconded: Reporters.secondTrust(panel, draft.services)
      }
    )

const draftOf = (
  cluster: ReadonlyArray<number>,
  detections: ReadonlyArray<Detection>,
  rows: Overlaps.Rows,
  panel: Reporters.Panel,
  agreementPower: number
): Fusion.Draft => {
  const found: Array<Detection> = []
  const claims: Array<number> = []
  const weights: Array<number> = []
  for (let i = 0; i < cluster.length; i++) {
    const detection = detections[cluster[i]!]!
    const claim = detection.confidence * Reporters.trustOf(panel, detection.service)
    found.push(detection)
    claims.push(claim)
    weights.push(cluster.length < 3 ? claim : claim * agreementOf(cluster, i, rows) ** agreementPower)
  }
  const members = found as unknown as Fusion.Members
  return {
    members,
    services: Fusion.votersOf(members),
    box: Fusion.weightedMean(members, weights),
    evidence: Fusion.noisyOr(claims)
  }
}

/** The mean IoU of a member with the other members. */
const agreementOf = (cluster: ReadonlyArray<number>, i: number, rows: Overlaps.Rows): number => {
  let sum = 0
  for (let k = 0; k < cluster.length; k++) if (k !== i) sum += Overlaps.iou(rows, cluster[i]!, cluster[k]!)
  return sum / (cluster.length - 1)
}

const repeats = (stronger: Detection): string =>
  `repeats prediction ${stronger.index} of ${stronger.service}, confidence ${stronger.confidence}`
