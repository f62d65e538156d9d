/** Ranges that the options of several strategies share. */
import { Schema } from "effect"

/** A share in `[0, 1]`. */
export const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** An IoU to compare with. Not 0, at which boxes that do not touch would overlap. */
export const IouThreshold = Schema.Finite.check(Schema.isBetween({ minimum: 0.01, maximum: 1 }))
