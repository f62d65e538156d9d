import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Scenario from "./Scenario.ts"
import * as Seeds from "./Seeds.ts"
import * as Simulation from "./Simulation.ts"

/** Nothing fails, and a stage is told by another process. */
const quiet = (seed: number): Scenario.Scenario => {
  const { brokerLoss: _, ...scenario } = Scenario.make(seed)
  return { ...scenario, faults: Scenario.noFaults, outages: Scenario.noOutages, changes: {}, isApart: true }
}

describe("a deployment whose parts fail", { timeout: 60_000 }, () => {
  it.live("is the same however often it is run", () =>
    Effect.gen(function* () {
      const scenario = Scenario.make(Seeds.first)
      assert.deepStrictEqual(yield* Simulation.run(scenario), yield* Simulation.run(scenario))
    })
  )

  /** Whether `enough` of six seeds are not well with these lines broken. With those in `alone` all are. */
  const isNoticed = Effect.fnUntraced(function* (
    scenarioOf: (seed: number) => Scenario.Scenario,
    enough: number,
    broken: ReadonlyArray<Scenario.Broken>,
    alone: ReadonlyArray<Scenario.Broken> = []
  ) {
    let noticed = 0
    for (let seed = Seeds.first; seed < Seeds.first + 6 && noticed < enough; seed++) {
      const scenario = { ...scenarioOf(seed), cropsWait: 0 }
      assert.deepStrictEqual((yield* Simulation.run({ ...scenario, broken: alone })).violations, [], `seed ${seed}`)
      if ((yield* Simulation.run({ ...scenario, broken })).violations.length > 0) noticed++
    }
    return noticed === enough
  })

  it.live.each([
    ["owed", { ...Scenario.noFaults, lostJob: 1 }],
    ["stale", { ...Scenario.noFaults, lostHint: 1 }]
  ] as const)("is not done when its sweep finds nothing that is %s", ([broken, faults]) =>
    Effect.gen(function* () {
      const scenarioOf = (seed: number) => ({
        ...Scenario.make(seed),
        faults,
        outages: Scenario.noOutages,
        changes: {}
      })
      // Nothing is asked about some images, or it is asked when nothing is lost any more.
      assert.isTrue(yield* isNoticed(scenarioOf, 3, [broken]))
    })
  )

  it.live.each(["no harmonize", "no consensus", "no enrich", "astray"] as const)(
    "needs no sweep where nothing is lost, and is not done without it when of its hints there are %s",
    (broken) =>
      Effect.gen(function* () {
        assert.isTrue(yield* isNoticed(quiet, 2, ["stale", broken], ["stale"]))
      })
  )
})
