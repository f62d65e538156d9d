/**
 * Which boxes overlap which, without looking at every pair.
 *
 * Boxes are rows of one array of numbers, so that the inner loop touches nothing but floats.
 */
import type { BoundingBox } from "../BoundingBox.ts"

/** Boxes as rows of five numbers: left, top, right and bottom edge in pixels, area between them in square pixels. */
export type Rows = Float64Array

const stride = 5

/** The rows of boxes, in their order. */
export const rowsOf = (boxes: ReadonlyArray<{ readonly box: BoundingBox }>): Rows => {
  const rows = new Float64Array(boxes.length * stride)
  let at = 0
  for (const { box } of boxes) {
    const right = box.x + box.width
    const bottom = box.y + box.height
    rows[at++] = box.x
    rows[at++] = box.y
    rows[at++] = right
    rows[at++] = bottom
    rows[at++] = (right - box.x) * (bottom - box.y)
  }
  return rows
}

/**
 * The intersection over union of two rows; bit for bit `BoundingBox.iou`. Looks at the heights first: in a sweep from
 * left to right most pairs that miss each other do so vertically.
 */
export const iou = (rows: Rows, i: number, j: number): number => {
  const a = i * stride
  const b = j * stride
  const height = Math.min(rows[a + 3]!, rows[b + 3]!) - Math.max(rows[a + 1]!, rows[b + 1]!)
  if (!(height > 0)) return 0
  const width = Math.min(rows[a + 2]!, rows[b + 2]!) - Math.max(rows[a]!, rows[b]!)
  if (!(width > 0)) return 0
  const shared = width * height
  return shared / (rows[a + 4]! + rows[b + 4]! - shared)
}

/**
 * Calls `found` once for every pair of rows with IoU of at least `threshold` (above 0), in no particular order.
 *
 * Sweeps from left to right. The IoU of two boxes is at most the shared width over the wider width, so a box further to
 * the right than `1 - threshold` of the left one's width need not be looked at. Takes `O(n log n)` and the pairs within
 * that distance, whose number it returns.
 */
export const forEachOverlap = (
  rows: Rows,
  threshold: number,
  found: (i: number, j: number, iou: number) => void
): number => {
  const size = rows.length / stride
  const order: Array<number> = []
  for (let i = 0; i < size; i++) order.push(i)
  if (size > 2) order.sort((i, j) => rows[i * stride]! - rows[j * stride]!)
  else if (size === 2 && rows[stride]! < rows[0]!) order.reverse()
  let looked = 0
  for (let a = 0; a < size; a++) {
    const i = order[a]!
    const left = rows[i * stride]!
    const reach = left + (rows[i * stride + 2]! - left) * (1 - threshold + rounding)
    for (let b = a + 1; b < size; b++) {
      const j = order[b]!
      if (rows[j * stride]! > reach) break
      looked++
      const overlap = iou(rows, i, j)
      if (overlap >= threshold) found(i, j, overlap)
    }
  }
  return looked
}

/** More than rounding can move an IoU, so that the sweep never misses a pair that the division would let pass. */
const rounding = 1e-9

/** For each row, the earlier rows it overlaps too much; rows without any are absent. */
export type Rivals = Map<number, Array<number>>

/** Notes that `i` and `j` overlap too much. */
export const addRival = (rivals: Rivals, i: number, j: number): void => {
  const later = Math.max(i, j)
  const known = rivals.get(later)
  if (known === undefined) rivals.set(later, [Math.min(i, j)])
  else known.push(Math.min(i, j))
}

/**
 * Greedy suppression: in ascending order, a row gives way when an earlier rival stays. Returns each row that gives way
 * with the earliest rival that stays.
 */
export const suppress = (rivals: Rivals): ReadonlyMap<number, number> => {
  const yielding = new Map<number, number>()
  if (rivals.size === 0) return yielding
  for (const [row, earlier] of [...rivals].sort(([a], [b]) => a - b)) {
    let earliest = Infinity
    for (const rival of earlier) if (rival < earliest && !yielding.has(rival)) earliest = rival
    if (earliest !== Infinity) yielding.set(row, earliest)
  }
  return yielding
}

/** `suppress` where rivals are rows with IoU above `threshold`. */
export const suppressAbove = (rows: Rows, threshold: number): ReadonlyMap<number, number> => {
  const rivals: Rivals = new Map()
  forEachOverlap(rows, threshold, (i, j, overlap) => {
    if (overlap > threshold) addRival(rivals, i, j)
  })
  return suppress(rivals)
}
