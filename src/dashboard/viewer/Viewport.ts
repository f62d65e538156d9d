/** Which part of a picture is seen: how many times it is enlarged, and where its middle is. */
import { type BoundingBox, imageBox, type ImageBox, type Size } from "../../domain/BoundingBox.ts"

/** A place on a picture, in shares of its width and height. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** `x` and `y` are the middle of what is seen. What is seen lies within the picture. */
export interface Viewport extends Place {
  /** From `1`, the whole picture, to `most`. */
  readonly zoom: number
}

export const whole: Viewport = { zoom: 1, x: 0.5, y: 0.5 }

export const most = 40

export const isWhole = ({ zoom }: Viewport): boolean => zoom === 1

const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value))

/** The nearest one that lies within the picture; the whole picture for what is no number. */
const within = ({ x, y, zoom }: Viewport): Viewport => {
  if (![x, y, zoom].every(Number.isFinite)) return whole
  const enlarged = between(1, zoom, most)
  const half = 0.5 / enlarged
  return { zoom: enlarged, x: between(half, x, 1 - half), y: between(half, y, 1 - half) }
}

/** Enlarges what is seen, `factor` times. `at` stays where it is as far as the edges of the picture allow. */
export const zoomed = (self: Viewport, factor: number, at: Place = self): Viewport => {
  const zoom = between(1, self.zoom * factor, most)
  const share = self.zoom / zoom
  return within({ zoom, x: at.x + (self.x - at.x) * share, y: at.y + (self.y - at.y) * share })
}

/** Moves what is seen by shares of its own width and height. */
export const moved = (self: Viewport, by: Place): Viewport =>
  within({ ...self, x: self.x + by.x / self.zoom, y: self.y + by.y / self.zoom })

/** What is seen of a picture of this size, in its pixels. */
export const shown = ({ x, y, zoom }: Viewport, { height, width }: Size): ImageBox =>
  imageBox({
    x: (x - 0.5 / zoom) * width,
    y: (y - 0.5 / zoom) * height,
    width: width / zoom,
    height: height / zoom
  })

/** Brings a box into the middle, with room around it; closer only when it is small. */
export const around = (self: Viewport, box: BoundingBox, { height, width }: Size): Viewport => {
  const fits = Math.min(width / Math.max(1, box.width), height / Math.max(1, box.height)) / 2
  return within({
    zoom: Math.max(1, Math.min(Math.max(self.zoom, 4), fits)),
    x: (box.x + box.width / 2) / width,
    y: (box.y + box.height / 2) / height
  })
}

/** `2.5,0.4,0.6` for an address; `undefined` for the whole picture. */
export const print = (self: Viewport): string | undefined =>
  isWhole(self) ? undefined : [self.zoom, self.x, self.y].map((value) => Number(value.toFixed(4))).join(",")

/** What `print` wrote; the whole picture for anything else. */
export const parse = (text: string | null): Viewport => {
  const [zoom = NaN, x = NaN, y = NaN] = (text ?? "").split(",").map(Number)
  return within({ zoom, x, y })
}
