import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Option, Path, Schema } from "effect"
import exifReader from "exif-reader"
import sharp from "sharp"
import * as SampleScenes from "../../src/domain/simulation/SampleScenes.ts"
import { SceneJson } from "../../src/domain/simulation/Scene.ts"
import * as Pictures from "../../src/layers/farm/Pictures.ts"
import * as SharpSamples from "../../src/layers/SharpSamples.ts"

const temporary = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.makeTempDirectoryScoped()
})

const describeFile = (path: string) => Effect.promise(() => sharp(path).metadata())

const modified = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return Option.map((yield* fs.stat(path)).mtime, (time) => time.getTime())
})

it.layer(NodeServices.layer)("writeSamples", (it) => {
  it.effect("writes pictures of the scene's size that carry the scene", () =>
    Effect.gen(function* () {
      const paths = yield* SharpSamples.writeSamples(yield* temporary, { limit: 12 })
      assert.strictEqual(paths.length, 12)
      for (const [position, path] of paths.entries()) {
        const scene = SampleScenes.at(position)
        const { exif, format, height, width } = yield* describeFile(path)
        assert.deepEqual({ format, height, width }, { format: "jpeg", height: scene.height, width: scene.width })
        const description = exif && exifReader(exif).Image?.ImageDescription
        assert.deepEqual(Schema.decodeUnknownSync(SceneJson)(description), scene)
      }
    })
  )

  it.effect("leaves files alone that are up to date, and replaces others", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* temporary
      const [first, second, third] = yield* SharpSamples.writeSamples(directory, { limit: 3 })
      assert(first !== undefined && second !== undefined && third !== undefined)
      const before = yield* modified(first)
      const contents = yield* fs.readFile(second)
      yield* fs.writeFileString(second, "not a picture")
      yield* fs.remove(third)
      assert.deepEqual(yield* SharpSamples.writeSamples(directory, { limit: 3 }), [first, second, third])
      assert.deepEqual(yield* modified(first), before)
      assert.deepEqual(yield* fs.readFile(second), contents)
      assert.isTrue(yield* fs.exists(third))
      assert.deepEqual((yield* fs.readDirectory(directory)).length, 3)
    })
  )

  it.effect("names the folder it cannot write to", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const file = path.join(yield* temporary, "file")
      yield* fs.writeFileString(file, "")
      const error = yield* Effect.flip(SharpSamples.writeSamples(file))
      assert.strictEqual(error.directory, file)
      assert.include(error.message, file)
    })
  )
})

describe("render", () => {
  it.live("keeps text that is not ASCII", () =>
    Effect.gen(function* () {
      const scene = { ...SampleScenes.at(10), caption: "a lake in the Höhe 🏔" }
      const picture = yield* Pictures.make().read(yield* SharpSamples.render(scene))
      assert.deepEqual(
        Option.map(picture.view, ({ scene }) => scene.caption),
        Option.some(scene.caption)
      )
    })
  )
})
