import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import type { EncodedImage } from "../../../src/domain/ImageReference.ts"
import * as SharpRenderer from "../../../src/layers/pictures/SharpRenderer.ts"
import { Renderer } from "../../../src/services/Renderer.ts"

/** A picture that is red on the left and blue on the right, as a JPEG that viewers turn by 90 degrees. */
const turned = Effect.promise(async (): Promise<EncodedImage> => {
  const bytes = await sharp({ create: { width: 80, height: 40, channels: 3, background: "red" } })
    .composite([{ input: { create: { width: 40, height: 40, channels: 3, background: "blue" } }, left: 40, top: 0 }])
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer()
  return { bytes, mediaType: "image/jpeg", filename: "turned.jpg", width: 80, height: 40 }
})

const greenSquare = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="80"><rect width="40" height="40" fill="#00ff00"/></svg>`

/** Size, orientation tag, and the color at a point: the channels that are bright. */
const look = (bytes: Uint8Array, points: ReadonlyArray<readonly [x: number, y: number]>) =>
  Effect.promise(async () => {
    const { format, orientation } = await sharp(bytes).metadata()
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    const colors = points.map(([x, y]) => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray((y * info.width + x) * 4)
      if (alpha < 128) return "clear"
      return [red > 128 && "red", green > 128 && "green", blue > 128 && "blue"].filter(Boolean).join("+")
    })
    return { format, orientation, width: info.width, height: info.height, colors }
  })

describe("SharpRenderer", () => {
  it.effect("draws over the stored pixels of a picture, whatever its orientation tag says", () =>
    Effect.gen(function* () {
      const renderer = yield* Renderer
      const bytes = yield* renderer.draw(greenSquare, { over: yield* turned, format: "jpeg", quality: 95 })
      const points = [
        [10, 10],
        [10, 70],
        [150, 70]
      ] as const
      assert.deepStrictEqual(yield* look(bytes, points), {
        format: "jpeg",
        orientation: undefined,
        width: 160,
        height: 80,
        colors: ["green", "red", "blue"]
      })
    }).pipe(Effect.provide(SharpRenderer.layer))
  )

  it.effect("draws at the width asked for", () =>
    Effect.gen(function* () {
      const renderer = yield* Renderer
      const bytes = yield* renderer.draw(greenSquare, { format: "png", width: 320 })
      const points = [
        [78, 78],
        [82, 82]
      ] as const
      assert.deepStrictEqual(yield* look(bytes, points), {
        format: "png",
        orientation: undefined,
        width: 320,
        height: 160,
        colors: ["green", "clear"]
      })
    }).pipe(Effect.provide(SharpRenderer.layer))
  )

  it.effect("lets the picture shine through by what the drawing leaves of it", () =>
    Effect.gen(function* () {
      const renderer = yield* Renderer
      const veil = `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="20" fill="#ffffff" fill-opacity="0.4"/></svg>`
      const bytes = yield* renderer.draw(veil, { over: yield* turned, format: "png" })
      const pixels = yield* Effect.promise(() => sharp(bytes).removeAlpha().raw().toBuffer())
      const colorAt = (x: number, y: number) => [...pixels.subarray((y * 80 + x) * 3, (y * 80 + x) * 3 + 3)]
      const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
        for (const [channel, value] of expected.entries()) assert.closeTo(actual[channel]!, value, 3)
      }
      near(colorAt(10, 10), [255, 102, 102])
      near(colorAt(70, 10), [102, 102, 255])
      near(colorAt(10, 30), [255, 0, 0])
    }).pipe(Effect.provide(SharpRenderer.layer))
  )

  it.effect("draws on white where a format has no transparency", () =>
    Effect.gen(function* () {
      const renderer = yield* Renderer
      const bytes = yield* renderer.draw(greenSquare, { format: "jpeg" })
      assert.deepStrictEqual((yield* look(bytes, [[150, 70]])).colors, ["red+green+blue"])
    }).pipe(Effect.provide(SharpRenderer.layer))
  )

  it.effect("says what is wrong with a drawing or a picture", () =>
    Effect.gen(function* () {
      const renderer = yield* Renderer
      const noDrawing = yield* Effect.flip(renderer.draw("<svg", { format: "png" }))
      assert.match(noDrawing.message, /^Cannot draw the picture: ./)
      const bytes = new Uint8Array([1, 2, 3])
      const damaged = { bytes, mediaType: "image/jpeg", filename: "x.jpg", width: 1, height: 1 }
      const noPicture = yield* Effect.flip(renderer.draw(greenSquare, { over: damaged, format: "png" }))
      assert.strictEqual(noPicture._tag, "RenderError")
    }).pipe(Effect.provide(SharpRenderer.layer))
  )
})
