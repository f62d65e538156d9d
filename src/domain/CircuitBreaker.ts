/**
 * A circuit breaker as a value: counts failures in a row and says when to stop asking.
 *
 * @see Nygard, "Release It!" (2007), chapter 5
 */
import { Duration } from "effect"

/** `failures` counts the latest unbroken run of failures; `trips` how often in a row the circuit opened. */
export interface CircuitBreaker {
  readonly failures: number
  readonly trips: number
}

export const closed: CircuitBreaker = { failures: 0, trips: 0 }

/** Failures in a row that open the circuit. */
export const threshold = 5

/** What is known after one more failure. An answer forgets everything: `closed`. */
export const afterFailure = (self: CircuitBreaker): CircuitBreaker => ({ ...self, failures: self.failures + 1 })

/** What is known when there is no doubt that asking is of no use. */
export const opened = (self: CircuitBreaker): CircuitBreaker => ({ ...self, failures: threshold })

/** Whether to stop asking. */
export const isOpen = (self: CircuitBreaker): boolean => self.failures >= threshold

/** Whether it has opened since the last answer. */
export const hasTripped = (self: CircuitBreaker): boolean => isOpen(self) || self.trips > 0

/** The breaker that lets one call try, and remembers that it had opened. */
export const halfOpen = (self: CircuitBreaker): CircuitBreaker => ({ failures: threshold - 1, trips: self.trips + 1 })

/** The breaker after a look at the service, which is still not well. */
export const stillOpen = (self: CircuitBreaker): CircuitBreaker => ({ ...self, trips: self.trips + 1 })

/** How long to leave a service alone after the circuit opened: 1 s, doubled each time in a row, 30 s at most. */
export const pause = (self: CircuitBreaker): Duration.Duration =>
  Duration.seconds(Math.min(2 ** Math.min(self.trips, 10), 30))
