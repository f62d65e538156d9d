/**
 * How many messages of each queue wait for a delay, as far as this process sent them there.
 *
 * The broker cannot say: messages of all queues wait together. What is counted is when they come home, by the second.
 */
import { Clock, Duration, Effect } from "effect"
import { waitOf } from "../../services/MessageBroker.ts"

export interface Delayed {
  /** Notes that a message of the queue was sent to wait. */
  readonly add: (queue: string, delay: Duration.Duration) => Effect.Effect<void>
  /** How many messages of the queue wait now. */
  readonly count: (queue: string) => Effect.Effect<number>
}

export const make = (): Delayed => {
  /** For each queue, how many messages come home in which second. */
  const queues = new Map<string, Map<number, number>>()
  const waiting = (queue: string, now: number) => {
    const seconds = queues.get(queue) ?? new Map<number, number>()
    queues.set(queue, seconds)
    for (const second of seconds.keys()) if (second * 1000 <= now) seconds.delete(second)
    return seconds
  }
  return {
    add: (queue, delay) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const seconds = waiting(queue, now)
        const home = Math.ceil((now + Duration.toMillis(waitOf(delay))) / 1000)
        seconds.set(home, (seconds.get(home) ?? 0) + 1)
      }),
    count: (queue) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        [...waiting(queue, now).values()].reduce((sum, count) => sum + count, 0)
      )
  }
}
