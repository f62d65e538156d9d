/**
 * Staleness as a number.
 *
 * Every image carries a revision that grows by one in the transaction that records a fact about it. A derived fact
 * stores the revision it was derived from. Stale means smaller; no clock is compared.
 */
import { Brand, Schema } from "effect"

/** How many facts have been recorded about an image. */
export const Revision = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).pipe(Schema.brand("Revision"))
export type Revision = typeof Revision.Type
export const revision: (n: number) => Revision = Brand.nominal<Revision>()

/** What is derived from the recorded facts of an image, in the order in which one uses the other. */
export const Stage = Schema.Literals(["harmonize", "consensus", "enrich"])
export type Stage = typeof Stage.Type
export const stages = Stage.literals

/** What a derived fact came from: the revision of the facts and the key of the algorithm. */
export interface Derivation {
  readonly revision: Revision
  readonly algorithm: string
}

/**
 * Whether a fact must be derived again: it never was, facts were recorded since, or the algorithm is another one.
 *
 * @example
 * isStale({ revision: 3, algorithm: "a@1" }, { revision: 4, algorithm: "a@1" }) // => true
 */
export const isStale = (derived: Derivation | undefined, current: Derivation): boolean =>
  derived === undefined || derived.revision < current.revision || derived.algorithm !== current.algorithm
