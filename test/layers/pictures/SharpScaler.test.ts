import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import * as SharpScaler from "../../../src/layers/pictures/SharpScaler.ts"
import { Scaler } from "../../../src/services/Scaler.ts"

/** The size of the picture, after scaling one of `width` x `height` to at most `size`. */
const scaled = (width: number, height: number, size: number) =>
  Effect.gen(function* () {
    const scaler = yield* Scaler
    const picture = sharp({ create: { width, height, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } })
    // Orientation 6: a viewer would turn the picture by 90 degrees.
    const bytes = yield* Effect.promise(() => picture.withMetadata({ orientation: 6 }).png().toBuffer())
    const small = yield* scaler.scale({ bytes, mediaType: "image/png", filename: "a.png", width, height }, size)
    const metadata = yield* Effect.promise(() => sharp(small.bytes).metadata())
    assert.deepStrictEqual([metadata.format, metadata.width, metadata.height], ["jpeg", small.width, small.height])
    assert.isUndefined(metadata.orientation)
    return [small.width, small.height]
  })

describe("scale", () => {
  it.live("fits the stored pixels into a square, and makes nothing larger", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* scaled(400, 100, 160), [160, 40])
      assert.deepStrictEqual(yield* scaled(100, 400, 160), [40, 160])
      assert.deepStrictEqual(yield* scaled(50, 20, 160), [50, 20])
    }).pipe(Effect.provide(SharpScaler.layer))
  )

  it.live("fails for what is no picture", () =>
    Effect.gen(function* () {
      const scaler = yield* Scaler
      const image = { bytes: new Uint8Array(10), mediaType: "image/png", filename: "a.png", width: 1, height: 1 }
      const failure = yield* Effect.flip(scaler.scale(image, 160))
      assert.include(failure.message, "a.png cannot be scaled")
    }).pipe(Effect.provide(SharpScaler.layer))
  )
})
