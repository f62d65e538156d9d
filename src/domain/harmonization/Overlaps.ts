/**
 * Which boxes overlap which, without looking at every pair.
 *
 * Boxes are columns of numbers (one array per edge), so that the inner loop touches nothing but floats.
 */
import type { BoundingBox } from "../BoundingBox.ts"

/** Boxes as columns, one row per box: edges in pixels, area in square pixels, measured between the edges. */
export interface Columns {
  readonly size: number
  readonly left: Float64Array
  readonly top: Float64Array
  readonly right: Float64Array
  readonly bottom: Float64Array
  readonly area: Float64Array
}

/** The columns of boxes that are measurable. */
export const columnsOf = (boxes: ReadonlyArray<{ readonly box: BoundingBox }>): Columns => {
  const size = boxes.length
  const store = new Float64Array(size * 5)
  const column = (k: number) => store.subarray(k * size, (k + 1) * size)
  const columns = { size, left: column(0), top: column(1), right: column(2), bottom: column(3), area: column(4) }
  for (let i = 0; i < size; i++) {
    const { x, y, width, height } = boxes[i]!.box
    columns.left[i] = x
    columns.top[i] = y
    columns.right[i] = x + width
    columns.bottom[i] = y + height
    columns.area[i] = (x + width - x) * (y + height - y)
  }
  return columns
}

/** The intersection over union of two rows; bit for bit `BoundingBox.iou`. */
export const iou = ({ area, bottom, left, right, top }: Columns, i: number, j: number): number => {
  const width = Math.min(right[i]!, right[j]!) - Math.max(left[i]!, left[j]!)
  if (!(width > 0)) return 0
  const height = Math.min(bottom[i]!, bottom[j]!) - Math.max(top[i]!, top[j]!)
  if (!(height > 0)) return 0
  const shared = width * height
  return shared / (area[i]! + area[j]! - shared)
}

/**
 * Calls `found` once for every pair of rows with IoU of at least `threshold` (above 0), in no particular order.
 *
 * Sweeps from left to right. The IoU of two boxes is at most the shared width over the wider width, so a box further to
 * the right than `1 - threshold` of the left one's width need not be looked at. Takes `O(n log n)` and the pairs within
 * that distance.
 */
export const forEachOverlap = (
  columns: Columns,
  threshold: number,
  found: (i: number, j: number, iou: number) => void
): void => {
  const { left, right, size } = columns
  const order = Uint32Array.from({ length: size }, (_, i) => i).sort((a, b) => left[a]! - left[b]! || a - b)
  for (let a = 0; a < size; a++) {
    const i = order[a]!
    const reach = left[i]! + (right[i]! - left[i]!) * (1 - threshold + rounding)
    for (let b = a + 1; b < size; b++) {
      const j = order[b]!
      if (left[j]! > reach) break
      const overlap = iou(columns, i, j)
      if (overlap >= threshold) found(i, j, overlap)
    }
  }
}

/**
 * The rows that give way to an earlier row which stays and which they overlap with IoU above `threshold`: each with the
 * earliest such row. Rows come strongest first.
 */
export const suppressed = (columns: Columns, threshold: number): ReadonlyMap<number, number> => {
  const rivals = new Map<number, Array<number>>()
  forEachOverlap(columns, threshold, (i, j, overlap) => {
    if (overlap > threshold) addRival(rivals, i, j)
  })
  return suppress(rivals)
}

/** Notes that of the rows `i` and `j` the later one has the earlier one for a rival. */
export const addRival = (rivals: Map<number, Array<number>>, i: number, j: number): void => {
  const later = Math.max(i, j)
  const known = rivals.get(later)
  if (known === undefined) rivals.set(later, [Math.min(i, j)])
  else known.push(Math.min(i, j))
}

/** In ascending order, drops a row when one of its earlier rivals stays; returns the earliest that does. */
export const suppress = (rivals: ReadonlyMap<number, ReadonlyArray<number>>): Map<number, number> => {
  const droppedFor = new Map<number, number>()
  for (const [row, stronger] of [...rivals].sort(([a], [b]) => a - b)) {
    let strongest = Infinity
    for (const rival of stronger) if (rival < strongest && !droppedFor.has(rival)) strongest = rival
    if (strongest !== Infinity) droppedFor.set(row, strongest)
  }
  return droppedFor
}

/** More than rounding can move an IoU, so that the sweep never misses a pair that the division would let pass. */
const rounding = 1e-9
