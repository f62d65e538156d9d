import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Layer, Logger, Result, Stream } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import * as ImageFiles from "../../../src/layers/files/ImageFiles.ts"
import { ObjectStorage } from "../../../src/services/ObjectStorage.ts"

const surroundings = Layer.merge(NodeServices.layer, Layer.mock(ObjectStorage, {}))

/** What `patterns` find in a folder with these files; `~` stands for the folder. */
const find = (files: ReadonlyArray<string>, ...patterns: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      for (const file of files) {
        yield* fs.makeDirectory(NodePath.dirname(`${directory}/${file}`), { recursive: true })
        yield* fs.writeFileString(`${directory}/${file}`, "")
      }
      const found = yield* Effect.result(
        Stream.runCollect(ImageFiles.find(patterns.map((pattern) => pattern.replace("~", directory))))
      )
      return Result.mapBoth(found, {
        onFailure: (error) => error.message.replace(directory, "~"),
        onSuccess: (references) =>
          references.map((reference) => ("path" in reference ? reference.path : reference.url).replace(directory, "~"))
      })
    })
  ).pipe(Effect.provide(surroundings))

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

  it.live("takes spellings of one URL for one picture, and names it as people write it", () =>
    Effect.gen(function* () {
      const found = yield* Stream.runCollect(
        ImageFiles.find([
          "HTTP://NAS.Local:80/x/../caf%C3%A9.jpg#top",
          "http://nas.local/café.jpg",
          "http://nas.local/a%2Fb.jpg",
          "http://nas.local/%0a.jpg",
          "http://nas.local/caf%e9.jpg",
          "http://bücher.example/"
        ])
      )
      assert.deepEqual(found, [
        { url: "http://nas.local/caf%C3%A9.jpg", filename: "café.jpg" },
        { url: "http://nas.local/a%2Fb.jpg", filename: "a%2Fb.jpg" },
        { url: "http://nas.local/%0a.jpg", filename: "%0a.jpg" },
        { url: "http://nas.local/caf%e9.jpg", filename: "caf%e9.jpg" },
        { url: "http://xn--bcher-kva.example/", filename: "xn--bcher-kva.example" }
      ])
    }).pipe(Effect.provide(surroundings))
  )

  it.live("names the addresses that are read when it is given another kind", () =>
    Effect.gen(function* () {
      for (const kind of [
        "ftp://nas/a.jpg",
        "file:///a.jpg",
        "nas:8080/a.jpg",
        `data:image/png;base64,${"A".repeat(5000)}`
      ]) {
        const message = Result.getOrThrow(Result.flip(yield* find([], kind)))
        assert.include(message, `begins with http://, https:// or s3:// instead of ${kind.split(":")[0]}:`)
        assert.isBelow(message.length, 300)
      }
      assert.deepEqual(yield* find([], "C:\\a.jpg"), Result.fail("C:\\a.jpg does not exist: check the path"))
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

  it.live("knows the endings that phones and cameras write, and says what it passes over", () =>
    Effect.gen(function* () {
      const names = ["a.jpg", "b.jfif", "c.jpe", "d.JPG", "e.HEIC", "f.mpo", "g.heif"]
      const others = ["h.bmp", "i.bmp", "j.xmp", "README"]
      const logged: Array<string> = []
      const log = Logger.make(({ message }) => logged.push(String(message)))
      const found = yield* Effect.provide(find([...names, ...others], "~"), Logger.layer([log]))
      assert.deepEqual(found, Result.succeed(names.map((name) => `~/${name}`)))
      assert.lengthOf(logged, 1)
      assert.match(logged[0]!, /: 4 skipped: 2 \.bmp, 1 \.xmp, 1 without an ending$/)
      const none = yield* find(["a.bmp"], "~")
      assert.deepEqual(none, Result.fail("~ has no pictures in it (1 skipped: 1 .bmp)"))
    })
  )

  it.live("leaves alone what file servers and photo programs keep beside pictures", () =>
    Effect.gen(function* () {
      const others = ["@eaDir/a.jpg/THUMB.jpg", "#recycle/b.jpg", ".thumbnails/c.jpg", "._d.jpg", "below/@eaDir/e.jpg"]
      assert.deepEqual(yield* find(["a.jpg", ...others], "~"), Result.succeed(["~/a.jpg"]))
      assert.deepEqual(yield* find(["a.jpg", ...others], "~/**/*.jpg"), Result.succeed(["~/a.jpg"]))
    })
  )

  it.live("walks each folder once, wherever links lead", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.makeDirectory(`${folder}/one/two`, { recursive: true })
      yield* fs.writeFileString(`${folder}/one/two/a.jpg`, "")
      yield* fs.symlink(folder, `${folder}/one/two/up`)
      yield* fs.symlink(`${folder}/one`, `${folder}/one/again`)
      yield* fs.symlink(`${folder}/nowhere.jpg`, `${folder}/broken.jpg`)
      const found = yield* Stream.runCollect(ImageFiles.find([folder]))
      assert.lengthOf(found, 1)
    }).pipe(Effect.scoped, Effect.provide(surroundings))
  )

  it.live("takes brackets for part of a name where there is such a folder", () =>
    Effect.gen(function* () {
      const files = ["trip [2020]/a.jpg", "trip [2020]/b.png", "t/c.jpg"]
      assert.deepEqual(yield* find(files, "~/trip [2020]/*.jpg"), Result.succeed(["~/trip [2020]/a.jpg"]))
      assert.deepEqual(
        yield* find(files, "~/trip [2020]"),
        Result.succeed(["~/trip [2020]/a.jpg", "~/trip [2020]/b.png"])
      )
    })
  )

  it.live("passes over names that are no UTF-8", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      NodeFs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xe9]), Buffer.from(".jpg")]), "")
      const failure = yield* Effect.flip(Stream.runCollect(ImageFiles.find([folder])))
      assert.include(failure.message, "1 with a name that is not UTF-8")
    }).pipe(Effect.scoped, Effect.provide(surroundings))
  )

  it.live("says where a link leads that leads nowhere", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.symlink("nowhere", `${folder}/dangling`)
      yield* fs.symlink("round", `${folder}/round`)
      const message = (name: string) =>
        Effect.map(Effect.flip(Stream.runCollect(ImageFiles.find([`${folder}/${name}`]))), (error) => error.message)
      assert.match(yield* message("dangling"), /dangling is a link to what is not there: correct the link$/)
      assert.match(yield* message("round"), /round is a link that leads to itself: correct the link$/)
    }).pipe(Effect.scoped, Effect.provide(surroundings))
  )

  it.live("says what is not there", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* find([], "~"), Result.fail("~ has no pictures in it"))
      assert.deepEqual(yield* find([], "~/x.jpg"), Result.fail("~/x.jpg does not exist: check the path"))
      assert.deepEqual(yield* find([], ""), Result.fail("An empty text names no pictures"))
      const long = yield* find([], `~/${"x".repeat(300)}.jpg`)
      assert.match(Result.getOrThrow(Result.flip(long)), /has a name that is too long/)
      assert.match(Result.getOrThrow(Result.flip(yield* find(files, "~/*.gif"))), /matches no file/)
    })
  )
})
