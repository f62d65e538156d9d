/**
 * Everything at once: processes that die and start again, statements and publications that fail, lost and repeated messages,
 * cut consumers. `CHAOS_SEED` decides what happens to whom; the servers' timing is their own.
 */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Scenario from "../simulation/Scenario.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const first = Number(process.env.CHAOS_SEED ?? 1)
const faults: Scenario.Faults = {
  ...Scenario.noFaults,
  crash: 0.01,
  store: 0.05,
  lostHint: 0.3,
  lostJob: 0.1,
  publish: 0.05,
  duplicate: 0.2,
  cut: 0.2
}

describe("a deployment whose parts fail", () => {
  it.live.each([first, first + 1])(
    "ends with every answer once and everything derived from it (seed %i)",
    (seed) =>
      Effect.gen(function* () {
        const scenario = Scenes.scenario({ seed, faults, takes: () => 10 })
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { postprocessor, settled, start, submit, worker } = deployment
        const supervised = Effect.fnUntraced(function* (program: Deployment.Program) {
          const process = yield* start(program)
          yield* process.crashed
          yield* process.kill
        })
        for (const program of [worker, worker, postprocessor, postprocessor]) {
          yield* Effect.forkScoped(Effect.forever(supervised(program)))
        }
        const ids = []
        for (let i = 0; i < 8; i++) {
          ids.push(...(yield* submit(Scenes.pictures(`chaos ${seed} ${i}`, 5))))
          yield* Effect.sleep("300 millis")
        }
        yield* settled(ids)
      }).pipe(Effect.scoped),
    60_000
  )
})
