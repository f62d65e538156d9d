import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import sharp from "sharp"
import * as HeicDecoder from "../../../src/layers/pictures/HeicDecoder.ts"

const phone = readFileSync("test/fixtures/pictures/phone.heic")

describe("HeicDecoder", () => {
  it.live("decodes one picture after another, also after one that is none", () =>
    Effect.gen(function* () {
      const decoder = yield* HeicDecoder.make()
      for (const bytes of [phone, phone]) {
        const png = yield* decoder.toPng(bytes, {})
        const { format, height, width } = yield* Effect.promise(() => sharp(png).metadata())
        assert.deepStrictEqual({ format, width, height }, { format: "png", width: 400, height: 300 })
        const failure = yield* Effect.flip(decoder.toPng(phone.subarray(0, 1000), {}))
        assert.notStrictEqual(failure.message, "")
      }
    }).pipe(Effect.scoped)
  )

  it.live("gives up on a picture that takes too long", () =>
    Effect.gen(function* () {
      const decoder = yield* HeicDecoder.make("1 millis")
      const failure = yield* Effect.flip(decoder.toPng(phone, {}))
      assert.strictEqual(failure.message, "takes longer than 1ms to decode")
    }).pipe(Effect.scoped)
  )
})
