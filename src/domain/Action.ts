/** What people and programs did to the pipeline: by whom, what, when, and to how much. */
import { Schema } from "effect"

export const ActionId = Schema.Int.check(Schema.isGreaterThan(0)).pipe(Schema.brand("ActionId"))
export type ActionId = typeof ActionId.Type

export const Action = Schema.Struct({
  id: ActionId,
  at: Schema.Date,
  /** A name that was given, or where a request came from. */
  by: Schema.String,
  /** `pause ocr: too hot`, `retry failures of clip, group zoo`. */
  what: Schema.String,
  /** To how many answers, images or messages, where that is counted. */
  count: Schema.optionalKey(Schema.Int)
})
export type Action = typeof Action.Type
