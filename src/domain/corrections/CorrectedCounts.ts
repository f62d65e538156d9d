/** How many boxes of an image there are as people have corrected it: what corrections change of the numbers, without the boxes. */
import type { BoxStatus } from "../Harmonization.ts"
import type { Concept } from "../Identifiers.ts"
import * as Corrected from "./Corrected.ts"
import type { Correction } from "./Correction.ts"
import { rulings } from "./Ruling.ts"

/** A box as far as it can be recognized and counted. `confidence` in `[0, 1]`. */
export interface Countable extends Corrected.Recognizable {
  readonly status: BoxStatus
  readonly confidence: number
}

/** How many more boxes of one kind there are than were derived; fewer, when `boxes` is negative. Never zero. */
export interface Difference {
  readonly concept: Concept
  readonly status: BoxStatus
  readonly confidence: number
  readonly boxes: number
}

/**
 * What the corrections change: a box that a person spoke of counts as what they say is there, confirmed and with confidence 1.
 * One entry for each kind; the order of the boxes carries no meaning.
 */
export const differences = (
  derived: ReadonlyArray<Countable>,
  corrections: ReadonlyArray<Correction>
): ReadonlyArray<Difference> => {
  const ruled = rulings(corrections)
  const counts = new Map<string, Difference>()
  const count = ({ boxes, concept, confidence, status }: Difference) => {
    const key = `${concept} ${status} ${confidence}`
    counts.set(key, { concept, status, confidence, boxes: (counts.get(key)?.boxes ?? 0) + boxes })
  }
  for (const box of Corrected.taken(ruled, derived).values()) count({ ...box, boxes: -1 })
  for (const { verdict } of ruled) {
    if (verdict !== undefined) count({ concept: verdict.concept, status: "confirmed", confidence: 1, boxes: 1 })
  }
  return [...counts.values()].filter(({ boxes }) => boxes !== 0)
}
