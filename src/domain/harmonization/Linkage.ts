/**
 * Constrained average-link clustering: which detections are one object.
 *
 * The pair of clusters with the highest mean IoU over their cross pairs is merged first, as long as that mean reaches
 * the threshold. Two clusters that share a service never merge: one service does not see the same object twice.
 *
 * @see Razinkov, Saveleva, Matas (2018), "ALFA: Agglomerative Late Fusion Algorithm for Object Detection"
 */
import type { Detection } from "../Detection.ts"
import type { Rows } from "./Overlaps.ts"
import * as Overlaps from "./Overlaps.ts"

/** Rows of the detections: who is one object with whom, and who repeats a stronger detection of its own service. */
export interface Linkage {
  /** Each cluster in ascending row order, the clusters in the order of their first rows. */
  readonly clusters: ReadonlyArray<ReadonlyArray<number>>
  /** Each duplicate with the strongest detection it repeats. */
  readonly duplicates: ReadonlyMap<number, number>
}

/** IoU above which a service repeats itself, and mean IoU from which clusters merge; both in `(0, 1]`. */
export interface Thresholds {
  readonly duplicateIou: number
  readonly mergeIou: number
}

/**
 * Clusters the detections of one concept, which must be in canonical order: it decides between equal mean IoUs.
 *
 * Only detections that a chain of overlaps of at least `mergeIou` connects can end in one cluster. What a service repeats
 * is gone before, so that a box overlaps few others that much: the work is `O(n log n)` and, for each such component of
 * `c` detections, `O(c^2)`, in memory that grows with the number of overlaps.
 */
export const cluster = (detections: ReadonlyArray<Detection>, rows: Rows, thresholds: Thresholds): Linkage => {
  if (detections.length === 1) return alone
  const { duplicates, links } = relate(detections, rows, thresholds)
  const clusters: Array<ReadonlyArray<number>> = []
  for (const component of components(detections.length, links, duplicates)) {
    if (isOneObject(component, detections, rows, thresholds.mergeIou)) clusters.push(component)
    else for (const part of agglomerate(component, detections, rows, thresholds.mergeIou)) clusters.push(part)
  }
  return { clusters: clusters.sort((a, b) => a[0]! - b[0]!), duplicates }
}

/** Most concepts of a picture are seen once. */
const alone: Linkage = { clusters: [[0]], duplicates: new Map() }

/** Which detections repeat which, and what the others may merge with: pairs of rows, flat. */
interface Relations extends Pick<Linkage, "duplicates"> {
  readonly links: ReadonlyArray<number>
}

/** In one sweep unless there are so many detections that what repeats has to be gone first. */
const relate = (
  detections: ReadonlyArray<Detection>,
  rows: Rows,
  { duplicateIou, mergeIou }: Thresholds
): Relations => {
  const order = Overlaps.leftToRight(rows)
  const links: Array<number> = []
  if (detections.length > Overlaps.few) {
    const duplicates = Overlaps.suppressAbove(rows, duplicateIou, (row) => detections[row]!.service, order)
    const link = (i: number, j: number): void => {
      if (detections[i]!.service !== detections[j]!.service) links.push(i, j)
    }
    Overlaps.forEachOverlap(
      rows,
      mergeIou,
      link,
      order.filter((row) => !duplicates.has(row))
    )
    return { duplicates, links }
  }
  const rivals: Overlaps.Rivals = new Map()
  Overlaps.forEachOverlap(
    rows,
    Math.min(duplicateIou, mergeIou),
    (i, j, overlap) => {
      if (detections[i]!.service === detections[j]!.service) {
        if (overlap > duplicateIou) Overlaps.addRival(rivals, i, j)
      } else if (overlap >= mergeIou) links.push(i, j)
    },
    order
  )
  const duplicates = Overlaps.suppress(rivals)
  return { duplicates, links: duplicates.size === 0 ? links : without(duplicates, links) }
}

/** The pairs in which no duplicate is. */
const without = (duplicates: ReadonlyMap<number, number>, links: ReadonlyArray<number>): ReadonlyArray<number> => {
  const kept: Array<number> = []
  for (let k = 0; k < links.length; k += 2) {
    if (!duplicates.has(links[k]!) && !duplicates.has(links[k + 1]!)) kept.push(links[k]!, links[k + 1]!)
  }
  return kept
}

/** The connected components of the rows that are no duplicates, each in ascending order. */
const components = (
  size: number,
  links: ReadonlyArray<number>,
  duplicates: ReadonlyMap<number, number>
): ReadonlyArray<ReadonlyArray<number>> => {
  const parent: Array<number> = []
  for (let i = 0; i < size; i++) parent.push(i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!
    return at
  }
  for (let k = 0; k < links.length; k += 2) {
    const a = root(links[k]!)
    const b = root(links[k + 1]!)
    parent[Math.max(a, b)] = Math.min(a, b)
  }
  const members = new Map<number, Array<number>>()
  for (let i = 0; i < size; i++) {
    if (duplicates.has(i)) continue
    const first = root(i)
    if (first === i) members.set(i, [i])
    else members.get(first)!.push(i)
  }
  return [...members.values()]
}

/**
 * Whether all of the component overlaps all of it and no service is in it twice. Then every mean reaches the threshold
 * and any order of merging ends in one cluster; nearly all components are like that.
 */
const isOneObject = (
  component: ReadonlyArray<number>,
  detections: ReadonlyArray<Detection>,
  rows: Rows,
  mergeIou: number
): boolean => {
  if (component.length < 3) return true
  for (let a = 0; a < component.length; a++) {
    for (let b = a + 1; b < component.length; b++) {
      if (detections[component[a]!]!.service === detections[component[b]!]!.service) return false
      if (Overlaps.iou(rows, component[a]!, component[b]!) < mergeIou) return false
    }
  }
  return true
}

/** A cluster and how it came about: `age` counts the merges, `parts` are the two it was made of. */
interface Tree {
  readonly rows: ReadonlyArray<number>
  readonly services: ReadonlyArray<string>
  readonly age: number
  readonly parts: readonly [Tree, Tree] | undefined
}

/**
 * Merges within one component. Every live cluster is named by the place of its first row; it knows the sum of IoUs with
 * each cluster of which it overlaps a member by `mergeIou` (no other can reach that mean) and its best partner among
 * those after it, so that a step looks at `c` candidates and not at `c^2`.
 */
const agglomerate = (
  component: ReadonlyArray<number>,
  detections: ReadonlyArray<Detection>,
  rows: Rows,
  mergeIou: number
): ReadonlyArray<ReadonlyArray<number>> => {
  const size = component.length
  const trees = component.map((row): Tree | undefined => ({
    rows: [row],
    services: [detections[row]!.service],
    age: 0,
    parts: undefined
  }))
  const sums = component.map(() => new Map<number, number>())
  const boxes = Overlaps.only(rows, component)
  Overlaps.forEachOverlap(boxes, mergeIou, (a, b, iou) => {
    if (detections[component[a]!]!.service === detections[component[b]!]!.service) return
    sums[a]!.set(b, iou)
    sums[b]!.set(a, iou)
  })
  /** The mean IoU of two live clusters; `0` when they must not merge. */
  const affinity = (a: number, b: number, sum: number): number => {
    const [one, other] = [trees[a]!, trees[b]!]
    const mean = sum / (one.rows.length * other.rows.length)
    return mean >= mergeIou && !one.services.some((service) => other.services.includes(service)) ? mean : 0
  }
  const partner = component.map(() => -1)
  const best = new Float64Array(size)
  const choosePartner = (a: number): void => {
    partner[a] = -1
    best[a] = 0
    for (const [b, sum] of sums[a]!) {
      if (b < a) continue
      const value = affinity(a, b, sum)
      if (value > best[a]! || (value > 0 && value === best[a] && b < partner[a]!)) {
        partner[a] = b
        best[a] = value
      }
    }
  }
  for (let a = 0; a < size; a++) choosePartner(a)
  for (let age = 1; ; age++) {
    let a = 0
    for (let k = 1; k < size; k++) if (best[k]! > best[a]!) a = k
    if (best[a] === 0) return trees.flatMap((tree) => (tree === undefined ? [] : [tree.rows.toSorted((i, j) => i - j)]))
    const b = partner[a]!
    const [one, other] = [trees[a]!, trees[b]!]
    trees[a] = {
      rows: [...one.rows, ...other.rows],
      services: [...one.services, ...other.services],
      age,
      parts: [one, other]
    }
    trees[b] = undefined
    best[b] = 0
    const near = new Set([...sums[a]!.keys(), ...sums[b]!.keys()])
    near.delete(a)
    near.delete(b)
    for (const k of near) {
      const sum =
        (sums[a]!.get(k) ?? crossSum(one, trees[k]!, rows)) + (sums[b]!.get(k) ?? crossSum(other, trees[k]!, rows))
      sums[a]!.set(k, sum)
      sums[k]!.delete(b)
      sums[k]!.set(a, sum)
    }
    sums[a]!.delete(b)
    sums[b]!.clear()
    choosePartner(a)
    for (const k of near) if (k < b) choosePartner(k)
  }
}

/** The sum of the IoUs between the members of two clusters, added up as they grew: equal scenes then tie alike. */
const crossSum = (one: Tree, other: Tree, rows: Rows): number => {
  const [younger, older] = one.age > other.age ? [one, other] : [other, one]
  return younger.parts === undefined
    ? Overlaps.iou(rows, younger.rows[0]!, older.rows[0]!)
    : crossSum(younger.parts[0], older, rows) + crossSum(younger.parts[1], older, rows)
}
