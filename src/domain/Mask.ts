/**
 * Which pixels belong to an object, and where its keypoints are, as COCO writes them.
 *
 * @see https://cocodataset.org/#format-data
 */
import { Schema } from "effect"

/** Outlines, each `x, y, x, y, …` in pixels; or run lengths of background and object in turn, column by column. */
export const Mask = Schema.Union([
  Schema.Array(Schema.Array(Schema.Finite)),
  Schema.Struct({
    /** Height and width in pixels. */
    size: Schema.Tuple([Schema.Int, Schema.Int]),
    /** Numbers, or the same packed into text as the reference implementation does. */
    counts: Schema.Union([Schema.String, Schema.Array(Schema.Int)])
  })
])
export type Mask = typeof Mask.Type

/** `x, y, visibility` of each point: pixels, and 0 when not labeled, 1 when hidden, 2 when visible. */
export const Keypoints = Schema.Array(Schema.Finite)
export type Keypoints = typeof Keypoints.Type

/** The mask as the path of an SVG, in pixels. */
export const path = (self: Mask): string => {
  if (!("counts" in self)) {
    return self
      .map((outline) =>
        outline.map((n, i) => `${i === 0 ? "M" : i === 2 ? "L" : i % 2 === 1 ? " " : "L"}${tenths(n)}`).join("")
      )
      .map((outline) => `${outline}Z`)
      .join("")
  }
  const [height] = self.size
  const counts = typeof self.counts === "string" ? unpacked(self.counts) : self.counts
  const parts: Array<string> = []
  let at = 0
  counts.forEach((count, i) => {
    const end = at + count
    if (i % 2 === 0) at = end
    while (at < end) {
      const y = at % height
      const run = Math.min(end - at, height - y)
      parts.push(`M${Math.floor(at / height)} ${y}h1v${run}h-1z`)
      at += run
    }
  })
  return parts.join("")
}

/** The points that are labeled. */
export const points = (self: Keypoints): ReadonlyArray<{ readonly x: number; readonly y: number }> =>
  self.flatMap((x, i) => (i % 3 === 0 && self[i + 2]! > 0 ? [{ x, y: self[i + 1]! }] : []))

/** Run lengths from text: five bits a character, least first, differences to the length before the last from the third. */
const unpacked = (text: string): ReadonlyArray<number> => {
  const counts: Array<number> = []
  let at = 0
  while (at < text.length) {
    let value = 0
    let shift = 0
    let bits: number
    do {
      bits = text.charCodeAt(at++) - 48
      value |= (bits & 31) << shift
      shift += 5
    } while ((bits & 32) !== 0 && at < text.length)
    if ((bits & 16) !== 0) value |= -1 << shift
    counts.push(Math.max(0, value + (counts.length > 2 ? counts[counts.length - 2]! : 0)))
  }
  return counts
}

const tenths = (n: number): number => Math.round(n * 10) / 10
