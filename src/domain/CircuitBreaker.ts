/**
 * A circuit breaker as a value: counts failures in a row and says when to stop asking.
 *
 * @see Nygard, "Release It!" (2007), chapter 5
 */
import { Duration } from "effect"

/** `failures` counts the latest unbroken run of failures; `trips` how often in a row the circuit let one call try, or was looked at. */
export interface CircuitBreaker {
  readonly failures: number
  readonly trips: number
  /** Whether to stop asking. */
  readonly isOpen: boolean
}

/** When the circuit opens, and how long it stays open. */
export interface Limits {
  /** Failures in a row that open it. */
  readonly threshold: number
  /** The longest pause between two looks at what is left alone. */
  readonly longestPause: Duration.Duration
}

export const usual: Limits = { threshold: 5, longestPause: Duration.seconds(30) }

export const closed: CircuitBreaker = { failures: 0, trips: 0, isOpen: false }

/** What is known after one more failure: that of a call that was let through to try opens it again. An answer forgets everything: `closed`. */
export const afterFailure = (self: CircuitBreaker, { threshold }: Limits): CircuitBreaker => {
  const failures = self.failures + 1
  return { ...self, failures, isOpen: self.isOpen || self.trips > 0 || failures >= threshold }
}

/** What is known when there is no doubt that asking is of no use. */
export const opened = (self: CircuitBreaker): CircuitBreaker => ({ ...self, failures: self.failures + 1, isOpen: true })

/** Whether it has opened since the last answer. */
export const hasTripped = (self: CircuitBreaker): boolean => self.isOpen || self.trips > 0

/** The breaker that lets one call try, and remembers that it had opened. */
export const halfOpen = (self: CircuitBreaker): CircuitBreaker => ({ ...self, trips: self.trips + 1, isOpen: false })

/** The breaker after a look at the service, which is still not well. */
export const stillOpen = (self: CircuitBreaker): CircuitBreaker => ({ ...self, trips: self.trips + 1 })

/** How long to leave a service alone after the circuit opened: 1 s, doubled each time in a row, `longestPause` at most. */
export const pause = (self: CircuitBreaker, { longestPause }: Limits): Duration.Duration =>
  Duration.min(Duration.seconds(2 ** Math.min(self.trips, 12)), longestPause)
