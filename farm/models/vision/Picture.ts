/** Pictures as the models are given them, and the way back from what models say to the picture. */
import sharp from "sharp"
import type { BoundingBox } from "#domain/BoundingBox"

/** A decoded picture: rows of red, green and blue bytes. */
export interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  /** The size of the picture in its file, of which this may be a smaller copy. Answers count these pixels. */
  readonly full: Size
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** A part of what a model was given, in its pixels: where the picture is. */
export interface Placement extends Size {
  readonly left: number
  readonly top: number
}

/** The picture as large as it fits into the middle of a square. */
export const letterbox = ({ height, width }: Size, side: number): Placement => {
  const scale = side / Math.max(width, height)
  const inner = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  return { ...inner, left: Math.floor((side - inner.width) / 2), top: Math.floor((side - inner.height) / 2) }
}

/** Where in the picture of size `full` a point of the model's input lies. */
export const pointInPicture = (
  { x, y }: { readonly x: number; readonly y: number },
  placement: Placement,
  full: Size
) => ({
  x: ((x - placement.left) * full.width) / placement.width,
  y: ((y - placement.top) * full.height) / placement.height
})

/** Where in the picture of size `full` a box of the model's input lies. */
export const boxInPicture = (box: BoundingBox, placement: Placement, full: Size): BoundingBox => ({
  ...pointInPicture(box, placement, full),
  width: (box.width * full.width) / placement.width,
  height: (box.height * full.height) / placement.height
})

// Every thread of the farm has a core of its own.
sharp.concurrency(1)

/** The picture scaled to its place in a canvas of `size` pixels that is black elsewhere: rows of red, green, blue. */
export const place = (picture: Picture, placement: Placement, size: Size): Promise<Uint8Array> =>
  sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .resize(placement.width, placement.height, { fit: "fill", kernel: "linear" })
    .extend({
      left: placement.left,
      top: placement.top,
      right: size.width - placement.left - placement.width,
      bottom: size.height - placement.top - placement.height,
      background: "black"
    })
    .raw()
    .toBuffer()

/** How bytes become the numbers a network was trained with: `value * scale + offset`. */
export interface Normalization {
  readonly scale: ReadonlyArray<number>
  readonly offset: ReadonlyArray<number>
  /** Blue comes first. */
  readonly reversed?: true
}

/** The same for all channels. */
export const linear = (scale: number, offset: number): Normalization => ({
  scale: [scale, scale, scale],
  offset: [offset, offset, offset]
})

/** By mean and standard deviation of each channel, in the order the network wants. */
export const standardized = (mean: ReadonlyArray<number>, deviation: ReadonlyArray<number>): Normalization => ({
  scale: deviation.map((value) => 1 / value),
  offset: mean.map((value, channel) => -value / deviation[channel]!)
})

/** Numbers pixel by pixel. */
export const interleaved = (data: Uint8Array, normalization: Normalization): Float32Array =>
  normalized(data, normalization, { pixel: 3, channel: 1 })

/** Numbers channel by channel. */
export const planar = (data: Uint8Array, normalization: Normalization): Float32Array =>
  normalized(data, normalization, { pixel: 1, channel: data.length / 3 })

/** `step`: how far the numbers of the next pixel and of the next channel are. */
const normalized = (
  data: Uint8Array,
  { offset, reversed, scale }: Normalization,
  step: { readonly pixel: number; readonly channel: number }
): Float32Array => {
  const values = new Float32Array(data.length)
  for (let channel = 0; channel < 3; channel++) {
    const [factor, summand] = [scale[channel]!, offset[channel]!]
    for (
      let from = reversed ? 2 - channel : channel, to = channel * step.channel;
      from < data.length;
      from += 3, to += step.pixel
    ) {
      values[to] = data[from]! * factor + summand
    }
  }
  return values
}
