/**
 * Processes that die at a chosen point of their work. `KILLS_SEED` decides at which job or image each of them does, and in
 * which order; the servers' timing is their own.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Random from "#farm/simulated/Random"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { shuffled } from "../support/Facts.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const first = Number(process.env.KILLS_SEED ?? 1)
const seeds = [first, first + 1, first + 2]

/** Where a process can be in its work when it dies, and how often three pictures take it there at least. */
const boundaries = {
  worker: {
    // Before the call.
    "before read": 9,
    "before analyze": 9,
    // After the call, before the commit.
    "after analyze": 9,
    "before record": 3,
    // After the commit, before the acknowledgment: before the hints, among them, and after them.
    "after record": 3,
    "before publish": 3,
    "after publish": 3,
    "before settle": 9,
    // After the acknowledgment.
    "after settle": 9
  },
  postprocessor: {
    "after facts": 3,
    "before save": 1,
    "after save": 1,
    "after analyze": 3,
    "before recordCrops": 3,
    "after recordCrops": 3,
    "after publish": 1,
    "after settle": 3
  }
}

describe("processes that are killed", () => {
  it.live.each(seeds)(
    "leave nothing undone and nothing done twice, wherever each of them was (B14) (seed %i)",
    (seed) =>
      Effect.gen(function* () {
        const random = Random.make(seed, "kills")
        const scenario = Scenes.scenario({ seed, takes: () => random.integer(1, 20) })
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { settled, start, store, submit, world } = deployment
        for (const [name, other] of [
          ["worker", "postprocessor"],
          ["postprocessor", "worker"]
        ] as const) {
          const healthy = yield* start(deployment[other])
          const ids: Array<ImageId> = []
          const finished = new Map<string, number>()
          for (const [at, passes] of shuffled(Object.entries(boundaries[name]), seed)) {
            let left = random.integer(1, passes)
            const victim = yield* start(deployment[name], (boundary) => boundary === at && --left === 0)
            // Images that are handled together pass a boundary together: then it takes more of them.
            const untilCrashed = Effect.gen(function* () {
              for (let i = 1; ; i++) {
                ids.push(...(yield* submit(Scenes.pictures(`${name} ${at} ${i}`, 3))))
                if (Option.isSome(yield* Effect.timeoutOption(victim.crashed, "4 seconds"))) return
              }
            })
            yield* Effect.timeout(untilCrashed, "20 seconds")
            yield* victim.kill
            for (const { facts, reference } of yield* store.records(ids)) {
              for (const { service } of facts.results) {
                const job = `${service} ${reference.filename}`
                if (!finished.has(job)) finished.set(job, world.asked.get(job)!)
              }
            }
          }
          const heir = yield* start(deployment[name])
          yield* settled(ids)
          yield* heir.stop
          yield* healthy.stop
          // Whose answer was there when somebody died is not asked for again.
          if (name === "worker") assert.isAtLeast(finished.size, 9)
          for (const [job, times] of finished) assert.strictEqual(world.asked.get(job), times, job)
        }
      }).pipe(Effect.scoped),
    60_000
  )
})
