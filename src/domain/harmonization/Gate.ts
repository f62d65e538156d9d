/**
 * The democratic gate: which boxes are shown by default.
 *
 * A status and never a deletion. Whoever reported, can name the concept and saw nothing counts against a box.
 */
import { Schema } from "effect"
import type { BoxStatus } from "../Harmonization.ts"

/** How a box is confirmed. `democratic` asks for more evidence with each dissenter; the others count votes only. */
export const Gate = Schema.Literals(["democratic", "affirmative", "majority", "unanimous"])
export type Gate = typeof Gate.Type

/** The evidence that a `democratic` gate asks for: `min(base + step * dissent, most)`. */
export interface Demand {
  readonly base: number
  readonly step: number
  readonly most: number
}

/** How the services that could have seen a box stand to it. */
export interface Ballot {
  readonly evidence: number
  readonly votes: number
  readonly dissenters: number
  /** The sum of the dissenters' trust; their number when nothing is known about them. */
  readonly dissent: number
}

/** What the gate decides, and why in words. */
export interface Verdict {
  readonly status: BoxStatus
  readonly reason: string
}

/** Decides the status of one box. Confirming is monotone: more evidence or fewer dissenters never takes it away. */
export const decide = (gate: Gate, demand: Demand, ballot: Ballot): Verdict => {
  const { dissenters, votes } = ballot
  if (dissenters === 0) return confirmed(`every service that knows the concept sees it (${votes})`)
  const against = `${votes} of ${votes + dissenters} services see it`
  switch (gate) {
    case "affirmative":
      return confirmed(`${against}; one is enough`)
    case "majority":
      return votes > dissenters ? confirmed(`${against}, a majority`) : tentative(`${against}, no majority`)
    case "unanimous":
      return tentative(`${against}, not all`)
    case "democratic": {
      const needed = Math.min(demand.base + demand.step * ballot.dissent, demand.most)
      return ballot.evidence >= needed
        ? confirmed(`${against}; evidence ${ballot.evidence.toFixed(2)} reaches ${needed.toFixed(2)}`)
        : tentative(`outvoted: ${against}; evidence ${ballot.evidence.toFixed(2)} is below ${needed.toFixed(2)}`)
    }
  }
}

const confirmed = (reason: string): Verdict => ({ status: "confirmed", reason })
const tentative = (reason: string): Verdict => ({ status: "tentative", reason })
