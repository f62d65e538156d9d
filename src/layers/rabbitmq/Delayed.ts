/** How many messages of each queue wait for a delay, as far as this process sent them there. */
import { Clock, type Duration, Effect } from "effect"
import * as Delays from "../../domain/Delays.ts"
import { waitOf } from "../../services/MessageBroker.ts"

export interface Delayed {
  /** Notes that a message of the queue was sent to wait. */
  readonly add: (queue: string, delay: Duration.Duration) => Effect.Effect<void>
  /** How many messages of the queue wait now. */
  readonly count: (queue: string) => Effect.Effect<number>
}

export const make = (): Delayed => {
  const queues = new Map<string, Delays.Delays>()
  const of = (queue: string) => queues.get(queue) ?? Delays.none
  return {
    add: (queue, delay) =>
      Effect.map(Clock.currentTimeMillis, (now) => void queues.set(queue, Delays.add(of(queue), now, waitOf(delay)))),
    count: (queue) => Effect.map(Clock.currentTimeMillis, (now) => Delays.count(of(queue), now))
  }
}
