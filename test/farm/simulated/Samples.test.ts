import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Option, Path } from "effect"
import sharp from "sharp"
import { labels } from "#farm/simulated/CocoLabels"
import * as Contract from "#farm/simulated/Contract"
import * as Perception from "#farm/simulated/Perception"
import * as Samples from "#farm/simulated/Samples"
import { checkPredictions } from "../../support/FarmReplies.ts"
import * as SceneViews from "../../support/SceneViews.ts"

const { samples } = SceneViews

describe("the sample pictures", () => {
  it.live("are 24 files, named by their position and their scene, of the scene's size", () =>
    Effect.gen(function* () {
      const paths = yield* Samples.paths
      assert.deepEqual(
        paths.map((path) => path.slice(path.lastIndexOf("/") + 1)),
        samples.map(({ name }, position) => `${String(position + 1).padStart(2, "0")}-${name}.jpg`)
      )
      assert.strictEqual(paths.length, 24)
      for (const [position, path] of paths.entries()) {
        const { format, height, width } = yield* Effect.promise(() => sharp(path).metadata())
        const scene = samples[position]!
        assert.deepEqual({ format, height, width }, { format: "jpeg", height: scene.height, width: scene.width })
      }
    })
  )

  it("show only concepts of COCO, and keep every object and every text inside the picture", () => {
    for (const { height, objects, texts, width } of samples) {
      for (const { concept, person } of objects) {
        assert.include(labels, concept)
        assert.strictEqual(person !== undefined, concept === "person")
      }
      for (const { box } of [...objects, ...texts]) {
        assert.isTrue(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0)
        assert.isTrue(box.x + box.width <= width && box.y + box.height <= height)
      }
    }
  })

  it("are answered about by every service in the form of its contract", () => {
    for (const service of Contract.services) {
      if (service === "colors" || service === "metadata") continue
      const answers = samples.map((scene) => Perception.predictions(service, SceneViews.whole(scene)))
      for (const answer of answers) checkPredictions(service, answer)
      assert.isAtLeast(new Set(answers.map((answer) => JSON.stringify(answer))).size, 5, service)
    }
  })

  it("are of many places, sizes and shapes", () => {
    assert.isAtLeast(new Set(samples.map(({ setting }) => setting)).size, 15)
    assert.isAtLeast(new Set(samples.map(({ height, width }) => `${width}x${height}`)).size, 10)
    assert.isTrue(
      samples.some(({ height, width }) => height > width) && samples.some(({ height, width }) => width >= 2 * height)
    )
  })

  it("show at least forty concepts", () => {
    assert.isAtLeast(new Set(samples.flatMap(({ objects }) => objects.map(({ concept }) => concept))).size, 40)
  })

  it("have among them an empty one, a crowd, tiny things, text and night", () => {
    assert.isTrue(samples.some(({ objects }) => objects.length === 0))
    assert.isTrue(samples.some(({ objects }) => objects.filter(({ person }) => person !== undefined).length > 30))
    assert.isTrue(samples.some(({ objects }) => objects.some(({ box }) => box.width < 25)))
    assert.isTrue(samples.some(({ texts }) => texts.length > 0))
    assert.isTrue(samples.some(({ light }) => light === "night"))
  })
})

const temporary = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.makeTempDirectoryScoped()
})

const modified = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return Option.map((yield* fs.stat(path)).mtime, (time) => time.getTime())
})

it.layer(NodeServices.layer)("write", (it) => {
  it.effect("copies the samples into the folder, which may be new, all of them or the first", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const originals = yield* Samples.paths
      const directory = path.join(yield* temporary, "new", "folder")
      for (const limit of [12, undefined, 100]) {
        const expected = originals.slice(0, limit).map((original) => path.join(directory, path.basename(original)))
        assert.deepEqual(yield* Samples.write(directory, { limit }), expected)
        assert.deepEqual(
          (yield* fs.readDirectory(directory)).sort().map((name) => path.join(directory, name)),
          expected
        )
      }
      for (const original of originals) {
        const copy = path.join(directory, path.basename(original))
        assert.deepEqual(yield* fs.readFile(copy), yield* fs.readFile(original))
      }
    })
  )

  it.effect("leaves files alone that are up to date, and replaces others", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* temporary
      const [first, second, third] = yield* Samples.write(directory, { limit: 3 })
      assert(first !== undefined && second !== undefined && third !== undefined)
      const before = yield* modified(first)
      const contents = yield* fs.readFile(second)
      yield* fs.writeFileString(second, "not a picture")
      yield* fs.remove(third)
      assert.deepEqual(yield* Samples.write(directory, { limit: 3 }), [first, second, third])
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
      const error = yield* Effect.flip(Samples.write(file))
      assert.strictEqual(error.directory, file)
      assert.include(error.message, file)
    })
  )
})
