/**
 * How far a difference could be chance: the images are drawn anew, with replacement, many times.
 *
 * Paired: every sample is drawn once and both sides are measured on it, so that what makes a sample hard cancels out.
 *
 * @see Efron, Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13
 */

/** The middle 95 % of what the samples gave. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** How often each of `images` images is drawn, for each of `samples` samples; the same for the same `seed`. */
export const draw = (images: number, samples: number, seed = 1): ReadonlyArray<Int32Array> => {
  let state = seed
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return Array.from({ length: samples }, () => {
    const times = new Int32Array(images)
    for (let i = 0; i < images; i++) times[Math.floor(random() * images)]!++
    return times
  })
}

/** The interval between the 2.5th and the 97.5th percentile of what was measured on each sample. */
export const interval = (measured: ReadonlyArray<number>): Interval => {
  const sorted = measured.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { low: at(0.025), high: at(0.975) }
}
