/**
 * Staleness as a number.
 *
 * Every image carries a revision that grows by one in the transaction that records a fact about it. A derived fact
 * stores the revision it was derived from. Stale means smaller; no clock is compared.
 */
import { Brand, Schema } from "effect"
import type { ServiceId } from "./Identifiers.ts"

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

/** What a deployment derives with: a key for each stage. */
export interface Algorithms extends Readonly<Record<Stage, string>> {
  /** The services whose answers it can read; all there are when absent. */
  readonly services?: ReadonlyArray<ServiceId> | undefined
}

/** Of stages that must run, what each derives with. */
export type StaleFor = Partial<Algorithms>

/**
 * The key of what is derived without the answers of services that no catalog tells anything of.
 *
 * @example
 * without("a@1", ["ocr", "pose"]) // => "a@1 without ocr,pose"
 */
export const without = (key: string, leftOut: ReadonlyArray<string>): string =>
  leftOut.length === 0 ? key : `${key}${mark}${leftOut.join(",")}`

/** Whose answers were left out when something was derived with an algorithm; `undefined` when it was another algorithm. */
export const leftOutBy = (key: string, algorithm: string): ReadonlyArray<string> | undefined => {
  if (key === algorithm) return []
  const start = `${algorithm}${mark}`
  return key.startsWith(start) ? key.slice(start.length).split(",") : undefined
}

/** Stands between the key of an algorithm and the services, with a comma between two, whose answers it left out. */
export const mark = " without "

/**
 * Whether a fact must be derived again: it never was, facts were recorded since, the algorithm is another one, or it left
 * out answers of one of the `services` that can be read now (all when these are not given).
 *
 * @example
 * isStale({ revision: 3, algorithm: "a@1" }, { revision: 4, algorithm: "a@1" }) // => true
 */
export const isStale = (
  derived: Derivation | undefined,
  current: Derivation,
  services?: ReadonlyArray<ServiceId>
): boolean =>
  derived === undefined ||
  derived.revision < current.revision ||
  isOthers(derived.algorithm, current.algorithm, services)

/** Whether what was derived with a key is to be derived again by who has an algorithm and reads answers of `services`. */
export const isOthers = (key: string, algorithm: string, services?: ReadonlyArray<ServiceId>): boolean => {
  const leftOut = leftOutBy(key, algorithm)
  return (
    leftOut === undefined || leftOut.some((service) => services === undefined || services.some((id) => id === service))
  )
}
