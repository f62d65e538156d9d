import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Sources from "../../../src/programs/flows/Sources.ts"
import { ImageSource, ImageSourceError, Missing, Unreachable } from "../../../src/services/ImageSource.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

describe("Sources", () => {
  it.effect("a folder that was away and is back without its pictures holds up none of the folders in it", () => {
    let isAway = true
    const problemOf = (path: string) => {
      if (isAway) return new Unreachable({ image: path, detail: "/share is missing", source: "/share" })
      return path.startsWith("/share/2024/") ? undefined : new Missing({ image: path, detail: "does not exist" })
    }
    const disk = Layer.mock(ImageSource, {
      lend: (reference, use) =>
        Effect.gen(function* () {
          const reason = problemOf("path" in reference ? reference.path : "")
          if (reason !== undefined) return yield* new ImageSourceError({ reason })
          return yield* use(picture)
        }),
      isBack: () => Effect.sync(() => !isAway)
    })
    return Effect.gen(function* () {
      const source = yield* ImageSource
      const read = (path: string) =>
        Effect.map(Effect.result(source.lend({ filename: path, path }, () => Effect.void)), ({ _tag }) => _tag)
      assert.strictEqual(yield* read("/share/1.jpg"), "Failure")
      assert.strictEqual(yield* read("/share/2024/1.jpg"), "Failure")
      isAway = false
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* read("/share/1.jpg"), "Failure")
      assert.strictEqual(yield* read("/share/2024/1.jpg"), "Success")
    }).pipe(Effect.provide(Layer.provide(Sources.layer, disk)))
  })
})
