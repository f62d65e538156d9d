/** The size of a picture, as far as answers about it tell. */
import { Predicate } from "effect"
import type { ImageFacts } from "./Facts.ts"

/** Pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** What the service that reads metadata says: the first answer with `dimensions`. */
export const recorded = ({ results }: ImageFacts): PictureSize | undefined => {
  for (const { outcome } of results) {
    if (outcome._tag === "Failure") continue
    const predictions = at(outcome.data, "predictions")
    const dimensions = Array.isArray(predictions) ? at(predictions[0], "dimensions") : undefined
    const width = at(dimensions, "width")
    const height = at(dimensions, "height")
    if (typeof width === "number" && typeof height === "number") return { width, height }
  }
  return undefined
}

const at = (value: unknown, key: string): unknown => (Predicate.hasProperty(value, key) ? value[key] : undefined)
