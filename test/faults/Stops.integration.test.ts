import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

describe("a worker that is told to stop", () => {
  it.live(
    "finishes what it has in hand, so that no service is asked twice (B22)",
    () =>
      Effect.gen(function* () {
        const slow = Scenes.scenario({ takes: () => 100 })
        const { settled, start, postprocessor, store, submit, worker, world } = yield* Deployment.make(
          slow,
          yield* Deployment.sharedServers
        )
        yield* start(postprocessor)
        const first = yield* start(worker)
        const ids = yield* submit(Scenes.pictures("stop", 20))
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => world.asked.size >= 8 })
        yield* first.stop
        const asked = [...world.asked.keys()].filter((name) => !name.includes("{"))
        const facts = yield* store.facts(ids)
        assert.isAtMost(asked.length, 40)
        assert.strictEqual(facts.flatMap(({ results }) => results).length, asked.length)
        yield* start(worker)
        yield* settled(ids)
        assert.deepStrictEqual(
          [...world.asked].filter(([name, times]) => times > 1 && !name.includes("{")),
          []
        )
      }).pipe(Effect.scoped),
    40_000
  )
})
