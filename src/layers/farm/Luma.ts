/** Measures on the brightness of a picture. */
import type { Pixels } from "./Pictures.ts"

/** Rows of brightness in `[0, 255]`. */
export interface Luma {
  readonly values: Uint8Array
  readonly width: number
  readonly height: number
}

/** Brightness with the weights of ITU-R BT.601, as OpenCV converts to gray. */
export const of = ({ data, height, width }: Pixels): Luma => {
  const values = new Uint8Array(width * height)
  for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += 3) {
    values[pixel] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0) + 0.5
  }
  return { values, width, height }
}

/** Mean and standard deviation. */
export const statistics = ({ values }: Luma): { readonly mean: number; readonly deviation: number } => {
  let sum = 0
  let squares = 0
  for (const value of values) {
    sum += value
    squares += value * value
  }
  const mean = sum / values.length
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) }
}

/** The share of pixels whose brightness passes the test. */
export const share = ({ values }: Luma, test: (value: number) => boolean): number => {
  let count = 0
  for (const value of values) if (test(value)) count++
  return count / values.length
}

/** Mean brightness of the nine sections of a three by three grid, row by row. */
export const thirds = ({ height, values, width }: Luma): ReadonlyArray<number> => {
  const sums = new Float64Array(9)
  const counts = new Float64Array(9)
  for (let y = 0, at = 0; y < height; y++) {
    const row = 3 * Math.floor((3 * y) / height)
    for (let x = 0; x < width; x++, at++) {
      const section = row + Math.floor((3 * x) / width)
      sums[section] = (sums[section] ?? 0) + (values[at] ?? 0)
      counts[section] = (counts[section] ?? 0) + 1
    }
  }
  return Array.from(sums, (sum, section) => sum / Math.max(1, counts[section] ?? 0))
}

/** How much the left half is like the right half in a mirror, in `[0, 1]`. */
export const symmetry = ({ height, values, width }: Luma): number => {
  const half = Math.floor(width / 2)
  if (half === 0) return 1
  let difference = 0
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < half; x++) {
      difference += Math.abs((values[row + x] ?? 0) - (values[row + width - 1 - x] ?? 0))
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
      const around =
        (values[at - 1] ?? 0) + (values[at + 1] ?? 0) + (values[at - width] ?? 0) + (values[at + width] ?? 0)
      const response = around - 4 * (values[at] ?? 0)
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
  const stack: Array<number> = []
  candidates.forEach((magnitude, at) => magnitude >= strong && stack.push(at))
  let edges = 0
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (candidates[at] === 0) continue
    candidates[at] = 0
    edges++
    for (const neighbor of [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]) {
      if ((candidates[at + neighbor] ?? 0) >= weak) stack.push(at + neighbor)
    }
  }
  return edges / (width * height)
}

/** Gradient magnitude where it is largest across the edge, 0 elsewhere. */
const thinEdges = ({ height, values, width }: Luma): Float32Array => {
  const magnitudes = new Float32Array(values.length)
  const across = new Int32Array(values.length)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const pixel = (offset: number) => values[at + offset] ?? 0
      const right = pixel(1 - width) + 2 * pixel(1) + pixel(1 + width)
      const left = pixel(-1 - width) + 2 * pixel(-1) + pixel(-1 + width)
      const below = pixel(width - 1) + 2 * pixel(width) + pixel(width + 1)
      const above = pixel(-width - 1) + 2 * pixel(-width) + pixel(-width + 1)
      const [dx, dy] = [right - left, below - above]
      magnitudes[at] = Math.abs(dx) + Math.abs(dy)
      across[at] = directionOf(dx, dy, width)
    }
  }
  return magnitudes.map((magnitude, at) => {
    const offset = across[at] ?? 0
    const isRidge = magnitude > (magnitudes[at - offset] ?? 0) && magnitude >= (magnitudes[at + offset] ?? 0)
    return isRidge ? magnitude : 0
  })
}

/** Offset to the neighbor in the direction of the gradient, to the nearest of eight. */
const directionOf = (dx: number, dy: number, width: number): number => {
  const [horizontal, vertical] = [Math.abs(dx), Math.abs(dy)]
  if (vertical < 0.4142 * horizontal) return 1
  if (horizontal < 0.4142 * vertical) return width
  return dx * dy > 0 ? width + 1 : width - 1
}
