import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import * as Pictures from "#farm/http/Pictures"

/** A picture of one color, which names it. */
const blank = (width: number, height: number, red: number) =>
  Effect.promise(() =>
    sharp({ create: { width, height, channels: 3, background: { r: red, g: 0, b: 0 } } })
      .png()
      .toBuffer()
  )

const pixelsOf = Effect.fnUntraced(function* (pictures: Pictures.PictureReader, bytes: Uint8Array) {
  const { pixels } = yield* pictures.read(bytes)
  return yield* pixels
})

describe("a reader of pictures", () => {
  it.effect("decodes a picture once, however many crops are read in between", () =>
    Effect.gen(function* () {
      const pictures = Pictures.make((picture) => picture)
      const photo = yield* blank(640, 480, 200)
      const first = yield* pixelsOf(pictures, photo)
      for (let red = 0; red < 60; red++) yield* pixelsOf(pictures, yield* blank(40, 80, red))
      assert.strictEqual((yield* pixelsOf(pictures, photo)).data, first.data)
    })
  )

  it.effect("forgets the pixels that were not asked for longest when they take too much memory", () =>
    Effect.gen(function* () {
      const pictures = Pictures.make((picture) => picture)
      const [first, second] = [yield* blank(1280, 1280, 250), yield* blank(1280, 1280, 240)]
      const [firstPixels, secondPixels] = [yield* pixelsOf(pictures, first), yield* pixelsOf(pictures, second)]
      // Of 4.9 MB each, 13 are remembered.
      for (let red = 0; red < 11; red++) yield* pixelsOf(pictures, yield* blank(1280, 1280, red))
      assert.strictEqual((yield* pixelsOf(pictures, first)).data, firstPixels.data)
      yield* pixelsOf(pictures, yield* blank(1280, 1280, 100))
      assert.strictEqual((yield* pixelsOf(pictures, first)).data, firstPixels.data)
      assert.notStrictEqual((yield* pixelsOf(pictures, second)).data, secondPixels.data)
    })
  )

  it.effect("reads a damaged picture anew", () =>
    Effect.gen(function* () {
      const pictures = Pictures.make((picture) => picture)
      const photo = yield* blank(640, 480, 200)
      const damaged = photo.subarray(0, 60)
      for (let time = 0; time < 2; time++) {
        const { message } = yield* Effect.flip(pictures.read(damaged))
        assert.match(message, /^cannot identify image file/)
      }
      assert.strictEqual((yield* pixelsOf(pictures, photo)).width, 640)
    })
  )
})
