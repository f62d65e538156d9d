import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

/** Where a worker and a postprocessor can be in their work when they die. */
const boundaries = {
  worker: [
    "before load",
    "before analyze",
    "after analyze",
    "before record",
    "after record",
    "before publish",
    "after publish",
    "before settle",
    "after settle"
  ],
  postprocessor: [
    "after facts",
    "before saveBoxes",
    "after saveBoxes",
    "after saveConsensus",
    "after analyze",
    "before recordCrops",
    "after recordCrops",
    "before saveEnrichment",
    "after publish",
    "after settle"
  ]
} as const

describe("a process that is killed", () => {
  it.live(
    "leaves nothing undone and nothing done twice, wherever it was (B14)",
    () =>
      Effect.gen(function* () {
        const deployment = yield* Deployment.make(Scenes.scenario(), yield* Deployment.sharedServers)
        const { postprocessor, settled, start, submit, worker } = deployment
        yield* start(postprocessor)
        const survivor = yield* start(worker)
        const ids = yield* submit(Scenes.pictures("before"))
        yield* settled(ids)
        yield* survivor.kill
        for (const [i, at] of boundaries.worker.entries()) {
          const victim = yield* start(worker, (boundary) => boundary === at)
          ids.push(...(yield* submit(Scenes.pictures(`worker ${i}`))))
          yield* Effect.timeout(victim.crashed, "10 seconds")
          yield* victim.kill
          const heir = yield* start(worker)
          yield* settled(ids)
          yield* heir.kill
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "leaves everything derived to another postprocessor, wherever it was (B14)",
    () =>
      Effect.gen(function* () {
        const deployment = yield* Deployment.make(Scenes.scenario(), yield* Deployment.sharedServers)
        const { postprocessor, settled, start, submit, worker } = deployment
        yield* start(worker)
        const ids: Array<number> = []
        for (const [i, at] of boundaries.postprocessor.entries()) {
          const victim = yield* start(postprocessor, (boundary) => boundary === at)
          const submitted = yield* submit(Scenes.pictures(`postprocessor ${i}`))
          yield* Effect.timeout(victim.crashed, "10 seconds")
          yield* victim.kill
          const heir = yield* start(postprocessor)
          yield* settled(submitted)
          yield* heir.kill
          ids.push(...submitted)
        }
        assert.strictEqual(ids.length, 2 * boundaries.postprocessor.length)
      }).pipe(Effect.scoped),
    60_000
  )
})
