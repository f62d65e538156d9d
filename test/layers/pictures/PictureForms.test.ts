import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import * as PictureForms from "../../../src/layers/pictures/PictureForms.ts"
import { redPicture } from "../../support/ModelServers.ts"

const box = { x: 100, y: 20, width: 50, height: 60 }
const file = { _tag: "File" } as const
const wish = { form: file, maxSize: 200, formats: undefined }
const picture = Effect.promise(() => redPicture({ width: 400, height: 300, box }))

describe("PictureForms", () => {
  it.effect("leaves a picture that is as wished where it is", () =>
    Effect.gen(function* () {
      const prepare = yield* PictureForms.make
      const image = yield* picture
      assert.strictEqual(yield* prepare(image, { form: file, maxSize: 400, formats: ["jpeg", "png"] }), image)
    })
  )

  it.effect("makes each form of a picture once, told by what is in it", () =>
    Effect.gen(function* () {
      const prepare = yield* PictureForms.make
      const image = yield* picture
      const copy = { ...image, bytes: image.bytes.slice() }
      const [one, two] = yield* Effect.all([prepare(image, wish), prepare(copy, wish)], { concurrency: 2 })
      assert.strictEqual(one, two)
      assert.deepInclude(one, { width: 200, height: 150, mediaType: "image/png", filename: "red.png" })
      assert.notStrictEqual(yield* prepare(image, { ...wish, maxSize: 100 }), one)
      const other = yield* Effect.promise(() => redPicture({ width: 400, height: 300, box: { ...box, x: 0 } }))
      assert.notDeepEqual((yield* prepare(other, wish)).bytes, one.bytes)
    })
  )

  it.effect("converts to the first format that is read", () =>
    Effect.gen(function* () {
      const prepare = yield* PictureForms.make
      const image = yield* prepare(yield* picture, { form: file, maxSize: undefined, formats: ["webp", "jpeg"] })
      assert.deepInclude(image, { width: 400, height: 300, mediaType: "image/webp", filename: "red.webp" })
      assert.strictEqual((yield* Effect.promise(() => sharp(image.bytes).metadata())).format, "webp")
    })
  )

  it.effect("puts a picture into a letterbox, or stretches it", () =>
    Effect.gen(function* () {
      const prepare = yield* PictureForms.make
      const size = { width: 200, height: 200 }
      const at = (bytes: Uint8Array, x: number, y: number) => [
        ...bytes.subarray(3 * (200 * y + x), 3 * (200 * y + x) + 3)
      ]
      const image = yield* picture
      const boxed = yield* prepare(image, { ...wish, form: { _tag: "Pixels", size, fit: "letterbox" } })
      assert.strictEqual(boxed.bytes.length, 3 * 200 * 200)
      assert.deepEqual(at(boxed.bytes, 5, 5), [114, 114, 114])
      assert.deepEqual(at(boxed.bytes, 62, 25 + 25), [0xe0, 0x18, 0x18])
      const stretched = yield* prepare(image, { ...wish, form: { _tag: "Pixels", size, fit: "stretch" } })
      assert.deepEqual(at(stretched.bytes, 5, 5), [0x20, 0x40, 0xa0])
    })
  )

  it.effect("says why a picture cannot be changed", () =>
    Effect.gen(function* () {
      const prepare = yield* PictureForms.make
      const image = { ...(yield* picture), bytes: new TextEncoder().encode("no picture") }
      const { message } = yield* Effect.flip(prepare(image, wish))
      assert.match(message, /^the picture cannot be brought into the form the service wants: .+/)
    })
  )
})
