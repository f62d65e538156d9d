import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Result, Stream } from "effect"
import * as ImageFiles from "../../../src/layers/files/ImageFiles.ts"

/** What `patterns` find in a folder with these files; `~` stands for the folder. */
const find = (files: ReadonlyArray<string>, ...patterns: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.makeDirectory(`${directory}/below`)
      yield* Effect.forEach(files, (file) => fs.writeFileString(`${directory}/${file}`, ""))
      const found = yield* Effect.result(
        Stream.runCollect(ImageFiles.find(patterns.map((pattern) => pattern.replace("~", directory))))
      )
      return Result.mapBoth(found, {
        onFailure: (error) => error.message.replace(directory, "~"),
        onSuccess: (references) =>
          references.map((reference) => ("path" in reference ? reference.path : reference.url).replace(directory, "~"))
      })
    })
  ).pipe(Effect.provide(NodeServices.layer))

describe("find", () => {
  const files = ["b.jpg", "a.PNG", "notes.txt", "below/c.webp"]

  it.live("finds the pictures in and below a folder, in order", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* find(files, "~"), Result.succeed(["~/a.PNG", "~/b.jpg", "~/below/c.webp"]))
    })
  )

  it.live("finds what matches a glob", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* find(files, "~/*.jpg"), Result.succeed(["~/b.jpg"]))
    })
  )

  it.live("takes a file whatever its name, and a URL as it is", () =>
    Effect.gen(function* () {
      assert.deepEqual(
        yield* find(files, "~/notes.txt", "http://nas.local/x.jpg"),
        Result.succeed(["~/notes.txt", "http://nas.local/x.jpg"])
      )
    })
  )

  it.live("finds each picture once", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* find(files, "~/b.jpg", "~/*.jpg", "~/b.jpg"), Result.succeed(["~/b.jpg"]))
    })
  )

  it.live("finds a file whose name looks like a glob", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* find(["a[1].jpg"], "~/a[1].jpg"), Result.succeed(["~/a[1].jpg"]))
    })
  )

  it.live("says what is not there", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* find([], "~"), Result.fail("~ has no pictures in it"))
      assert.deepEqual(yield* find([], "~/x.jpg"), Result.fail("~/x.jpg does not exist: check the path"))
      assert.match(Result.getOrThrow(Result.flip(yield* find(files, "~/*.gif"))), /matches no file/)
    })
  )
})
