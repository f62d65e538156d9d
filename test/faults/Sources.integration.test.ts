/** Where pictures lie goes away while the programs themselves work. Take `npm run build` first. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as NodeFs from "node:fs/promises"
import { soon } from "../support/Programs.ts"
import * as Programs from "./Programs.ts"

describe("a folder of pictures that is away for some seconds under load (issue 12, A2)", () => {
  it.live(
    "costs no image an answer or a crop, is told of, and its images are done when it is back",
    () =>
      Effect.gen(function* () {
        const { folder, pictures, run, settled, sql, store, submit } = yield* Programs.make({
          pictures: 60,
          onCall: ({ reply }) => setTimeout(reply, 20)
        })
        const worker = yield* run.worker()
        yield* run.postprocess()
        const ids = yield* submit(pictures)
        yield* Effect.repeat(store.facts(ids), {
          until: (facts) => facts.some(({ results }) => results.length > 0),
          schedule: Schedule.spaced("5 millis")
        })
        yield* Effect.promise(() => NodeFs.rename(folder, `${folder} elsewhere`))
        yield* Effect.repeat(Effect.void, {
          until: () => worker.said.stderr.includes(`pictures from ${folder} wait until it is back`),
          schedule: soon
        })
        yield* Effect.sleep("6 seconds")
        const away = yield* sql<{ source: string }>`SELECT jsonb_path_query(away, '$[*].source') AS source FROM workers`
        assert.deepStrictEqual([...new Set(away.map(({ source }) => source))], [folder])
        const [before] = yield* sql<{ answers: number; failed: number }>`
          SELECT count(*) AS answers, count(*) FILTER (WHERE status = 'failed') AS failed FROM results`
        assert.isBelow(before!.answers, 3 * ids.length)
        assert.strictEqual(before!.failed, 0)
        yield* Effect.promise(() => NodeFs.rename(`${folder} elsewhere`, folder))
        yield* settled(ids)
        const failed = yield* sql`
          SELECT FROM results WHERE status = 'failed' UNION ALL SELECT FROM postprocessing WHERE status = 'failed'`
        assert.deepStrictEqual(failed, [])
        assert.include(worker.said.stderr, `Pictures from ${folder} can be read again`)
      }).pipe(Effect.scoped),
    90_000
  )
})
