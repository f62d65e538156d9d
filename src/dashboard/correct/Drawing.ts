/** A box that is being drawn: moved and resized within the picture, in whole pixels of it. */
import { type BoundingBox, imageBox, type ImageBox, type Size } from "../../domain/BoundingBox.ts"

/** A place in pixels of the image. */
export interface Point {
  readonly x: number
  readonly y: number
}

export const corners = ["nw", "ne", "sw", "se"] as const
export type Corner = (typeof corners)[number]

const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value))

/** The box with its top-left corner at a place, as far as it stays within the picture; its size stays. */
export const movedTo = (self: BoundingBox, { x, y }: Point, size: Size): ImageBox =>
  imageBox({
    width: self.width,
    height: self.height,
    x: between(0, Math.round(x), Math.max(0, size.width - self.width)),
    y: between(0, Math.round(y), Math.max(0, size.height - self.height))
  })

/** The box from one place to another, whichever way, within the picture; at least a pixel wide and high. */
export const spanned = (from: Point, to: Point, size: Size): ImageBox => {
  const [left, right] = edges(from.x, to.x, size.width)
  const [top, bottom] = edges(from.y, to.y, size.height)
  return imageBox({ x: left, y: top, width: right - left, height: bottom - top })
}

const edges = (a: number, b: number, most: number): readonly [number, number] => {
  const last = Math.max(1, Math.floor(most))
  const [low, high] = [a, b].map((edge) => between(0, Math.round(edge), last)).sort((a, b) => a - b) as [number, number]
  if (low < high) return [low, high]
  return low === last ? [low - 1, low] : [low, low + 1]
}

/** Where a corner of the box is. */
export const cornerOf = ({ height, width, x, y }: BoundingBox, corner: Corner): Point => ({
  x: corner.endsWith("w") ? x : x + width,
  y: corner.startsWith("n") ? y : y + height
})

const opposite = { nw: "se", ne: "sw", sw: "ne", se: "nw" } as const satisfies Record<Corner, Corner>

/** The box with one corner at a place; the opposite corner stays. */
export const resized = (self: BoundingBox, corner: Corner, to: Point, size: Size): ImageBox =>
  spanned(cornerOf(self, opposite[corner]), to, size)

/** A box in the middle of what is seen, a third as wide and high. */
export const inMiddle = (seen: BoundingBox, size: Size): ImageBox =>
  spanned(
    { x: seen.x + seen.width / 3, y: seen.y + seen.height / 3 },
    { x: seen.x + (2 * seen.width) / 3, y: seen.y + (2 * seen.height) / 3 },
    size
  )
