/**
 * Constrained average-link clustering: which detections are one object.
 *
 * The pair of clusters with the highest mean IoU over their cross pairs is merged first, as long as that mean reaches
 * the threshold. Two clusters that share a service never merge: one service does not see the same object twice.
 *
 * @see Razinkov, Saveleva, Matas (2018), "ALFA: Agglomerative Late Fusion Algorithm for Object Detection"
 */
import type { Detection } from "../Detection.ts"
import type { Columns } from "./Overlaps.ts"
import * as Overlaps from "./Overlaps.ts"

/** Rows of the detections: who is one object with whom, and who repeats a stronger detection of its own service. */
export interface Linkage {
  /** Each cluster in ascending row order, the clusters in the order of their first rows. */
  readonly clusters: ReadonlyArray<ReadonlyArray<number>>
  /** `[row, row of the stronger detection]`. */
  readonly duplicates: ReadonlyArray<readonly [number, number]>
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
export const cluster = (detections: ReadonlyArray<Detection>, columns: Columns, thresholds: Thresholds): Linkage => {
  const rivals = new Map<number, Array<number>>()
  const links: Array<number> = []
  Overlaps.forEachOverlap(columns, Math.min(thresholds.duplicateIou, thresholds.mergeIou), (i, j, iou) => {
    if (detections[i]!.service !== detections[j]!.service) {
      if (iou >= thresholds.mergeIou) links.push(i, j)
    } else if (iou > thresholds.duplicateIou) Overlaps.addRival(rivals, i, j)
  })
  const duplicateOf = Overlaps.suppress(rivals)
  const clusters: Array<ReadonlyArray<number>> = []
  for (const component of components(columns.size, links, duplicateOf)) {
    if (component.length < 3) clusters.push(component)
    else clusters.push(...agglomerate(component, detections, columns, thresholds.mergeIou))
  }
  return { clusters: clusters.sort((a, b) => a[0]! - b[0]!), duplicates: [...duplicateOf].sort(([a], [b]) => a - b) }
}

/** The connected components of the rows that were kept; `links` holds pairs of rows, flat. */
const components = (
  size: number,
  links: ReadonlyArray<number>,
  dropped: ReadonlyMap<number, number>
): ReadonlyArray<ReadonlyArray<number>> => {
  const parent = Int32Array.from({ length: size }, (_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  for (let k = 0; k < links.length; k += 2) {
    const [i, j] = [links[k]!, links[k + 1]!]
    if (dropped.has(i) || dropped.has(j)) continue
    const [a, b] = [root(i), root(j)]
    parent[Math.max(a, b)] = Math.min(a, b)
  }
  const members = new Map<number, Array<number>>()
  for (let i = 0; i < size; i++) {
    if (dropped.has(i)) continue
    const at = root(i)
    if (at === i) members.set(i, [i])
    else members.get(at)!.push(i)
  }
  return [...members.values()]
}

/**
 * Merges within one component. Every live cluster is named by its first row and remembers its best partner among the
 * clusters after it, so that a step looks at `c` candidates and not at `c^2`.
 */
const agglomerate = (
  rows: ReadonlyArray<number>,
  detections: ReadonlyArray<Detection>,
  columns: Columns,
  mergeIou: number
): ReadonlyArray<ReadonlyArray<number>> => {
  const size = rows.length
  const sums = new Float64Array(size * size)
  const clusters = rows.map((row) => [row])
  const services = rows.map((row) => [detections[row]!.service])
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      sums[a * size + b] = sums[b * size + a] = Overlaps.iou(columns, rows[a]!, rows[b]!)
    }
  }
  const alive = new Uint8Array(size).fill(1)
  const partner = new Int32Array(size).fill(-1)
  const affinity = new Float64Array(size)

  const mean = (a: number, b: number): number => {
    const value = sums[a * size + b]! / (clusters[a]!.length * clusters[b]!.length)
    return value >= mergeIou && !services[a]!.some((service) => services[b]!.includes(service)) ? value : 0
  }
  const choosePartner = (a: number): void => {
    partner[a] = -1
    affinity[a] = 0
    for (let b = a + 1; b < size; b++) {
      if (alive[b] === 1 && mean(a, b) > affinity[a]!) {
        partner[a] = b
        affinity[a] = mean(a, b)
      }
    }
  }
  for (let a = 0; a < size; a++) choosePartner(a)
  for (;;) {
    let a = -1
    for (let k = 0; k < size; k++) {
      if (alive[k] === 1 && partner[k] !== -1 && (a === -1 || affinity[k]! > affinity[a]!)) a = k
    }
    if (a === -1) break
    const b = partner[a]!
    alive[b] = 0
    clusters[a]!.push(...clusters[b]!)
    services[a]!.push(...services[b]!)
    for (let k = 0; k < size; k++) {
      sums[a * size + k]! += sums[b * size + k]!
      sums[k * size + a] = sums[a * size + k]!
    }
    choosePartner(a)
    for (let k = 0; k < b; k++) {
      if (alive[k] === 0 || k === a) continue
      if (partner[k] === a || partner[k] === b) choosePartner(k)
      else if (k < a) {
        const value = mean(k, a)
        if (value > affinity[k]! || (value === affinity[k] && value > 0 && a < partner[k]!)) {
          partner[k] = a
          affinity[k] = value
        }
      }
    }
  }
  return clusters.filter((_, a) => alive[a] === 1).map((members) => members.sort((a, b) => a - b))
}
