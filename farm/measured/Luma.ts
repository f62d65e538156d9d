/** Measures on the brightness of a picture. */
import type { Pixels } from "../http/Pictures.ts"

/** Rows of brightness in `[0, 255]`, and how many pixels have each brightness. */
export interface Luma {
  readonly values: Uint8Array
  readonly histogram: Uint32Array
  readonly width: number
  readonly height: number
}

/** Brightness with the weights of ITU-R BT.601, as OpenCV converts to gray. */
export const of = ({ data, height, width }: Pixels): Luma => {
  const values = new Uint8Array(width * height)
  const histogram = new Uint32Array(256)
  for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += 3) {
    const value = (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! + 0.5) | 0
    values[pixel] = value
    histogram[value]!++
  }
  return { values, histogram, width, height }
}

/** Mean and standard deviation. */
export const statistics = ({ histogram, values }: Luma): { readonly mean: number; readonly deviation: number } => {
  let sum = 0
  let squares = 0
  histogram.forEach((count, value) => {
    sum += count * value
    squares += count * value * value
  })
  const mean = sum / values.length
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) }
}

/** The share of pixels with a brightness from `from` up to but not including `to`. */
export const share = ({ histogram, values }: Luma, from: number, to: number): number =>
  histogram.subarray(from, to).reduce((sum, count) => sum + count, 0) / values.length

/** Mean brightness of the nine sections of a three by three grid, row by row. */
export const thirds = ({ height, values, width }: Luma): ReadonlyArray<number> => {
  const edge = (size: number, section: number) => Math.floor((size * section) / 3)
  return Array.from({ length: 9 }, (_, section) => {
    const [row, column] = [Math.floor(section / 3), section % 3]
    const [left, right] = [edge(width, column), edge(width, column + 1)]
    const [top, bottom] = [edge(height, row), edge(height, row + 1)]
    let sum = 0
    for (let y = top; y < bottom; y++) {
      for (let at = y * width + left; at < y * width + right; at++) sum += values[at]!
    }
    return sum / Math.max(1, (right - left) * (bottom - top))
  })
}

/** How much the left half is like the right half in a mirror, in `[0, 1]`. */
export const symmetry = ({ height, values, width }: Luma): number => {
  const half = Math.floor(width / 2)
  if (half === 0) return 1
  let difference = 0
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < half; x++) {
      difference += Math.abs(values[row + x]! - values[row + width - 1 - x]!)
    }
  }
  return 1 - difference / (half * height) / 255
}

/** Variance of the Laplacian, the usual measure of sharpness: blurred pictures have little. */
export const laplacianVariance = ({ height, values, width }: Luma): number => {
  let sum = 0
  let squares = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const around = values[at - 1]! + values[at + 1]! + values[at - width]! + values[at + width]!
      const response = around - 4 * values[at]!
      sum += response
      squares += response * response
    }
  }
  const count = Math.max(1, (width - 2) * (height - 2))
  return squares / count - (sum / count) ** 2
}

const weak = 50
const strong = 150

/**
 * The share of pixels that are edges.
 *
 * @see Canny (1986), "A computational approach to edge detection"; thresholds 50 and 150, L1 gradient, no smoothing
 */
export const edgeDensity = (luma: Luma): number => {
  const { height, width } = luma
  const candidates = thinEdges(luma)
  const neighbors = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
  const stack: Array<number> = []
  let edges = 0
  const take = (at: number) => {
    candidates[at] = 0
    edges++
    stack.push(at)
  }
  for (let start = 0; start < candidates.length; start++) {
    if (candidates[start]! < strong) continue
    take(start)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      // The border has no candidates, so no neighbor lies outside the picture.
      for (const neighbor of neighbors) if (candidates[at + neighbor]! >= weak) take(at + neighbor)
    }
  }
  return edges / (width * height)
}

/** Gradient magnitude where it is at least `weak` and largest across the edge, 0 elsewhere. */
const thinEdges = ({ height, values, width }: Luma): Uint16Array => {
  const magnitudes = new Uint16Array(values.length)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const falling = values[at + width + 1]! - values[at - width - 1]!
      const rising = values[at - width + 1]! - values[at + width - 1]!
      const dx = falling + rising + 2 * (values[at + 1]! - values[at - 1]!)
      const dy = falling - rising + 2 * (values[at + width]! - values[at - width]!)
      magnitudes[at] = Math.abs(dx) + Math.abs(dy)
    }
  }
  const thinned = new Uint16Array(values.length)
  for (let at = 0; at < magnitudes.length; at++) {
    const magnitude = magnitudes[at]!
    // Few pixels are that steep, so only for these the direction is found.
    if (magnitude < weak) continue
    const falling = values[at + width + 1]! - values[at - width - 1]!
    const rising = values[at - width + 1]! - values[at + width - 1]!
    const dx = falling + rising + 2 * (values[at + 1]! - values[at - 1]!)
    const dy = falling - rising + 2 * (values[at + width]! - values[at - width]!)
    const offset = directionOf(dx, dy, width)
    if (magnitude > magnitudes[at - offset]! && magnitude >= magnitudes[at + offset]!) thinned[at] = magnitude
  }
  return thinned
}

/** Offset to the neighbor in the direction of the gradient, to the nearest of eight. */
const directionOf = (dx: number, dy: number, width: number): number => {
  const [horizontal, vertical] = [Math.abs(dx), Math.abs(dy)]
  if (vertical < 0.4142 * horizontal) return 1
  if (horizontal < 0.4142 * vertical) return width
  return dx * dy > 0 ? width + 1 : width - 1
}
