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

/**
 * The evidence that a `democratic` gate asks for as soon as two services could have seen a box:
 * `min(base + step * dissent, most)`, with the dissent of one service at least when two of them agree. Two services that
 * are hardly sure of a box do not confirm it.
 */
export interface Demand {
  readonly base: number
  readonly step: number
  readonly most: number
}

/** How the services that could have seen a box stand to it. */
export interface Support {
  readonly evidence: number
  readonly votes: number
  readonly dissenters: number
  /** The sum of the dissenters' trust; their number when nothing is known about them. */
  readonly dissent: number
  /** The second-highest trust among the voters; `0` when there is one alone. */
  readonly seconded: number
}

/** What the gate decides, and why in words. */
export interface Judgment {
  readonly status: BoxStatus
  readonly reason: string
}

/** Decides the status of one box. More evidence or a vote instead of a dissent never takes a confirmation away. */
export const decide = (gate: Gate, demand: Demand, support: Support): Judgment => {
  const { dissenters, votes } = support
  const count =
    dissenters > 0
      ? `${votes} of ${votes + dissenters} services see it`
      : `${votes === 1 ? "1 service sees" : `${votes} services see`} it, and none that knows the concept dissents`
  if (gate === "democratic") return democratic(demand, support, count)
  if (dissenters === 0) return confirmed(count)
  switch (gate) {
    case "affirmative":
      return confirmed(`${count}; one is enough`)
    case "majority":
      return votes > dissenters ? confirmed(`${count}, a majority`) : tentative(`${count}, no majority`)
    case "unanimous":
      return tentative(`${count}, not all`)
  }
}

const democratic = (demand: Demand, { dissent, dissenters, evidence, seconded }: Support, count: string): Judgment => {
  const weight = Math.max(dissent, seconded)
  if (weight === 0) return confirmed(count)
  const needed = Math.min(demand.base + demand.step * weight, demand.most)
  return evidence >= needed - rounding
    ? confirmed(`${count}; evidence ${evidence.toFixed(2)} reaches ${needed.toFixed(2)}`)
    : tentative(
        `${dissenters > 0 ? "outvoted: " : ""}${count}; evidence ${evidence.toFixed(2)} is below ${needed.toFixed(2)}`
      )
}

/** `0.25 + 3 * 0.2` is a little more than 0.85 to a computer; that must not outvote a box of 0.85. */
const rounding = 1e-9

const confirmed = (reason: string): Judgment => ({ status: "confirmed", reason })
const tentative = (reason: string): Judgment => ({ status: "tentative", reason })
