/** Workers that come and go all the time, as an autoscaler has them: processes that end by SIGTERM while they have jobs in hand. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { soon } from "../support/Programs.ts"
import * as Programs from "./Programs.ts"

const isWhole = (filename: string) => filename.startsWith("picture")

describe("workers whose number changes all the time", () => {
  it.live(
    "lose nothing, ask no service twice, and end with 0",
    () =>
      Effect.gen(function* () {
        const asked = new Map<string, number>()
        let inFlight = 0
        const { pictures, run, settled, submit } = yield* Programs.make({
          pictures: 60,
          onCall: ({ filename, reply, service }) => {
            if (isWhole(filename)) {
              const job = `${service.id} ${filename}`
              asked.set(job, (asked.get(job) ?? 0) + 1)
            }
            inFlight++
            setTimeout(() => {
              inFlight--
              reply()
            }, 400)
          }
        })
        yield* run.postprocess()
        const ids = []
        const running = [yield* run.worker()]
        const codes: Array<number | null> = []
        for (let turn = 0; turn < 4; turn++) {
          running.push(yield* run.worker())
          const before = asked.size
          ids.push(...(yield* submit(pictures.slice(15 * turn, 15 * (turn + 1)))))
          yield* Effect.repeat(Effect.void, { until: () => inFlight > 0 && asked.size > before, schedule: soon })
          codes.push(yield* running.shift()!.end("SIGTERM"))
        }
        yield* settled(ids)
        assert.deepStrictEqual(codes, [0, 0, 0, 0])
        assert.strictEqual(asked.size, pictures.flatMap(({ services }) => services).length)
        assert.deepStrictEqual(
          [...asked].filter(([, times]) => times > 1),
          []
        )
      }).pipe(Effect.scoped),
    180_000
  )
})
