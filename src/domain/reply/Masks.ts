/** Reading masks and keypoints. What is too large to be one, or no pixels, is left out. */
import { Result } from "effect"
import type { Keypoints, Mask } from "../Mask.ts"
import * as Fields from "./Fields.ts"

/** Numbers of one mask, or characters of a packed one; a photo's worth of outline. */
const mostNumbers = 100_000

/** Pixels of a mask; larger pictures are refused. */
const mostPixels = 2 ** 28

const mostKeypoints = 1000

/** A mask from outlines or from run lengths. */
export const mask = (value: unknown): Fields.Read<Mask> => {
  if (Fields.isFields(value)) return runs(value)
  if (!Array.isArray(value)) return Result.fail(`it is ${Fields.describe(value)}, not outlines or run lengths`)
  const outlines = (value.some(Array.isArray) ? value : [value]) as ReadonlyArray<unknown>
  const read: Array<ReadonlyArray<number>> = []
  let numbers = 0
  for (const outline of outlines) {
    if (!Array.isArray(outline) || outline.length < 6 || outline.length % 2 === 1) {
      return Result.fail("an outline is not a list of x, y of three points or more")
    }
    numbers += outline.length
    if (numbers > mostNumbers) return Result.fail(`it has more than ${mostNumbers} numbers`)
    const points = outline.map(Fields.pixel)
    if (points.some((point) => point === undefined)) return Result.fail("an outline has something that is no pixel")
    read.push(points as ReadonlyArray<number>)
  }
  return read.length === 0 ? Result.fail("it is empty") : Result.succeed(read)
}

const runs = (value: Fields.Fields): Fields.Read<Mask> => {
  const size = Fields.own(value, "size")
  const [height, width] = Array.isArray(size) ? size.map(Fields.number) : []
  const isSize = Number.isInteger(height) && Number.isInteger(width) && height! > 0 && width! > 0
  if (!isSize || height! * width! > mostPixels)
    return Result.fail(`size is ${Fields.describe(size)}, not height, width`)
  const counts = Fields.own(value, "counts")
  const length = typeof counts === "string" || Array.isArray(counts) ? counts.length : 0
  if (length === 0 || length > mostNumbers) return Result.fail(`it has ${length} run lengths`)
  const whole: readonly [number, number] = [height!, width!]
  if (typeof counts === "string") {
    return /^[0-o]+$/.test(counts)
      ? Result.succeed({ size: whole, counts })
      : Result.fail("its run lengths are not packed")
  }
  const lengths = (counts as ReadonlyArray<unknown>).map(Fields.number)
  const covered = lengths.reduce<number>(
    (sum, count) => sum + (Number.isInteger(count) && count! >= 0 ? count! : NaN),
    0
  )
  return covered === height! * width!
    ? Result.succeed({ size: whole, counts: lengths as ReadonlyArray<number> })
    : Result.fail("its run lengths do not add up to its size")
}

/** Keypoints from `x, y, visibility` in a row, or from a list of such points; a point without visibility is visible. */
export const keypoints = (value: unknown): Fields.Read<Keypoints> => {
  if (!Array.isArray(value)) return Result.fail(`it is ${Fields.describe(value)}, not a list of points`)
  if (value.length > 3 * mostKeypoints) return Result.fail(`it has more than ${mostKeypoints} points`)
  const flat = value.flatMap((point: unknown) => {
    if (!Array.isArray(point)) return [point]
    return point.length === 2 ? [point[0], point[1], 2] : point
  })
  const numbers = flat.map(Fields.pixel)
  return flat.length === 0 || flat.length % 3 !== 0 || numbers.some((number) => number === undefined)
    ? Result.fail("it is not x, y, visibility of each point")
    : Result.succeed(numbers as ReadonlyArray<number>)
}
