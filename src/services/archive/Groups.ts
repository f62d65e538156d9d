/** How far the images of a group are. */
import { Schema } from "effect"

/** The images of a group, or those without one. */
export const GroupProgress = Schema.Struct({
  group: Schema.optionalKey(Schema.String),
  images: Schema.Int,
  done: Schema.Int,
  /** Images with a failed answer. */
  failed: Schema.Int
})
export type GroupProgress = typeof GroupProgress.Type
