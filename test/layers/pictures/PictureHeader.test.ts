/** Headers as strangers, transfers and old programs leave them: whatever is said of a picture, its decoder says the same. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import sharp from "sharp"
import * as PictureHeader from "../../../src/layers/pictures/PictureHeader.ts"
import * as PictureFiles from "../../support/PictureFiles.ts"

const size = { width: 48, height: 32 }

const canvas = () => sharp({ create: { ...size, channels: 3, background: "#c52" } })

/** A picture of each container that is handed on as it is, and of those that are not. */
const pictures = Effect.promise(async () => {
  const jpeg = await canvas().withMetadata({ orientation: 1 }).jpeg().toBuffer()
  return {
    jpeg,
    progressive: await canvas().jpeg({ progressive: true }).toBuffer(),
    turned: await PictureFiles.turned("jpeg", 6),
    stereo: PictureFiles.stereo(jpeg, jpeg),
    motion: PictureFiles.motionPhoto(jpeg),
    png: await canvas().png().toBuffer(),
    webp: await canvas().webp().toBuffer(),
    gif: await canvas().gif().toBuffer(),
    tiff: await canvas().tiff().toBuffer(),
    avif: await canvas().avif({ effort: 0 }).toBuffer()
  }
})

/** What happens to bytes: one is changed, some are lost, some come in between; at a place in the first half kilobyte. */
const Change = Schema.Struct({
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 511 })),
  kind: Schema.Literals(["change", "lose", "insert", "cut", "repeat"]),
  byte: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })),
  count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
})
type Change = typeof Change.Type

const changed = (bytes: Buffer, { at, byte, count, kind }: Change): Buffer => {
  const place = at % bytes.length
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  switch (kind) {
    case "change":
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)])
    case "lose":
      return Buffer.concat([before, after.subarray(count)])
    case "insert":
      return Buffer.concat([before, Buffer.alloc(count, byte), after])
    case "cut":
      return before
    case "repeat":
      return Buffer.concat([before, after.subarray(0, count), after])
  }
}

const Changes = Arbitrary.array(Arbitrary.schema(Change), { maxLength: 3 })

/** What a decoder that knows everything says of the picture; `undefined` when it cannot decode it. */
const decoded = (bytes: Buffer) =>
  Effect.promise(async () => {
    try {
      const { orientation = 1 } = await sharp(bytes).metadata()
      const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
      return { width: info.width, height: info.height, channels: info.channels, orientation }
    } catch {
      return undefined
    }
  })

describe("read", () => {
  it.effect("calls plain what is, and nothing else", () =>
    Effect.gen(function* () {
      const all = yield* pictures
      const plain = Object.entries(all).flatMap(([name, bytes]) =>
        PictureHeader.read(bytes)?.plain === undefined ? [] : [name]
      )
      assert.deepEqual(plain, ["jpeg", "progressive", "stereo", "motion", "png", "webp"])
    })
  )

  it.effect.prop(
    "is total, and a picture that it calls plain is decoded in that size, upright and in colors, or not at all",
    [Changes],
    ([changes]) =>
      Effect.gen(function* () {
        for (const [name, bytes] of Object.entries(yield* pictures)) {
          const damaged = changes.reduce(changed, bytes)
          const plain = PictureHeader.read(damaged)?.plain
          if (plain === undefined) continue
          const seen = yield* decoded(damaged)
          if (seen !== undefined) assert.deepEqual(seen, { ...plain, channels: 3, orientation: 1 }, name)
        }
      }),
    { arbitrary: { runs: 40 } }
  )
})
