/** From the members of one object to its box, its evidence and its record. */
import { Struct } from "effect"
import { imageBox, type ImageBox } from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"
import type { HarmonizedBox } from "../Harmonization.ts"
import type { ServiceId } from "../Identifiers.ts"
import { compare } from "./Candidates.ts"
import type { Judgment } from "./Gate.ts"
import type { Silent } from "./Reporters.ts"

/** At least one detection of one concept, in canonical order. */
export type Members = readonly [Detection, ...ReadonlyArray<Detection>]

/**
 * The weighted mean of the members' edges; the plain mean when no weight is above 0.
 *
 * Edges are averaged relative to the outermost ones, so the result stays inside the members' hull and moves with them.
 */
export const weightedMean = (members: Members, weights: ReadonlyArray<number>): ImageBox => {
  if (members.length === 1) return members[0].box
  let total = 0
  for (const weight of weights) total += weight
  const left = meanEdge(members, weights, total, leftOf)
  const top = meanEdge(members, weights, total, topOf)
  return imageBox({
    x: left,
    y: top,
    width: meanEdge(members, weights, total, rightOf) - left,
    height: meanEdge(members, weights, total, bottomOf) - top
  })
}

type Edge = (box: ImageBox) => number
const leftOf: Edge = (box) => box.x
const topOf: Edge = (box) => box.y
const rightOf: Edge = (box) => box.x + box.width
const bottomOf: Edge = (box) => box.y + box.height

const meanEdge = (members: Members, weights: ReadonlyArray<number>, total: number, edge: Edge): number => {
  let least = Infinity
  let most = -Infinity
  for (const { box } of members) {
    least = Math.min(least, edge(box))
    most = Math.max(most, edge(box))
  }
  let offset = 0
  for (let i = 0; i < members.length; i++) {
    const share = total > 0 ? weights[i]! / total : 1 / members.length
    offset += share * (edge(members[i]!.box) - least)
  }
  return Math.min(least + offset, most)
}

/**
 * The chance in `[0, 1]` that at least one of independent claims is right: `1 - prod(1 - p)`.
 *
 * Added up claim by claim, so that a further claim never lowers it, not even by rounding.
 */
export const noisyOr = (claims: ReadonlyArray<number>): number =>
  claims.reduce((evidence, claim) => evidence + claim * (1 - evidence), 0)

/** The arithmetic mean of the members' confidences. */
export const meanConfidence = (members: Members): number =>
  members.reduce((sum, { confidence }) => sum + confidence, 0) / members.length

/** The distinct services of the members, in name order. */
export const votersOf = (members: Members): ReadonlyArray<ServiceId> => {
  const voters: Array<ServiceId> = []
  for (const { service } of members) {
    if (voters.includes(service)) continue
    let at = voters.length
    while (at > 0 && service < voters[at - 1]!) at--
    voters.splice(at, 0, service)
  }
  return voters
}

/** An object before it is decided whether it stands. */
export interface Draft {
  readonly members: Members
  readonly services: ReadonlyArray<ServiceId>
  readonly box: ImageBox
  readonly evidence: number
}

/**
 * The record of an object. Concept, label and emoji are those of the first member, the most confident one; mask and
 * keypoints those of the most confident members that have them, and the members are kept without.
 */
export const record = (draft: Draft, { dissenters, unread }: Silent, judgment: Judgment): HarmonizedBox => {
  const [first] = draft.members
  const box: { -readonly [K in keyof HarmonizedBox]: HarmonizedBox[K] } = {
    concept: first.concept,
    label: first.label,
    box: draft.box,
    evidence: draft.evidence,
    confidence: meanConfidence(draft.members),
    services: draft.services,
    dissenters,
    status: judgment.status,
    reason: judgment.reason,
    members: draft.members
  }
  if (first.emoji !== undefined) box.emoji = first.emoji
  if (unread.length > 0) {
    box.unread = unread
    box.reason = `${judgment.reason}; ${unread.join(", ")} could not be understood`
  }
  const mask = draft.members.find((member) => member.mask !== undefined)?.mask
  const keypoints = draft.members.find((member) => member.keypoints !== undefined)?.keypoints
  if (mask !== undefined) box.mask = mask
  if (keypoints !== undefined) box.keypoints = keypoints
  if (mask !== undefined || keypoints !== undefined) {
    box.members = draft.members.map((member) => Struct.omit(member, ["keypoints", "mask"]))
  }
  return box
}

/** Ranks boxes: by evidence, then votes, then position, then concept. */
export const strongestFirst = (a: HarmonizedBox, b: HarmonizedBox): number =>
  byStrength(a, b) || compare(a.concept, b.concept)

/** The ranking of boxes of one concept. */
export const byStrength = (a: Omit<Draft, "members">, b: Omit<Draft, "members">): number =>
  b.evidence - a.evidence ||
  b.services.length - a.services.length ||
  a.box.x - b.box.x ||
  a.box.y - b.box.y ||
  a.box.width - b.box.width ||
  a.box.height - b.box.height
