/** How often, and after how long, work that failed for a passing reason is delivered again. */
import { Duration } from "effect"

/** What is wanted for one service; as usual where it says nothing. */
export interface RetryPolicy {
  /** Deliveries of one job before its failure is recorded as final. */
  readonly attempts?: number
  /** The pause after the first attempt. */
  readonly firstDelay?: Duration.Duration
}

/** Deliveries of one job before its failure is recorded as final. */
export const maxAttempts = 5

/**
 * How long to wait after attempt `attempt` (from 1) failed: 1 s, 4 s, 16 s, 64 s, then 2 min at most. Another first pause grows
 * alike, and is the longest where it is more than 2 min.
 *
 * @example
 * delayAfter(2) // => Duration.seconds(4)
 */
export const delayAfter = (
  attempt: number,
  { firstDelay = Duration.seconds(1) }: RetryPolicy = {}
): Duration.Duration =>
  Duration.min(
    Duration.times(firstDelay, 4 ** Math.min(Math.max(attempt, 1) - 1, 10)),
    Duration.max(firstDelay, Duration.seconds(120))
  )

/** The pause that a service asked for: at least a second, at most an hour. */
export const delayAsked = (asked: Duration.Duration): Duration.Duration =>
  Duration.clamp(asked, { minimum: Duration.seconds(1), maximum: Duration.hours(1) })

/** Whether a job that failed in attempt `attempt` (from 1) is worth another delivery. */
export const isWorthAnother = (attempt: number, { attempts = maxAttempts }: RetryPolicy = {}): boolean =>
  attempt < attempts

/** Looks for a picture that is missing from its folder before that is recorded as final. */
export const maxLooks = 3

/** Whether a picture that was missing in attempt `attempt` (from 1) is looked for again. */
export const isWorthAnotherLook = (attempt: number): boolean => attempt < maxLooks
