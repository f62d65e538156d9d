/** What a detector found, before and after suppression. */
import * as BoundingBox from "#domain/BoundingBox"

/** A thing that was found. */
export interface RawDetection {
  /** Position of its class among those of the model. */
  readonly label: number
  /** In `[0, 1]`. */
  readonly confidence: number
  /** In pixels of what the model was given, or of the picture: the functions say which. */
  readonly box: BoundingBox.BoundingBox
}

/** Best first; equal ones from left to right, so that the order never depends on how they were found. */
export const mostConfidentFirst = (self: RawDetection, that: RawDetection): number =>
  that.confidence - self.confidence || self.label - that.label || BoundingBox.byPosition(self.box, that.box)

/**
 * Greedy suppression within each class: of boxes whose IoU is above `overlap` only the most confident stays. At most
 * `most` are kept, best first.
 */
export const suppress = <A extends RawDetection>(
  candidates: ReadonlyArray<A>,
  { most = 100, overlap }: { readonly most?: number; readonly overlap: number }
): ReadonlyArray<A> => {
  const kept: Array<A> = []
  for (const candidate of candidates.toSorted(mostConfidentFirst)) {
    if (kept.length === most) break
    const hidden = kept.some(
      ({ box, label }) => label === candidate.label && BoundingBox.iou(box, candidate.box) > overlap
    )
    if (!hidden) kept.push(candidate)
  }
  return kept
}
