/**
 * Which predictions find which objects, by the rules of the COCO evaluation.
 *
 * Per image and category, predictions in order of score (at most 100) each take the free object they overlap most, if
 * the IoU reaches the threshold. Objects outside the size class and crowds are ignored, with the predictions that find
 * them and the unmatched predictions outside the size class: these count neither for nor against.
 *
 * @see Lin et al. (2014), "Microsoft COCO: Common Objects in Context"; the reference implementation is pycocotools
 */
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import type { GroundTruth, Prediction, Truth } from "./Coco.ts"

/** The IoU thresholds of COCO's AP: .50, .55, …, .95. */
export const iouThresholds: ReadonlyArray<number> = Array.from({ length: 10 }, (_, k) => 0.5 + k * 0.05)

/** Size classes by area in square pixels, as COCO draws them. */
export const sizes = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10]
} as const
export type Size = keyof typeof sizes

const mostPerImage = 100

/** The outcome for one category: predictions in order of score over all images, as columns. */
export interface CategoryMatches {
  readonly score: Float64Array
  /** Position of the prediction's image in the ground truth's `images`. */
  readonly image: Int32Array
  /** Bit `k` is set when the prediction found an object at `iouThresholds[k]`. */
  readonly found: Uint16Array
  /** Bit `k` is set when the prediction does not count at `iouThresholds[k]`. */
  readonly ignored: Uint16Array
  /** How many objects to find each image has. */
  readonly objects: Int32Array
}

/** Matches every category that has objects or predictions. */
export const match = (
  truth: GroundTruth,
  predictions: ReadonlyArray<Prediction>,
  size: Size
): ReadonlyArray<CategoryMatches> => {
  const place = new Map(truth.images.map((image, position) => [image, position]))
  const truths = byCategoryAndImage(truth.truths, place)
  const claims = byCategoryAndImage(predictions, place)
  const categories = [...new Set([...truths.keys(), ...claims.keys()])].sort((a, b) => a - b)
  return categories.map((category) =>
    matchCategory(truth.images.length, truths.get(category) ?? new Map(), claims.get(category) ?? new Map(), size)
  )
}

type ByImage<A> = ReadonlyMap<number, ReadonlyArray<A>>

const matchCategory = (images: number, truths: ByImage<Truth>, claims: ByImage<Prediction>, size: Size) => {
  const objects = new Int32Array(images)
  const rows: Array<readonly [score: number, image: number, found: number, ignored: number]> = []
  for (let image = 0; image < images; image++) {
    const there = (truths.get(image) ?? []).map((truth) => ({
      truth,
      ignored: truth.crowd || !isOfSize(truth.area, size)
    }))
    there.sort((a, b) => Number(a.ignored) - Number(b.ignored))
    objects[image] = there.filter(({ ignored }) => !ignored).length
    const strongest = [...(claims.get(image) ?? [])].sort((a, b) => b.score - a.score).slice(0, mostPerImage)
    for (const row of matchImage(there, strongest, size)) rows.push([row.score, image, row.found, row.ignored])
  }
  rows.sort((a, b) => b[0] - a[0])
  return {
    score: Float64Array.from(rows, (row) => row[0]),
    image: Int32Array.from(rows, (row) => row[1]),
    found: Uint16Array.from(rows, (row) => row[2]),
    ignored: Uint16Array.from(rows, (row) => row[3]),
    objects
  }
}

interface Pairing {
  readonly truth: Truth
  readonly ignored: boolean
}

/** `there` has the objects that count first, `strongest` the predictions in order of score. */
const matchImage = (there: ReadonlyArray<Pairing>, strongest: ReadonlyArray<Prediction>, size: Size) => {
  const overlaps = strongest.map(({ box }) => there.map(({ truth }) => overlap(box, truth)))
  const outcome = strongest.map(({ score }) => ({ score, found: 0, ignored: 0 }))
  iouThresholds.forEach((threshold, k) => {
    const taken = new Set<number>()
    strongest.forEach(({ box }, i) => {
      const target = bestTarget(overlaps[i]!, there, taken, threshold)
      if (target === undefined) {
        if (!isOfSize(box.width * box.height, size)) outcome[i]!.ignored |= 1 << k
        return
      }
      taken.add(target)
      if (there[target]!.ignored) outcome[i]!.ignored |= 1 << k
      else outcome[i]!.found |= 1 << k
    })
  })
  return outcome
}

/** The free object with the highest IoU of at least the threshold; one that is ignored only when no other is left. */
const bestTarget = (
  overlaps: ReadonlyArray<number>,
  there: ReadonlyArray<Pairing>,
  taken: ReadonlySet<number>,
  threshold: number
): number | undefined => {
  let target: number | undefined
  let best = Math.min(threshold, 1 - 1e-10)
  for (let j = 0; j < there.length; j++) {
    if (taken.has(j) && !there[j]!.truth.crowd) continue
    if (target !== undefined && !there[target]!.ignored && there[j]!.ignored) break
    if (overlaps[j]! < best) continue
    best = overlaps[j]!
    target = j
  }
  return target
}

/** The share of a crowd's finder that lies in the crowd; the IoU for a single object. */
const overlap = (box: BoundingBox.ImageBox, truth: Truth): number =>
  truth.crowd ? BoundingBox.intersectionArea(box, truth.box) / BoundingBox.area(box) : BoundingBox.iou(box, truth.box)

const isOfSize = (area: number, size: Size): boolean => area >= sizes[size][0] && area <= sizes[size][1]

const byCategoryAndImage = <A extends { readonly image: number; readonly category: number }>(
  items: ReadonlyArray<A>,
  place: ReadonlyMap<number, number>
): ReadonlyMap<number, ByImage<A>> => {
  const categories = new Map<number, Map<number, Array<A>>>()
  for (const item of items) {
    const image = place.get(item.image)
    if (image === undefined) continue
    let images = categories.get(item.category)
    if (images === undefined) categories.set(item.category, (images = new Map()))
    const list = images.get(image)
    if (list === undefined) images.set(image, [item])
    else list.push(item)
  }
  return categories
}
