import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import exifReader from "exif-reader"
import sharp, { type Sharp } from "sharp"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import type { EncodedImage } from "../../../src/domain/ImageReference.ts"
import * as Exif from "../../../src/layers/pictures/Exif.ts"
import * as SharpCropper from "../../../src/layers/pictures/SharpCropper.ts"
import { Cropper } from "../../../src/services/Cropper.ts"

/** A picture of two halves: red left of x = 50, blue right of it. */
const halves = (finish: (picture: Sharp) => Sharp = (picture) => picture.png()) =>
  Effect.promise(async (): Promise<EncodedImage> => {
    const blue = await sharp({ create: { width: 50, height: 60, channels: 3, background: "blue" } })
      .png()
      .toBuffer()
    const bytes = await finish(
      sharp({ create: { width: 100, height: 60, channels: 4, background: "red" } }).composite([
        { input: blue, left: 50, top: 0 }
      ])
    ).toBuffer()
    return { bytes, mediaType: "image/png", filename: "halves.png", width: 100, height: 60 }
  })

const cut = (image: EncodedImage, x: number, y: number, width: number, height: number) =>
  Effect.gen(function* () {
    const cropper = yield* Cropper
    const cut = yield* cropper.open(image)
    return yield* cut(imageBox({ x, y, width, height }))
  }).pipe(Effect.provide(SharpCropper.layer))

const meanColor = (bytes: Uint8Array) =>
  Effect.promise(async () => (await sharp(bytes).stats()).channels.map(({ mean }) => Math.round(mean / 64)))

describe("cut", () => {
  it.live("cuts the pixels of the box as a JPEG of its size", () =>
    Effect.gen(function* () {
      const crop = yield* cut(yield* halves(), 60, 10, 20, 30)
      const { format, height, width } = yield* Effect.promise(() => sharp(crop.image.bytes).metadata())
      assert.deepEqual({ format, height, width }, { format: "jpeg", height: 30, width: 20 })
      assert.deepEqual(yield* meanColor(crop.image.bytes), [0, 0, 4])
    })
  )

  it.live("clamps a box to the picture and says what was cut (B42)", () =>
    Effect.gen(function* () {
      const crop = yield* cut(yield* halves(), -10, 40.4, 30, 100)
      assert.deepEqual({ ...crop.region }, { x: 0, y: 40, width: 20, height: 20 })
      assert.deepInclude(crop.image, { width: 20, height: 20 })
    })
  )

  it.live("cuts each region once, however many ask for it at the same time", () =>
    Effect.gen(function* () {
      const cropper = yield* Cropper
      const cut = yield* cropper.open(yield* halves())
      const boxes = [0, 0.4, 0, 60].map((x) => imageBox({ x, y: 10, width: 20, height: 30 }))
      const crops = yield* Effect.forEach(boxes, cut, { concurrency: "unbounded" })
      assert.strictEqual(crops[0]!.image.bytes, crops[2]!.image.bytes)
      assert.deepEqual(
        crops.map(({ region }) => region.x),
        [0, 0, 0, 60]
      )
      assert.strictEqual(new Set(crops.map(({ image }) => image.bytes)).size, 3)
    }).pipe(Effect.scoped, Effect.provide(SharpCropper.layer))
  )

  it.live("refuses a box of which nothing is inside (B42)", () =>
    Effect.gen(function* () {
      const result = yield* Effect.result(cut(yield* halves(), 100, 0, 20, 20))
      assert.match(Result.isFailure(result) ? result.failure.message : "", /nothing of the box lies inside/)
    })
  )

  it.live("cuts from a picture with spoiled spots, and not from half a picture", () =>
    Effect.gen(function* () {
      const raw = { width: 100, height: 60, channels: 3 } as const
      const pixels = Uint8Array.from({ length: 100 * 60 * 3 }, (_, i) => (i * i * 7919) >> 5)
      const bytes = yield* Effect.promise(() => sharp(pixels, { raw }).jpeg().toBuffer())
      const named = { mediaType: "image/jpeg", filename: "noise.jpg", width: 100, height: 60 }
      const spoiled = Buffer.from(bytes).fill(0xff, bytes.length >> 1, (bytes.length * 3) >> 2)
      const { image } = yield* cut({ ...named, bytes: spoiled }, 60, 10, 20, 30)
      assert.deepInclude(image, { width: 20, height: 30 })
      const half = yield* Effect.result(cut({ ...named, bytes: bytes.subarray(0, bytes.length >> 1) }, 60, 10, 20, 30))
      assert.match(Result.isFailure(half) ? half.failure.message : "", /premature end/)
    })
  )

  it.live("leaves the stored pixels unrotated, whatever EXIF says", () =>
    Effect.gen(function* () {
      const image = yield* halves((picture) => picture.flatten().jpeg().withMetadata({ orientation: 6 }))
      const crop = yield* cut(image, 0, 0, 40, 60)
      assert.deepEqual(yield* meanColor(crop.image.bytes), [4, 0, 0])
    })
  )

  it.live("keeps the picture's description and names the region, and keeps nothing else", () =>
    Effect.gen(function* () {
      const image = yield* halves((picture) =>
        picture
          .flatten()
          .jpeg()
          .withExif({ IFD0: { ImageDescription: "two halves", Artist: "somebody" } })
      )
      const crop = yield* cut(image, 1, 2, 3, 4)
      const { exif } = yield* Effect.promise(() => sharp(crop.image.bytes).metadata())
      const tags = exifReader(exif!).Image
      assert.strictEqual(tags?.ImageDescription, "two halves")
      assert.strictEqual(tags?.Software, "windmill crop 1,2,3,4")
      assert.isUndefined(tags?.Artist)
    })
  )

  it.live.prop(
    "keeps a description of any length and language",
    [Schema.String, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60_000 }))],
    ([words, length]) =>
      Effect.gen(function* () {
        const description = `${"x".repeat(length)}${words.replace(/[\0\p{Surrogate}]/gu, "")}`
        const jpeg = yield* halves((picture) => picture.flatten().jpeg())
        const bytes = Exif.intoJpeg(Buffer.from(jpeg.bytes), Exif.write({ description, software: "s" }))
        const crop = yield* cut({ ...jpeg, bytes }, 1, 2, 3, 4)
        const { exif } = yield* Effect.promise(() => sharp(crop.image.bytes).metadata())
        assert.deepStrictEqual(Exif.read(Exif.blockOf(exif!)), { orientation: 1, description })
        assert.strictEqual(exifReader(exif!).Image?.Software, "windmill crop 1,2,3,4")
        assert.deepEqual(
          yield* meanColor(crop.image.bytes),
          yield* meanColor((yield* cut(jpeg, 1, 2, 3, 4)).image.bytes)
        )
      })
  )

  it.live("cuts from a picture with transparency (B42)", () =>
    Effect.gen(function* () {
      const crop = yield* cut(yield* halves((picture) => picture.ensureAlpha(0.5).webp()), 0, 0, 10, 10)
      assert.strictEqual((yield* Effect.promise(() => sharp(crop.image.bytes).metadata())).channels, 3)
    })
  )

  it.live("says that a picture cannot be decoded", () =>
    Effect.gen(function* () {
      const image = { ...(yield* halves()), bytes: new TextEncoder().encode("no picture") }
      const result = yield* Effect.result(cut(image, 0, 0, 10, 10))
      assert.match(Result.isFailure(result) ? result.failure.message : "", /^Cannot crop halves\.png: /)
    })
  )
})
