import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"
import * as ImageFiles from "../../../src/layers/files/ImageFiles.ts"
import { ObjectStorage } from "../../../src/services/ObjectStorage.ts"

/** What the patterns find where the bucket `bkt` has these keys. */
const find = (keys: Iterable<string>, ...patterns: ReadonlyArray<string>) =>
  ImageFiles.find(patterns).pipe(
    Stream.map((reference) => reference.url!),
    Stream.provide(
      Layer.merge(
        NodeServices.layer,
        Layer.mock(ObjectStorage, {
          list: ({ bucket, key }) =>
            bucket === "bkt" ? Stream.filter(Stream.fromIterable(keys), (each) => each.startsWith(key)) : Stream.empty
        })
      )
    )
  )

const keys = [
  "2024/",
  "2024/.cache/a.jpg",
  "2024/.hidden.jpg",
  "2024/@eaDir/a.jpg",
  "2024/a.JPG",
  "2024/notes.txt",
  "2024/trip/b.webp",
  "2024-old/c.png",
  "raw"
]

describe("find in storage", () => {
  it.effect("takes what begins with the prefix, by the rules of folders", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* Stream.runCollect(find(keys, "s3://bkt/2024/")), [
        "s3://bkt/2024/a.JPG",
        "s3://bkt/2024/trip/b.webp"
      ])
      assert.deepEqual(yield* Stream.runCollect(find(keys, "s3://bkt/2024")), [
        "s3://bkt/2024/a.JPG",
        "s3://bkt/2024/trip/b.webp",
        "s3://bkt/2024-old/c.png"
      ])
      assert.lengthOf(yield* Stream.runCollect(find(keys, "s3://bkt")), 3)
    })
  )

  it.effect("takes an object of that very key whatever its name, and does not look for a picture of a name", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* Stream.runCollect(find(keys, "s3://bkt/raw", "s3://elsewhere/x.jpg")), [
        "s3://bkt/raw",
        "s3://elsewhere/x.jpg"
      ])
    })
  )

  it.effect("finds each object once", () =>
    Effect.gen(function* () {
      const found = yield* Stream.runCollect(
        find(keys, "s3://bkt/2024/a.JPG", "s3://bkt/2024/", "s3://bkt/2024/trip/", "s3://bkt/")
      )
      assert.deepEqual(found, ["s3://bkt/2024/a.JPG", "s3://bkt/2024/trip/b.webp", "s3://bkt/2024-old/c.png"])
    })
  )

  it.effect("says what is not there", () =>
    Effect.gen(function* () {
      const problem = (pattern: string) => Effect.map(Effect.flip(Stream.runDrain(find(keys, pattern))), String)
      assert.match(yield* problem("s3://other/"), /s3:\/\/other\/ has no pictures below it: check bucket and prefix/)
      assert.match(yield* problem("s3://bkt/2024/n"), /has no pictures below it \(1 skipped: 1 \.txt\)/)
      assert.match(yield* problem("s3://"), /names no bucket: write s3:\/\/bucket\/prefix/)
    })
  )

  it.effect("hands keys on as they come", () =>
    Effect.gen(function* () {
      let asked = 0
      const endless = (function* () {
        while (true) yield `${asked++}.jpg`
      })()
      assert.lengthOf(yield* Stream.runCollect(Stream.take(find(endless, "s3://bkt/"), 10)), 10)
      assert.isBelow(asked, 10_000)
    })
  )
})
