/**
 * Axis-aligned bounding boxes.
 *
 * The origin is the top-left corner, x grows to the right, y grows downwards. Which pixels the numbers count is part of
 * the type: `ImageBox` counts pixels of the stored (never EXIF-rotated) image, `CropBox` pixels of one crop of it.
 * The functions here work in any one space; `toImage` is the only way from a crop to its image.
 */
import { Brand, Schema } from "effect"

/** A box with non-negative size, in pixels of some space. `x`, `y` is its top-left corner. */
export const BoundingBox = Schema.Struct({
  x: Schema.Finite,
  y: Schema.Finite,
  width: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  height: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
})
export type BoundingBox = typeof BoundingBox.Type

/** Width and height, in pixels of some space. */
export type Size = Pick<BoundingBox, "width" | "height">

/** A box in pixels of the stored image. */
export const ImageBox = BoundingBox.pipe(Schema.brand("ImageBox"))
export type ImageBox = typeof ImageBox.Type
/** Says that the box counts pixels of the stored image. */
export const imageBox: (box: BoundingBox) => ImageBox = Brand.nominal<ImageBox>()

/** A box in pixels of a crop. */
export type CropBox = BoundingBox & Brand.Brand<"CropBox">
/** Says that the box counts pixels of a crop. */
export const cropBox: (box: BoundingBox) => CropBox = Brand.nominal<CropBox>()

/** The area in square pixels. */
export const area = (self: BoundingBox): number => self.width * self.height

/** The area two boxes share, in square pixels; `0` when they only touch. */
export const intersectionArea = (self: BoundingBox, that: BoundingBox): number => {
  const width = Math.min(self.x + self.width, that.x + that.width) - Math.max(self.x, that.x)
  const height = Math.min(self.y + self.height, that.y + that.height) - Math.max(self.y, that.y)
  return width > 0 && height > 0 ? width * height : 0
}

/**
 * Intersection over union: the shared area as a fraction, in `[0, 1]`, of the area the two boxes cover together.
 *
 * Two boxes without area have IoU `0`, also with themselves: there is nothing to overlap, and the alternative is `NaN`.
 * Areas are measured between the edges, as the shared area is, so that a box has IoU `1` with itself whatever rounding
 * does to `x + width`.
 *
 * @example
 * iou({ x: 0, y: 0, width: 2, height: 2 }, { x: 1, y: 1, width: 2, height: 2 }) // => 1 / 7
 *
 * @see Everingham et al. (2010), "The PASCAL Visual Object Classes Challenge", section 4.2
 */
export const iou = (self: BoundingBox, that: BoundingBox): number => {
  const shared = intersectionArea(self, that)
  return shared === 0 ? 0 : shared / (intersectionArea(self, self) + intersectionArea(that, that) - shared)
}

/** The smallest box that covers both. */
export const hull = (self: BoundingBox, that: BoundingBox): BoundingBox => {
  const x = Math.min(self.x, that.x)
  const y = Math.min(self.y, that.y)
  return {
    x,
    y,
    width: Math.max(self.x + self.width, that.x + that.width) - x,
    height: Math.max(self.y + self.height, that.y + that.height) - y
  }
}

/** The part of a box that lies inside an image of `width` x `height` pixels; without area when nothing does. */
export const clamp = <Box extends BoundingBox>(
  self: Box,
  size: { readonly width: number; readonly height: number }
) => {
  const x = Math.min(Math.max(self.x, 0), size.width)
  const y = Math.min(Math.max(self.y, 0), size.height)
  return {
    ...self,
    x,
    y,
    width: Math.max(0, Math.min(self.x + self.width, size.width) - x),
    height: Math.max(0, Math.min(self.y + self.height, size.height) - y)
  }
}

/** The box with corners on whole pixels, each at most half a pixel away; at least one pixel wide and high. */
export const round = <Box extends BoundingBox>(self: Box): Box => {
  const x = wholePixel(self.x)
  const y = wholePixel(self.y)
  return {
    ...self,
    x,
    y,
    width: Math.max(1, Math.round(self.x + self.width) - x),
    height: Math.max(1, Math.round(self.y + self.height) - y)
  }
}

/** Where a box of a crop lies in the image the crop was cut from; `crop` is the cut region in image pixels. */
export const toImage = (self: CropBox, crop: ImageBox): ImageBox =>
  imageBox({ x: self.x + crop.x, y: self.y + crop.y, width: self.width, height: self.height })

/** Left to right, then top to bottom, then by size: a total order on the values of a box. */
export const byPosition = (self: BoundingBox, that: BoundingBox): number =>
  self.x - that.x || self.y - that.y || self.width - that.width || self.height - that.height

/** Rounding gives `-0` just left of the origin; JSON knows only one zero. */
const wholePixel = (n: number): number => Math.round(n) + 0
