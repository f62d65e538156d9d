/** What was found when something was checked. */
import { Schema } from "effect"

/**
 * One step of a check. `fine`: as it should be; `odd`: works, and might not for long or not as meant; `broken`: does not work.
 * `remedy` says what to do about it.
 */
export const Finding = Schema.Struct({
  /** A service by its name, `PostgreSQL`, `RabbitMQ`, or a picture. */
  subject: Schema.String,
  step: Schema.String,
  verdict: Schema.Literals(["fine", "odd", "broken"]),
  detail: Schema.String,
  remedy: Schema.optionalKey(Schema.String)
})
export type Finding = typeof Finding.Type

export const isBroken = ({ verdict }: Finding): boolean => verdict === "broken"
