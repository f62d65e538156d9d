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

/** Some of the rows, in the order of their numbers in the list. */
export const only = (rows: Rows, some: ReadonlyArray<number>): Rows => {
  const chosen = new Float64Array(some.length * stride)
  for (const [at, row] of some.entries()) chosen.set(rows.subarray(row * stride, (row + 1) * stride), at * stride)
  return chosen
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

/** Rows from left to right. */
export const leftToRight = (rows: Rows): ReadonlyArray<number> => {
  const size = rows.length / stride
  const order: Array<number> = []
  const lefts = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    order.push(i)
    lefts[i] = rows[i * stride]!
  }
  if (size > 2) order.sort((i, j) => lefts[i]! - lefts[j]!)
  else if (size === 2 && lefts[1]! < lefts[0]!) order.reverse()
  return order
}

/**
 * Calls `found` once for every pair of rows with IoU of at least `threshold` (above 0), in no particular order.
 *
 * Sweeps from left to right; `order` may leave rows out. The IoU of two boxes is at most the shared width over the wider
 * width, so a box further to the right than `1 - threshold` of the left one's width need not be looked at. Takes the
 * pairs within that distance, whose number it returns.
 */
export const forEachOverlap = (
  rows: Rows,
  threshold: number,
  found: (i: number, j: number, iou: number) => void,
  order: ReadonlyArray<number> = leftToRight(rows)
): number => {
  let looked = 0
  for (let a = 0; a < order.length; a++) {
    const i = order[a]!
    const left = rows[i * stride]!
    const reach = left + (rows[i * stride + 2]! - left) * (1 - threshold + rounding)
    for (let b = a + 1; b < order.length; b++) {
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

/** Rows of which every pair that overlaps may be kept. */
export const few = 512

/** For each row, the earlier rows that it overlaps too much; rows without any are absent. */
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

/**
 * `suppress` where rivals are rows of one group with IoU above `threshold`. Without `groupOf` all rows are one group.
 *
 * Nothing is kept of the pairs of many rows, so that any number of equal boxes takes linear time.
 */
export const suppressAbove = (
  rows: Rows,
  threshold: number,
  groupOf: (row: number) => unknown = () => undefined,
  order: ReadonlyArray<number> = leftToRight(rows)
): ReadonlyMap<number, number> => {
  if (order.length > few) return suppressMany(rows, threshold, groupOf)
  const rivals: Rivals = new Map()
  forEachOverlap(
    rows,
    threshold,
    (i, j, overlap) => {
      if (overlap > threshold && groupOf(i) === groupOf(j)) addRival(rivals, i, j)
    },
    order
  )
  return suppress(rivals)
}

/** Which of the rows that stay lie where, from left to right. */
interface Staying {
  readonly lefts: Array<number>
  readonly rows: Array<number>
}

/**
 * Compares each row with those that stay and begin close enough: the narrower of two boxes with that IoU has at least
 * `threshold` of the wider one's width.
 */
const suppressMany = (
  rows: Rows,
  threshold: number,
  groupOf: (row: number) => unknown
): ReadonlyMap<number, number> => {
  const yielding = new Map<number, number>()
  const groups = new Map<unknown, Staying>()
  for (let i = 0; i < rows.length / stride; i++) {
    const name = groupOf(i)
    let group = groups.get(name)
    if (group === undefined) groups.set(name, (group = { lefts: [], rows: [] }))
    const left = rows[i * stride]!
    const reach = (rows[i * stride + 2]! - left) * (1 / threshold - 1 + rounding)
    let earliest = Infinity
    for (let k = placeOf(left - reach, group.lefts); k < group.lefts.length; k++) {
      if (group.lefts[k]! > left + reach) break
      if (group.rows[k]! < earliest && iou(rows, i, group.rows[k]!) > threshold) earliest = group.rows[k]!
    }
    if (earliest === Infinity) {
      const place = placeOf(left, group.lefts)
      group.lefts.splice(place, 0, left)
      group.rows.splice(place, 0, i)
    } else yielding.set(i, earliest)
  }
  return yielding
}

/** How many of the ascending numbers are below `value`. */
const placeOf = (value: number, ascending: ReadonlyArray<number>): number => {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
