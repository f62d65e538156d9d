/** Scores of classes as likelihoods. */

/** A class by its position, with its likelihood in `[0, 1]`. */
export interface Likelihood {
  readonly index: number
  readonly likelihood: number
}

/** Likelihoods that sum to 1, for classes of which one is right. Scores of any size are fine. */
export const softmax = (scores: ArrayLike<number>): ReadonlyArray<number> => {
  const values = Array.from(scores)
  const highest = values.reduce((most, score) => Math.max(most, score), -Infinity)
  const powers = values.map((score) => Math.exp(score - highest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** The likelihood of a class that may be right beside others, in `[0, 1]`. */
export const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score))

/** At most `most` classes that are at least as likely as `least`, the most likely first. */
export const likeliest = (
  likelihoods: ReadonlyArray<number>,
  { least, most }: { readonly least: number; readonly most: number }
): ReadonlyArray<Likelihood> =>
  likelihoods
    .map((likelihood, index) => ({ index, likelihood }))
    .filter(({ likelihood }) => likelihood >= least)
    .toSorted((a, b) => b.likelihood - a.likelihood || a.index - b.index)
    .slice(0, most)
