import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Scenario from "./Scenario.ts"
import * as Seeds from "./Seeds.ts"
import * as Simulation from "./Simulation.ts"

describe("a deployment whose parts fail", () => {
  it.live("is the same however often it is run", () =>
    Effect.gen(function* () {
      const scenario = Scenario.make(Seeds.first)
      assert.deepStrictEqual(yield* Simulation.run(scenario), yield* Simulation.run(scenario))
    })
  )

  it.live.each([
    ["owed", { ...Scenario.noFaults, lostJob: 1 }],
    ["stale", { ...Scenario.noFaults, lostHint: 1 }]
  ] as const)("is not done when its sweep finds nothing that is %s", ([broken, faults]) =>
    Effect.gen(function* () {
      const noticed: Array<number> = []
      for (let seed = Seeds.first; seed < Seeds.first + 6; seed++) {
        const scenario = { ...Scenario.make(seed), faults, outages: Scenario.noOutages }
        assert.deepStrictEqual((yield* Simulation.run(scenario)).violations, [])
        if ((yield* Simulation.run({ ...scenario, broken })).violations.length > 0) noticed.push(seed)
      }
      // Nothing is asked about some images, or it is asked when nothing is lost any more.
      assert.isAtLeast(noticed.length, 3)
    })
  )
})
