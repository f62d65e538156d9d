/** How votes add up. Every published number has six decimals, so that ranks can be checked against what is published. */

/** What the next vote of the same kind counts: services of one kind err together. */
const discount = 0.6

/**
 * The sum of the contributions, strongest first, each discounted by 0.6 against the one before it.
 *
 * One more contribution, or a larger one, never lowers the sum. It stays below 2.5 times the largest.
 *
 * @example
 * discounted([0.5, 1]) // => 1 + 0.6 * 0.5 = 1.3
 */
export const discounted = (contributions: ReadonlyArray<number>): number => {
  let sum = 0
  let weight = 1
  for (const contribution of contributions.toSorted((a, b) => b - a)) {
    sum += weight * contribution
    weight *= discount
  }
  return rounded(sum)
}

/** The number with six decimals. */
export const rounded = (n: number): number => Math.round(n * 1e6) / 1e6

/** The highest of the confidences that were given. */
export const highest = (confidences: ReadonlyArray<number | undefined>): number | undefined =>
  confidences.reduce(
    (best, confidence) => (confidence === undefined ? best : Math.max(best ?? 0, confidence)),
    undefined
  )
