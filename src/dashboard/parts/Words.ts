/** Moments and amounts in words. */
import { seconds } from "../../domain/Wording.ts"

export { count, grouped, rate, seconds } from "../../domain/Wording.ts"

/** How long ago a moment was, as of `now`. */
export const ago = (moment: Date, now: Date): string =>
  `${seconds(Math.max(0, (now.getTime() - moment.getTime()) / 1000))} ago`

/** The time from a moment to `now`. */
export const age = (moment: Date, now: Date): string => seconds((now.getTime() - moment.getTime()) / 1000)

/** The time of day to the second, with the date where it is another day. */
export const clock = (moment: Date, now: Date): string =>
  moment.toDateString() === now.toDateString() ? moment.toLocaleTimeString() : moment.toLocaleString()

/** A number in `[0, 1]` as percent. */
export const percent = (share: number): string => `${Math.floor(share * 100)} %`
