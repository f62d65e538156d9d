/**
 * Numbers that look random and follow from their keys alone.
 *
 * The farm must give the same answer about the same image in every process and in any order of questions, so each
 * question gets its own sequence, keyed by what it is about, instead of a share of one sequence.
 */

/** A sequence of numbers. Every call takes the next one. */
export interface Random {
  /** In `[0, 1)`. */
  readonly next: () => number
  /** In `[minimum, maximum)`. */
  readonly between: (minimum: number, maximum: number) => number
  /** A whole number from `minimum` to `maximum`, both included. */
  readonly integer: (minimum: number, maximum: number) => number
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean
  /** Normally distributed with mean 0 and standard deviation 1. */
  readonly normal: () => number
  /** One of the choices, each as likely as the others. */
  readonly pick: <A>(choices: readonly [A, ...ReadonlyArray<A>]) => A
}

/** The sequence that belongs to the keys. */
export const make = (...keys: ReadonlyArray<string | number>): Random => {
  let state = hash(keys.join("\u0000"))
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    return mix(state) / 2 ** 32
  }
  const between = (minimum: number, maximum: number) => minimum + next() * (maximum - minimum)
  const integer = (minimum: number, maximum: number) => Math.floor(between(minimum, maximum + 1))
  return {
    next,
    between,
    integer,
    chance: (probability) => next() < probability,
    // Box and Muller's transform; 1 - next() is never 0, so the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (choices) => choices[integer(0, choices.length - 1)] ?? choices[0]
  }
}

/** A whole number in `[0, 2^32)` for a text (FNV-1a, then mixed so that similar texts lie far apart). */
export const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  }
  return mix(state)
}

/** The finalizer of MurmurHash3: every input bit changes every output bit about half of the time. */
const mix = (value: number): number => {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
