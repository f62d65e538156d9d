/**
 * Seeded runs of a whole deployment with everything going wrong that can.
 *
 * `SIMULATION_SEEDS` is how many seeds are run, `SIMULATION_SEED` the first of them: to see a failure again, give its seed
 * and run one. `Seeds.even.test.ts` and `Seeds.odd.test.ts` take half of them each, so that two cores share the work.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import * as Scenario from "./Scenario.ts"
import * as Simulation from "./Simulation.ts"

/** The first seed, and how many. */
export const first = Number(process.env.SIMULATION_SEED ?? 1)
const count = Number(process.env.SIMULATION_SEEDS ?? 120)
const perTest = 10

/** Runs every other seed: those with this remainder by two. */
export const suite = (remainder: 0 | 1) => {
  const seeds = Array.from({ length: count }, (_, i) => first + i).filter((seed) => seed % 2 === remainder)
  const batches = Array.from({ length: Math.ceil(seeds.length / perTest) }, (_, i) => {
    const batch = seeds.slice(i * perTest, (i + 1) * perTest)
    return { from: batch[0]!, batch }
  })

  describe.skipIf(seeds.length === 0)("a deployment whose parts fail", () => {
    /** How often each kind of trouble was met, and by how many seeds. */
    const reached = new Map<string, { times: number; seeds: number }>()
    afterAll(() => {
      const told = [...reached]
        .toSorted()
        .map(([state, { seeds, times }]) => `${state}: ${times} times in ${seeds} seeds`)
      process.stdout.write(`${["Reached:", ...told].join("\n  ")}\n`)
    })
    it.live.each(batches)(
      "ends with every answer once and everything derived from it (seeds from $from)",
      ({ batch }) =>
        Effect.gen(function* () {
          for (const seed of batch) {
            const report = yield* Simulation.run(Scenario.make(seed))
            const { violations } = report
            for (const [state, count] of report.reached) {
              const { seeds, times } = reached.get(state) ?? { seeds: 0, times: 0 }
              reached.set(state, { seeds: seeds + 1, times: times + count })
            }
            assert.deepStrictEqual(violations, [], `repeat with SIMULATION_SEED=${seed} SIMULATION_SEEDS=1`)
          }
        }),
      120_000
    )
  })
}
