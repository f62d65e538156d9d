/**
 * Objects as points: where a class's score is the highest of its surroundings, there is the center of an object.
 *
 * @see Zhou, Wang, Krähenbühl (2019), "Objects as Points"
 */
import type { RawDetection } from "./RawDetections.ts"

export interface Heads {
  /** Scores in `[0, 1]`: rows, columns, classes. */
  readonly scores: Float32Array
  /** Distances from the point to the left, upper, right and lower edge, in input pixels: rows, columns, 4. */
  readonly edges: Float32Array
  /** Rows and columns. */
  readonly side: number
  readonly classes: number
}

/** Input pixels from one point to the next. */
const stride = 4

/** The objects whose score is at least `threshold`, in input pixels. Of equal neighbors every one counts. */
export const decode = ({ classes, edges, scores, side }: Heads, threshold: number): ReadonlyArray<RawDetection> => {
  const found: Array<RawDetection> = []
  for (let at = 0; at < scores.length; at++) {
    const confidence = scores[at]!
    if (confidence < threshold) continue
    const point = Math.floor(at / classes)
    const [row, column] = [Math.floor(point / side), point % side]
    if (!isPeak(scores, at, { row, column, side, classes })) continue
    const edge = (index: number) => edges[4 * point + index]!
    const [x, y] = [column * stride, row * stride]
    const [width, height] = [edge(0) + edge(2), edge(1) + edge(3)]
    if (width > 0 && height > 0) {
      found.push({ label: at % classes, confidence, box: { x: x - edge(0), y: y - edge(1), width, height } })
    }
  }
  return found
}

/** Whether none of the eight points around has a higher score for the class. */
const isPeak = (
  scores: Float32Array,
  at: number,
  place: { readonly row: number; readonly column: number; readonly side: number; readonly classes: number }
): boolean => {
  const { classes, column, row, side } = place
  for (let y = Math.max(0, row - 1); y <= Math.min(side - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(side - 1, column + 1); x++) {
      if (scores[(y * side + x) * classes + (at % classes)]! > scores[at]!) return false
    }
  }
  return true
}
