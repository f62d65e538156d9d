/**
 * Faces by anchors of a fixed size.
 *
 * @see Bazarevsky et al. (2019), "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs"
 */
import type { RawDetection } from "./RawDetections.ts"

export interface Face extends RawDetection {
  /** Pixels of the same space as the box. */
  readonly keypoints: Readonly<Record<Keypoint, Point>>
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** In the order of the model. Right and left are the person's own. */
export const keypoints = [
  "right_eye",
  "left_eye",
  "nose_tip",
  "mouth_center",
  "right_ear_tragion",
  "left_ear_tragion"
] as const
export type Keypoint = (typeof keypoints)[number]

/** What the model says about the anchors of one grid. */
export interface Grid {
  /** Input pixels from one anchor to the next. */
  readonly stride: number
  /** How many anchors share a place. */
  readonly anchors: number
  /** Logits: rows, columns, anchors. */
  readonly scores: Float32Array
  /** For each anchor center x and y, width, height and six points, in input pixels; places are relative to the anchor. */
  readonly boxes: Float32Array
}

/** Numbers for each anchor. */
const record = 4 + 2 * keypoints.length

/** The faces whose score is at least `threshold`, in input pixels. `side` is that of the input. */
export const decode = (
  grids: ReadonlyArray<Grid>,
  { side, threshold }: { readonly side: number; readonly threshold: number }
): ReadonlyArray<Face> =>
  grids.flatMap(({ anchors, boxes, scores, stride }) => {
    const columns = side / stride
    const found: Array<Face> = []
    scores.forEach((logit, index) => {
      const confidence = 1 / (1 + Math.exp(-logit))
      if (confidence < threshold) return
      const place = Math.floor(index / anchors)
      const x = ((place % columns) + 0.5) * stride
      const y = (Math.floor(place / columns) + 0.5) * stride
      const value = (at: number) => boxes[record * index + at]!
      const [width, height] = [value(2), value(3)]
      if (!(width > 0 && height > 0)) return
      found.push({
        label: 0,
        confidence,
        box: { x: x + value(0) - width / 2, y: y + value(1) - height / 2, width, height },
        keypoints: Object.fromEntries(
          keypoints.map((name, point) => [name, { x: x + value(4 + 2 * point), y: y + value(5 + 2 * point) }])
        ) as Record<Keypoint, Point>
      })
    })
    return found
  })

/**
 * The faces with those that overlap as one: their mean, weighted by confidence, which is steadier than the best alone.
 * Its confidence is that of the best.
 */
export const blend = (faces: ReadonlyArray<Face>, overlap: (a: Face, b: Face) => boolean): ReadonlyArray<Face> => {
  const rest = [...faces].sort((a, b) => b.confidence - a.confidence)
  const blended: Array<Face> = []
  while (rest.length > 0) {
    const best = rest[0]!
    const group = rest.filter((face) => face === best || overlap(best, face))
    const total = group.reduce((sum, { confidence }) => sum + confidence, 0)
    const mean = (value: (face: Face) => number) =>
      group.reduce((sum, face) => sum + face.confidence * value(face), 0) / total
    blended.push({
      ...best,
      box: {
        x: mean(({ box }) => box.x),
        y: mean(({ box }) => box.y),
        width: mean(({ box }) => box.width),
        height: mean(({ box }) => box.height)
      },
      keypoints: Object.fromEntries(
        keypoints.map((name) => [
          name,
          { x: mean((face) => face.keypoints[name].x), y: mean((face) => face.keypoints[name].y) }
        ])
      ) as Record<Keypoint, Point>
    })
    group.forEach((face) => rest.splice(rest.indexOf(face), 1))
  }
  return blended
}
