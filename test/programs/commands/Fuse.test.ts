import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import { Command } from "effect/cli"
import { command } from "../../../src/programs/commands/Fuse.ts"

const run = Command.runWith(command, { version: "test" })

const result = (image_id: number, x: number, score: number) => ({
  image_id,
  category_id: 1,
  bbox: [x, 0, 100, 100],
  score
})

/** A folder with these files, and what `windmill fuse` writes into `fused.json` there. */
const fused = Effect.fnUntraced(function* (
  files: Readonly<Record<string, unknown>>,
  ...options: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped()
  for (const [name, content] of Object.entries(files)) {
    yield* fs.writeFileString(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  }
  const paths = Object.keys(files).map((name) => path.join(folder, name))
  yield* run([...paths, "--output", path.join(folder, "fused.json"), ...options])
  return JSON.parse(yield* fs.readFileString(path.join(folder, "fused.json"))) as ReadonlyArray<Record<string, unknown>>
}, Effect.scoped)

const files = { "yolo.raw.json": [result(1, 0, 0.8), result(2, 0, 0.3)], "detr.json": [result(1, 10, 0.8)] }

describe("windmill fuse", () => {
  it.layer(NodeServices.layer)((it) => {
    it.effect("writes a results file that says where each box comes from", () =>
      Effect.gen(function* () {
        const results = yield* fused(files)
        assert.deepStrictEqual(
          results.map(({ bbox, image_id, status }) => [image_id, bbox, status]),
          [
            [1, [5, 0, 100, 100], "confirmed"],
            [2, [0, 0, 100, 100], "tentative"]
          ]
        )
        assert.deepStrictEqual(results[0]!["members"], [
          { detector: "yolo", index: 0, score: 0.8, bbox: [0, 0, 100, 100] },
          { detector: "detr", index: 0, score: 0.8, bbox: [10, 0, 100, 100] }
        ])
      })
    )

    it.effect("writes nothing but COCO, and confirmed boxes, when told so", () =>
      Effect.gen(function* () {
        const results = yield* fused(files, "--plain", "--confirmed")
        assert.deepStrictEqual(
          results.map((result) => Object.keys(result)),
          [["image_id", "category_id", "bbox", "score"]]
        )
      })
    )

    it.effect("takes a strategy, trust and offsets", () =>
      Effect.gen(function* () {
        const options = ["--harmonization", "nms", "--align", 'detr={"left":0.1}', "--trust", "yolo=0.5"]
        const [first] = yield* fused({ "detr.json": [result(1, 10, 0.8)], "yolo.json": [] }, ...options)
        assert.deepStrictEqual(first!["bbox"], [0, 0, 110.00000000000001, 100])
      })
    )

    it.effect("writes an empty list for nothing", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* fused({ "a.json": "[]", "b.json": " [ ] " }), [])
      })
    )

    it.effect.each([
      [{ "a.json": "[{}]" }, [], /results of a cannot be used: .*a\.json, result 0: .*image_id/],
      [{ "a.json": "[1, 2" }, [], /a\.json, result 0/],
      [{ "a.json": '{"images": []}' }, [], /a\.json, result 0: it is not an array/],
      [{ "a.x.json": [], "a.y.json": [] }, [], /Two files name the detector a/],
      [{ "a.json": [] }, ["--trust", "b=1"], /--trust b=1: expected the name of a detector \(a\)/],
      [{ "a.json": [] }, ["--trust", "a=2"], /--trust a=2/],
      [{ "a.json": [] }, ["--align", 'a={"left":9}'], /--align a=/]
    ] as ReadonlyArray<readonly [Record<string, unknown>, ReadonlyArray<string>, RegExp]>)(
      "says what is wrong: %j %j",
      ([files, options, words]) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(fused(files, ...options))
          assert.match(error.message, words)
        })
    )
  })
})
