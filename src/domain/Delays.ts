/**
 * How many messages wait for a delay to be over, by the second in which it is.
 *
 * A broker in which messages of all queues wait together cannot say it; whoever sends them there keeps count.
 */
import { Duration } from "effect"

/** For each second since 1970 in which delays are over, how many. */
export type Delays = ReadonlyMap<number, number>

export const none: Delays = new Map()

/** One more that waits from `now`, in milliseconds since 1970. Those whose delay is over are left out. */
export const add = (self: Delays, now: number, delay: Duration.Duration): Delays => {
  const second = Math.ceil((now + Duration.toMillis(delay)) / 1000)
  const delays = new Map(waiting(self, now))
  return delays.set(second, (delays.get(second) ?? 0) + 1)
}

/** How many wait at `now`. */
export const count = (self: Delays, now: number): number =>
  waiting(self, now).reduce((sum, [, count]) => sum + count, 0)

/** When the last of the delays is over, in milliseconds since 1970; `undefined` when nothing waits at `now`. */
export const end = (self: Delays, now: number): number | undefined => {
  const seconds = waiting(self, now).map(([second]) => second)
  return seconds.length === 0 ? undefined : Math.max(...seconds) * 1000
}

const waiting = (self: Delays, now: number) => [...self].filter(([second]) => second * 1000 > now)
