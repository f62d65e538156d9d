/**
 * Seeded runs of a whole deployment with everything going wrong that can.
 *
 * `SIMULATION_SEEDS` is how many seeds are run, `SIMULATION_SEED` the first of them: to see a failure again, give its seed
 * and run one.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Scenario from "./Scenario.ts"
import * as Simulation from "./Simulation.ts"

const first = Number(process.env.SIMULATION_SEED ?? 1)
const count = Number(process.env.SIMULATION_SEEDS ?? 200)
const batch = 50

describe("a deployment whose parts fail", () => {
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, i) => first + i * batch)

  it.live.each(starts)(
    "ends with every answer once and everything derived from it (seeds from %i)",
    (start) =>
      Effect.gen(function* () {
        for (let seed = start; seed < Math.min(start + batch, first + count); seed++) {
          const { violations } = yield* Simulation.run(Scenario.make(seed))
          assert.deepStrictEqual(violations, [], `seed ${seed}: repeat with SIMULATION_SEED=${seed} SIMULATION_SEEDS=1`)
        }
      }),
    60_000
  )

  it.live("is the same however often it is run", () =>
    Effect.gen(function* () {
      const scenario = Scenario.make(first)
      assert.deepStrictEqual(yield* Simulation.run(scenario), yield* Simulation.run(scenario))
    })
  )
})
