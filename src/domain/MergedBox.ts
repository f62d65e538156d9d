/** A harmonized box as it is stored: named by its content, with the JSON shape of the `merged_boxes` table. */
import { Brand } from "effect"
import * as BoundingBox from "./BoundingBox.ts"
import type { Harmonization, HarmonizedBox } from "./Harmonization.ts"
import type { BoxId } from "./Identifiers.ts"

/** A harmonized box with its name and the results it came from. `box.box` is in whole pixels of the image. */
export interface MergedBox {
  readonly id: BoxId
  readonly box: HarmonizedBox
}

/**
 * Names the boxes of an image by concept and position in whole pixels, best box first.
 *
 * A box that is derived again with the same content gets the same id, so what was learned from its crop stays attached.
 * Boxes that agree in all of that are told apart by rank.
 */
export const name = (harmonization: Harmonization): ReadonlyArray<MergedBox> => {
  const seen = new Map<string, number>()
  return harmonization.boxes.map((exact) => {
    const box = { ...exact, box: BoundingBox.round(exact.box) }
    const { x, y, width, height } = box.box
    const content = `${box.concept.replaceAll(" ", "-")}_${x}_${y}_${width}_${height}`
    const rank = (seen.get(content) ?? 0) + 1
    seen.set(content, rank)
    return { id: boxId(rank === 1 ? content : `${content}_${rank}`), box }
  })
}

const boxId = Brand.nominal<BoxId>()
