/** How fast a count grows, lately. Times (`at`) are milliseconds of one clock that never goes back. */

/** What the count was at some earlier times, oldest first. */
export type Pace = ReadonlyArray<{ readonly at: number; readonly count: number }>

/** How far back a rate looks, and how close together the times are that are remembered, in milliseconds. */
const lookBack = 10_000
const step = 500

/** Remembers the count, unless another one was remembered just before. */
export const sample = (self: Pace, at: number, count: number): Pace => {
  const latest = self.at(-1)
  if (latest === undefined) return [{ at, count }]
  if (at - latest.at < step) return self
  const recent = self.filter((earlier) => at - earlier.at <= lookBack)
  return [...(recent.length === 0 ? [latest] : recent), { at, count }]
}

/** The growth per second; `undefined` until there is a second to look back on. A count that shrank did not grow. */
export const perSecond = (self: Pace, at: number, count: number): number | undefined => {
  const [first] = self
  return first === undefined || at - first.at < 1000
    ? undefined
    : Math.max(0, (count - first.count) / ((at - first.at) / 1000))
}

/** Seconds until `amount` more have come; `undefined` when nothing comes or no rate is known. */
export const secondsFor = (amount: number, rate: number | undefined): number | undefined =>
  rate === undefined || rate === 0 ? undefined : amount / rate
