import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import { mediaTypeOf } from "../../../src/programs/api/MediaTypes.ts"

describe("mediaTypeOf", () => {
  it.live("knows what sharp writes", () =>
    Effect.gen(function* () {
      const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      for (const format of ["jpeg", "png", "gif", "webp", "tiff", "avif"] as const) {
        const bytes = yield* Effect.promise(() => picture.clone().toFormat(format).toBuffer())
        assert.strictEqual(mediaTypeOf(bytes), `image/${format}`)
      }
    })
  )

  it("takes nothing for a page", () => {
    for (const text of ["", "<html>", "<svg xmlns='http://www.w3.org/2000/svg'>", "%PDF-1.7", "RIFF....AVI "]) {
      assert.strictEqual(mediaTypeOf(Buffer.from(text)), "application/octet-stream")
    }
  })
})
