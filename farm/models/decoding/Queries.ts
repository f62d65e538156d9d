/**
 * What a detector with queries says: for each query a score for each class, and one box.
 *
 * A class of a query is right or not whatever the others are, and there is none for "nothing": the likelihoods are sigmoids.
 *
 * @see Zhao et al. (2024), "DETRs Beat YOLOs on Real-time Object Detection", https://arxiv.org/abs/2304.08069
 */
import * as Likelihoods from "./Likelihoods.ts"
import { mostConfidentFirst, type RawDetection } from "./RawDetections.ts"

export interface Heads {
  /** Query by query, the scores of the classes. */
  readonly scores: Float32Array
  /** Query by query, center x and y, width and height, as fractions of the picture. */
  readonly boxes: Float32Array
  readonly classes: number
}

/** What is at least as confident as `threshold`: of each query its best class. Boxes are fractions of the picture. */
export const decode = ({ boxes, classes, scores }: Heads, threshold: number): ReadonlyArray<RawDetection> => {
  const found: Array<RawDetection> = []
  for (let query = 0; 4 * query < boxes.length; query++) {
    let label = 0
    for (let index = 1; index < classes; index++) {
      if (scores[query * classes + index]! > scores[query * classes + label]!) label = index
    }
    const confidence = Likelihoods.sigmoid(scores[query * classes + label]!)
    if (!(confidence >= threshold)) continue
    const [x = 0, y = 0, width = 0, height = 0] = boxes.subarray(4 * query, 4 * query + 4)
    found.push({ label, confidence, box: { x: x - width / 2, y: y - height / 2, width, height } })
  }
  return found.toSorted(mostConfidentFirst)
}
