/** Where labels go on a picture: next to their boxes, inside the picture, and not on each other where that can be. */
import type { BoundingBox, Size } from "../BoundingBox.ts"
import { intersectionArea } from "../BoundingBox.ts"

/** A label of some size that belongs to a box. */
export interface Label extends Size {
  readonly box: BoundingBox
}

/** Labels that can still be told apart on a picture. Placing them takes time with the square of their number. */
export const most = 300

/**
 * Places the labels in order, each at the first spot that is free: above its box, in its upper corner, below, and so on.
 * Where none is, at the one that hides least of the labels before it. Every label is inside the picture as long as it is
 * not larger than the picture. Those after the first `most` are placed without a look at the others.
 */
export const place = (labels: ReadonlyArray<Label>, within: Size): ReadonlyArray<BoundingBox> => {
  const placed: Array<BoundingBox> = []
  for (const label of labels.slice(0, most)) {
    let best: BoundingBox | undefined
    let least = Infinity
    for (const spot of spots(label)) {
      const candidate = at(spot, label, within)
      const hidden = placed.reduce((sum, other) => sum + intersectionArea(candidate, other), 0)
      if (hidden < least) {
        best = candidate
        least = hidden
      }
      if (hidden === 0) break
    }
    placed.push(best!)
  }
  return [...placed, ...labels.slice(most).map((label) => at(spots(label)[0]!, label, within))]
}

const at = (spot: { readonly x: number; readonly y: number }, { height, width }: Label, within: Size): BoundingBox =>
  moveInside({ ...spot, width, height }, within)

/** Upper left corners to try, in order of preference. */
const spots = ({ box, height, width }: Label): ReadonlyArray<{ readonly x: number; readonly y: number }> => {
  const right = box.x + box.width - width
  const bottom = box.y + box.height
  return [
    { x: box.x, y: box.y - height },
    { x: box.x, y: box.y },
    { x: right, y: box.y - height },
    { x: right, y: box.y },
    { x: box.x, y: bottom },
    { x: box.x, y: bottom - height },
    { x: right, y: bottom },
    { x: right, y: bottom - height },
    { x: box.x, y: box.y + height },
    { x: box.x, y: box.y + 2 * height },
    { x: box.x, y: box.y - 2 * height },
    { x: box.x, y: box.y + box.height / 2 - height / 2 }
  ]
}

const moveInside = (self: BoundingBox, within: Size): BoundingBox => ({
  ...self,
  x: Math.max(0, Math.min(self.x, within.width - self.width)),
  y: Math.max(0, Math.min(self.y, within.height - self.height))
})
