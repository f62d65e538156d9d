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
    const small = yield* scaler.scale(
      { bytes, mediaType: "image/png", filename: "a.png", width, height },
      {
        width: size,
        height: size
      }
    )
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

  it.live("fits the width alone when no height is given, makes nothing larger, and does not turn it", () =>
    Effect.gen(function* () {
      const scaler = yield* Scaler
      const bytes = yield* Effect.promise(() =>
        sharp({ create: { width: 80, height: 40, channels: 3, background: "red" } })
          .composite([
            { input: { create: { width: 40, height: 40, channels: 3, background: "blue" } }, left: 40, top: 0 }
          ])
          .withMetadata({ orientation: 6 })
          .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
          .toBuffer()
      )
      const turned = { bytes, mediaType: "image/jpeg", filename: "turned.jpg", width: 80, height: 40 }
      const small = yield* scaler.scale(turned, { width: 40 })
      const { data, info } = yield* Effect.promise(() => sharp(small.bytes).raw().toBuffer({ resolveWithObject: true }))
      const at = (x: number, y: number) =>
        [...data.subarray((y * info.width + x) * info.channels)].slice(0, 3).map((channel) => channel > 128)
      assert.deepStrictEqual([info.width, info.height], [40, 20])
      assert.deepStrictEqual(
        [at(2, 10), at(37, 10)],
        [
          [true, false, false],
          [false, false, true]
        ]
      )
      const large = yield* scaler.scale(turned, { width: 900 })
      assert.deepStrictEqual([large.width, large.height], [80, 40])
    }).pipe(Effect.provide(SharpScaler.layer))
  )

  it.live("fails for what is no picture", () =>
    Effect.gen(function* () {
      const scaler = yield* Scaler
      const image = { bytes: new Uint8Array(10), mediaType: "image/png", filename: "a.png", width: 1, height: 1 }
      const failure = yield* Effect.flip(scaler.scale(image, { width: 160 }))
      assert.include(failure.message, "a.png cannot be scaled")
    }).pipe(Effect.provide(SharpScaler.layer))
  )
})
