/**
 * Characters from what a reader says about each column of a line: which one it is, or that there is none between two.
 *
 * @see Graves et al. (2006), "Connectionist Temporal Classification"
 */

export interface Reading {
  readonly text: string
  /** Mean likelihood of the characters, in `[0, 1]`; `0` when there are none. */
  readonly confidence: number
}

/**
 * The likeliest character of every column; of equal neighbors one counts.
 *
 * @param likelihoods columns, then classes; class 0 is no character, class `n` is `alphabet[n - 1]`.
 */
export const decode = (likelihoods: Float32Array, alphabet: ReadonlyArray<string>): Reading => {
  const classes = alphabet.length + 1
  const text: Array<string> = []
  let sum = 0
  let previous = 0
  for (let from = 0; from < likelihoods.length; from += classes) {
    let best = 0
    for (let index = 1; index < classes; index++) {
      if (likelihoods[from + index]! > likelihoods[from + best]!) best = index
    }
    if (best !== 0 && best !== previous) {
      text.push(alphabet[best - 1]!)
      sum += likelihoods[from + best]!
    }
    previous = best
  }
  return { text: text.join(""), confidence: text.length === 0 ? 0 : sum / text.length }
}
