/**
 * Which failures of a service count against what it was asked about.
 *
 * A service that cannot be reached, or breaks off, is away, whatever it was asked. But there are pictures that end their
 * service each time: such a one is known by the service having been well again since it was asked about it last.
 */
import type { Unavailable } from "../../services/Inference.ts"

export interface Suspects {
  /** The service answered what was asked under this name. */
  readonly answered: (name: string) => void
  /** The service said that it is well. */
  readonly saidWell: () => void
  /** Whether a failure counts against what was asked under this name. */
  readonly isToBlame: (name: string, sign: Unavailable["sign"]) => boolean
}

/** Names that are remembered. Of more, the one that was asked under the longest ago is forgotten. */
const remembered = 1000

export const make = (): Suspects => {
  let answers = 0
  let healthy = 0
  const suspects = new Map<string, { readonly answers: number; readonly healthy: number }>()
  return {
    answered: (name) => {
      answers++
      suspects.delete(name)
    },
    saidWell: () => void healthy++,
    isToBlame: (name, sign) => {
      if (sign === undefined) return true
      if (sign === "Unreached") return false
      const before = suspects.get(name) ?? { answers: 0, healthy: 0 }
      suspects.delete(name)
      suspects.set(name, { answers, healthy })
      const [oldest] = suspects.keys()
      if (suspects.size > remembered) suspects.delete(oldest!)
      return answers > before.answers || (sign === "BrokenOff" && healthy > before.healthy)
    }
  }
}
