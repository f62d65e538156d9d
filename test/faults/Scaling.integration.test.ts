/** Workers that come and go all the time, as an autoscaler has them: processes that end by SIGTERM while they have jobs in hand. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Programs from "./Programs.ts"

const isWhole = (filename: string) => filename.startsWith("picture")

describe("workers whose number changes all the time", () => {
  it.live(
    "lose nothing, ask no service twice, and end with 0",
    () =>
      Effect.gen(function* () {
        const asked = new Map<string, number>()
        const { pictures, run, settled, submit } = yield* Programs.make({
          pictures: 60,
          onCall: ({ filename, reply, service }) => {
            if (isWhole(filename)) {
              const job = `${service.id} ${filename}`
              asked.set(job, (asked.get(job) ?? 0) + 1)
            }
            setTimeout(reply, 400)
          }
        })
        yield* run.postprocess()
        const ids = yield* submit(pictures)
        const running = [yield* run.worker()]
        const codes: Array<number | null> = []
        const jobs = pictures.reduce((sum, { services }) => sum + services.length, 0)
        let inHand = 0
        // One more, then one less, and so on, each time with jobs in flight, until there is nothing left to interrupt.
        for (let turn = 0; turn < 4; turn++) {
          running.push(yield* run.worker())
          yield* Effect.sleep("1 second")
          if (asked.size < jobs) inHand++
          codes.push(yield* running.shift()!.end("SIGTERM"))
        }
        yield* settled(ids)
        assert.isAtLeast(inHand, 2)
        assert.deepStrictEqual(codes, [0, 0, 0, 0])
        assert.strictEqual(asked.size, jobs)
        assert.deepStrictEqual(
          [...asked].filter(([, times]) => times > 1),
          []
        )
      }).pipe(Effect.scoped),
    180_000
  )
})
