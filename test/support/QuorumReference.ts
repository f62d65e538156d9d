/**
 * The default strategy written down without any shortcut, to compare with: every pair of boxes is looked at, and after
 * every merge every pair of clusters again.
 */
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import type { Detection } from "../../src/domain/Detection.ts"
import type { HarmonizationInput } from "../../src/domain/Harmonization.ts"

/** A box as the rule describes it. */
export interface ReferenceBox {
  readonly members: ReadonlyArray<Detection>
  readonly edges: readonly [left: number, top: number, right: number, bottom: number]
  readonly evidence: number
  readonly confirmed: boolean
}

/**
 * The boxes of fully trusted services that can name anything, unordered. `overlapIou` is what two boxes may overlap:
 * where 0.6 less and 0.6 more than a rounding error give different boxes, rounding decides.
 */
export const quorum = (scene: HarmonizationInput, overlapIou = 0.6): ReadonlyArray<ReferenceBox> =>
  [...new Set(scene.detections.map(({ concept }) => concept))].flatMap((concept) => {
    const boxes = merge(keep(canonical(scene.detections.filter((detection) => detection.concept === concept)))).map(
      fuse
    )
    const strongest = boxes.sort(
      (a, b) =>
        b.evidence - a.evidence ||
        b.members.length - a.members.length ||
        a.edges[0] - b.edges[0] ||
        a.edges[1] - b.edges[1] ||
        a.edges[2] - a.edges[0] - (b.edges[2] - b.edges[0]) ||
        a.edges[3] - a.edges[1] - (b.edges[3] - b.edges[1])
    )
    const kept: Array<(typeof boxes)[number]> = []
    for (const box of strongest) {
      if (kept.every((stronger) => BoundingBox.iou(boxOf(stronger.edges), boxOf(box.edges)) <= overlapIou))
        kept.push(box)
    }
    return kept.map((box) => {
      const dissenters = scene.reporters.length - box.members.length
      const weight = Math.max(dissenters, box.members.length > 1 ? 1 : 0)
      return { ...box, confirmed: weight === 0 || box.evidence >= Math.min(0.25 + 0.2 * weight, 0.9) }
    })
  })

const canonical = (detections: ReadonlyArray<Detection>): ReadonlyArray<Detection> =>
  detections.toSorted(
    (a, b) =>
      b.confidence - a.confidence ||
      BoundingBox.byPosition(a.box, b.box) ||
      (a.service < b.service ? -1 : a.service > b.service ? 1 : a.index - b.index)
  )

const keep = (detections: ReadonlyArray<Detection>): ReadonlyArray<Detection> => {
  const kept: Array<Detection> = []
  for (const detection of detections) {
    const repeats = kept.some(
      (stronger) => stronger.service === detection.service && BoundingBox.iou(stronger.box, detection.box) > 0.6
    )
    if (!repeats) kept.push(detection)
  }
  return kept
}

/** A tree of merges; `age` counts them. Sums of cross IoUs are added up as the tree grew, so that ties fall alike. */
interface Cluster {
  readonly members: ReadonlyArray<Detection>
  readonly age: number
  readonly parts: ReadonlyArray<Cluster>
}

const merge = (detections: ReadonlyArray<Detection>): ReadonlyArray<ReadonlyArray<Detection>> => {
  let clusters: ReadonlyArray<Cluster> = detections.map((detection) => ({ members: [detection], age: 0, parts: [] }))
  for (let age = 1; ; age++) {
    let best: { readonly mean: number; readonly first: Cluster; readonly second: Cluster } | undefined
    for (const [i, first] of clusters.entries()) {
      for (const second of clusters.slice(i + 1)) {
        const shared = first.members.some((a) => second.members.some((b) => a.service === b.service))
        const mean = crossSum(first, second) / (first.members.length * second.members.length)
        if (!shared && mean >= 0.5 && mean > (best?.mean ?? 0)) best = { mean, first, second }
      }
    }
    if (best === undefined) return clusters.map(({ members }) => canonical(members))
    const { first, second } = best
    const merged: Cluster = { members: [...first.members, ...second.members], age, parts: [first, second] }
    clusters = clusters.flatMap((cluster) => (cluster === first ? [merged] : cluster === second ? [] : [cluster]))
  }
}

const crossSum = (a: Cluster, b: Cluster): number => {
  if (a.age === 0 && b.age === 0) return BoundingBox.iou(a.members[0]!.box, b.members[0]!.box)
  return a.age > b.age
    ? a.parts.reduce((sum, part) => sum + crossSum(part, b), 0)
    : b.parts.reduce((sum, part) => sum + crossSum(a, part), 0)
}

const fuse = (members: ReadonlyArray<Detection>) => {
  const weights = members.map(({ box, confidence }, i) => {
    const others = members.filter((_, k) => k !== i)
    const agreement = others.reduce((sum, other) => sum + BoundingBox.iou(box, other.box), 0) / others.length
    return confidence * (members.length < 3 ? 1 : agreement ** 4)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = (edge: (box: BoundingBox.BoundingBox) => number) =>
    members.reduce((sum, { box }, i) => sum + edge(box) * (total > 0 ? weights[i]! / total : 1 / members.length), 0)
  return {
    members,
    edges: [
      mean(({ x }) => x),
      mean(({ y }) => y),
      mean(({ width, x }) => x + width),
      mean(({ height, y }) => y + height)
    ] as const,
    evidence: members.reduce((evidence, { confidence }) => evidence + confidence * (1 - evidence), 0)
  }
}

const boxOf = ([left, top, right, bottom]: ReferenceBox["edges"]): BoundingBox.BoundingBox => ({
  x: left,
  y: top,
  width: right - left,
  height: bottom - top
})
