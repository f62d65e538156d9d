/**
 * Constrained average-link clustering: which detections are one object.
 *
 * The pair of clusters with the highest mean IoU over their cross pairs is merged first, as long as that mean reaches
 * the threshold. Two clusters that share a service never merge: one service does not see the same object twice.
 *
 * @see Razinkov, Saveleva, Matas (2018), "ALFA: Agglomerative Late Fusion Algorithm for Object Detection"
 */
import type { Detection } from "../Detection.ts"
import type { Rivals, Rows } from "./Overlaps.ts"
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
 * Only detections that a chain of overlaps of at least `mergeIou` connects can end in one cluster, so the work is
 * `O(n log n)` and, for each such component of `c` detections, `O(c^2)` typically and `O(c^3)` at worst.
 */
export const cluster = (detections: ReadonlyArray<Detection>, rows: Rows, thresholds: Thresholds): Linkage => {
  if (detections.length === 1) return alone
  const rivals: Rivals = new Map()
  /** Pairs of rows, flat. */
  const links: Array<number> = []
  Overlaps.forEachOverlap(rows, Math.min(thresholds.duplicateIou, thresholds.mergeIou), (i, j, iou) => {
    if (detections[i]!.service === detections[j]!.service) {
      if (iou > thresholds.duplicateIou) Overlaps.addRival(rivals, i, j)
    } else if (iou >= thresholds.mergeIou) links.push(i, j)
  })
  const duplicates = Overlaps.suppress(rivals)
  const clusters: Array<ReadonlyArray<number>> = []
  for (const component of components(detections.length, links, duplicates)) {
    if (isOneObject(component, detections, rows, thresholds.mergeIou)) clusters.push(component)
    else clusters.push(...agglomerate(component, detections, rows, thresholds.mergeIou))
  }
  return { clusters: clusters.sort((a, b) => a[0]! - b[0]!), duplicates }
}

/** Most concepts of a picture are seen once. */
const alone: Linkage = { clusters: [[0]], duplicates: new Map() }

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
    const i = links[k]!
    const j = links[k + 1]!
    if (duplicates.has(i) || duplicates.has(j)) continue
    const a = root(i)
    const b = root(j)
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

/**
 * Merges within one component. Every live cluster is named by the place of its first row and remembers its best partner
 * among the clusters after it, so that a step looks at `c` candidates and not at `c^2`.
 */
const agglomerate = (
  component: ReadonlyArray<number>,
  detections: ReadonlyArray<Detection>,
  rows: Rows,
  mergeIou: number
): ReadonlyArray<ReadonlyArray<number>> => {
  const size = component.length
  const clusters = component.map((row): Array<number> | undefined => [row])
  const services = component.map((row) => [detections[row]!.service])
  const sums = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      sums[a * size + b] = sums[b * size + a] = Overlaps.iou(rows, component[a]!, component[b]!)
    }
  }
  /** The mean IoU of two live clusters; `0` when they must not merge. */
  const affinity = (a: number, b: number): number => {
    const mean = sums[a * size + b]! / (services[a]!.length * services[b]!.length)
    return mean >= mergeIou && !services[a]!.some((service) => services[b]!.includes(service)) ? mean : 0
  }
  const partner = component.map(() => -1)
  const best = new Float64Array(size)
  const choosePartner = (a: number): void => {
    partner[a] = -1
    best[a] = 0
    for (let b = a + 1; b < size; b++) {
      const value = clusters[b] === undefined ? 0 : affinity(a, b)
      if (value > best[a]!) {
        partner[a] = b
        best[a] = value
      }
    }
  }
  for (let a = 0; a < size; a++) choosePartner(a)
  for (;;) {
    let a = 0
    for (let k = 1; k < size; k++) if (best[k]! > best[a]!) a = k
    if (best[a] === 0) return clusters.flatMap((rows) => (rows === undefined ? [] : [rows.sort((i, j) => i - j)]))
    const b = partner[a]!
    clusters[a]!.push(...clusters[b]!)
    services[a]!.push(...services[b]!)
    clusters[b] = undefined
    best[b] = 0
    for (let k = 0; k < size; k++) sums[a * size + k] = sums[k * size + a]! += sums[k * size + b]!
    choosePartner(a)
    for (let k = 0; k < b; k++) {
      if (k === a || clusters[k] === undefined) continue
      if (partner[k] === a || partner[k] === b) choosePartner(k)
      else if (k < a) {
        const value = affinity(k, a)
        if (value > best[k]! || (value > 0 && value === best[k] && a < partner[k]!)) {
          partner[k] = a
          best[k] = value
        }
      }
    }
  }
}
