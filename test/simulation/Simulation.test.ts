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
})
