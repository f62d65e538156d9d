/**
 * Objects whose edges are distributions: for each of its four sides a cell says how likely each distance is, and the
 * mean counts.
 *
 * @see Li et al. (2020), "Generalized Focal Loss"
 */
import type { RawDetection } from "./RawDetections.ts"

/** What the model says about the cells of one size. */
export interface Level {
  /** Input pixels from one cell to the next. */
  readonly stride: number
  /** Scores in `[0, 1]`: cells row by row, classes. */
  readonly scores: Float32Array
  /** Logits of the distances: cells, then left, upper, right, lower, then bins; a bin is one stride. */
  readonly distances: Float32Array
}

/** The objects whose score is at least `threshold`, in input pixels. `side` is that of the input. */
export const decode = (
  levels: ReadonlyArray<Level>,
  { classes, side, threshold }: { readonly classes: number; readonly side: number; readonly threshold: number }
): ReadonlyArray<RawDetection> =>
  levels.flatMap(({ distances, scores, stride }) => {
    const columns = Math.ceil(side / stride)
    const bins = (distances.length * classes) / scores.length / 4
    const found: Array<RawDetection> = []
    for (let at = 0; at < scores.length; at++) {
      const confidence = scores[at]!
      if (confidence < threshold) continue
      const cell = Math.floor(at / classes)
      const distance = (edge: number) => stride * expectation(distances, (4 * cell + edge) * bins, bins)
      const center = (index: number) => index * stride + (stride - 1) / 2
      const [left, upper, right, lower] = [distance(0), distance(1), distance(2), distance(3)]
      const box = {
        x: center(cell % columns) - left,
        y: center(Math.floor(cell / columns)) - upper,
        width: left + right,
        height: upper + lower
      }
      if (box.width > 0 && box.height > 0) found.push({ label: at % classes, confidence, box })
    }
    return found
  })

/** The mean of `0 … count - 1` under the softmax of the logits at `from`. */
export const expectation = (logits: Float32Array, from: number, count: number): number => {
  const values = logits.subarray(from, from + count)
  const highest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  let weights = 0
  let sum = 0
  values.forEach((logit, index) => {
    const weight = Math.exp(logit - highest)
    weights += weight
    sum += weight * index
  })
  return sum / weights
}
