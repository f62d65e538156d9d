/** Everything that is compared, the default first. */
import { Result } from "effect"
import type { Strategy } from "../../src/domain/Harmonization.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import type { Contestant } from "./Evaluation.ts"
import { originals } from "./Originals.ts"
import type { Trust } from "./Trust.ts"

const all: ReadonlyArray<Strategy> = [
  ...Strategies.names.map((name) => Result.getOrThrow(Strategies.fromConfig(name))),
  ...originals
]

/** The rivals the default is meant to beat in AP; voting and the default's own gate trade AP for precision. */
export const rivals: ReadonlyArray<string> = all
  .map(({ name }) => name)
  .filter((name) => !["quorum", "affirmative", "consensus", "unanimous"].includes(name))

/** Every strategy; the default also by what it shows, and with the trusts that were learned. */
export const contestants = (learned: {
  readonly labels: Trust
  readonly agreement: Trust
}): ReadonlyArray<Contestant> => [
  { name: "quorum", strategy: Strategies.defaultStrategy },
  { name: "quorum, confirmed", strategy: Strategies.defaultStrategy, shownOnly: true },
  { name: "quorum, trust from labels", strategy: Strategies.defaultStrategy, trust: learned.labels },
  { name: "quorum, trust from agreement", strategy: Strategies.defaultStrategy, trust: learned.agreement },
  ...all.slice(1).map((strategy) => ({ name: strategy.name, strategy }))
]
