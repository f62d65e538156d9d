import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import * as Decoding from "../../../src/layers/pictures/Decoding.ts"

const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background: "teal" } })
  .png()
  .toBuffer()

/** The most that were decoded at once, of pictures that say that they have so many pixels. */
const atOnce = (pixels: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    let running = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
    }
    yield* Effect.forEach(pixels, (pixels) => Decoding.run({ bytes, pixels }, work), { concurrency: "unbounded" })
    return most
  })

describe("run", () => {
  it.live("decodes large pictures one at a time, and small ones on all threads but one", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* atOnce(Array.from({ length: 4 }, () => 100_000_000)), 1)
      assert.strictEqual(yield* atOnce(Array.from({ length: 12 }, () => 1_000_000)), 3)
      assert.strictEqual(yield* atOnce([1e12, 1e12]), 1)
    })
  )

  it.live("refuses a picture that has more pixels than it said", () =>
    Effect.gen(function* () {
      const decode = (pixels: number) => Decoding.run({ bytes, pixels }, (source) => source.raw().toBuffer())
      assert.strictEqual((yield* decode(400)).length, 1200)
      assert.match((yield* Effect.flip(decode(399))).message, /exceeds pixel limit/)
    })
  )
})

describe("hold", () => {
  it.live("counts the pixels until the scope closes", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const large = { bytes, pixels: 100_000_000 }
      const first = Effect.scoped(
        Effect.gen(function* () {
          yield* Decoding.hold(large, async () => order.push("first opened"))
          yield* Effect.sleep("50 millis")
          order.push("first closed")
        })
      )
      const second = Effect.delay(
        Decoding.run(large, async () => order.push("second opened")),
        "10 millis"
      )
      yield* Effect.all([first, second], { concurrency: "unbounded" })
      assert.deepStrictEqual(order, ["first opened", "first closed", "second opened"])
    })
  )
})
