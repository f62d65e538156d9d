/** Amounts that settings give: there is no size or time of nothing, and none below. */
import { Duration, Schema } from "effect"

/** A number of things, at least one. */
export const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** Milliseconds that timers, here and in PostgreSQL, can hold: 24 days. */
const longest = 2 ** 31 - 1

/** A time to wait or none, at most an hour: no message waits longer. */
export const WaitOrNone = Schema.DurationFromString.check(
  Schema.makeFilter((duration) => {
    const milliseconds = Duration.toMillis(duration)
    return (milliseconds >= 0 && milliseconds <= 3_600_000) || "Expected a time up to an hour"
  })
)

/** A time to wait, at least a millisecond and at most 24 days. */
export const Wait = Schema.DurationFromString.check(
  Schema.makeFilter((duration) => {
    const milliseconds = Duration.toMillis(duration)
    return (milliseconds >= 1 && milliseconds <= longest) || "Expected a time between 1 millisecond and 24 days"
  })
)
