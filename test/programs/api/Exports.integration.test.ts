import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import * as CocoFormat from "../../support/CocoFormat.ts"
import { failed, label, object, said } from "../../support/Facts.ts"

const text = (path: string) =>
  Effect.flatMap(ApiServers.request(path), (response) => Effect.promise(() => response.text()))

layer(ApiServers.layer(), { excludeTestServices: true })("an export", (it) => {
  it.effect("of nothing is valid, too", () =>
    Effect.gen(function* () {
      const coco = JSON.parse(yield* text("/export/coco"))
      assert.deepStrictEqual([coco.images, coco.annotations, coco.categories], [[], [], []])
      assert.strictEqual(yield* text("/export/jsonl"), "")
    })
  )

  it.effect("takes more ids than fit into an address", () =>
    Effect.gen(function* () {
      const id = yield* Archives.done("chosen.jpg", { clip: said(label("cat", 0.9)) })
      const others = Array.from({ length: 50_000 }, (_, i) => 1_000_000 + i)
      const response = yield* ApiServers.request("/export/jsonl", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ids: [id, ...others] })
      })
      const lines = (yield* Effect.promise(() => response.text())).trimEnd().split("\n")
      assert.deepStrictEqual(
        lines.map((line) => JSON.parse(line).filename),
        ["chosen.jpg"]
      )
      const typo = yield* ApiServers.request("/export/jsonl", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ idss: [id] })
      })
      assert.strictEqual(typo.status, 400)
    })
  )

  it.effect("as COCO lists images, confirmed boxes and what they show", () =>
    Effect.gen(function* () {
      const dimensions = said({ dimensions: { width: 640, height: 480 } })
      const first = yield* Archives.done(
        "a.jpg",
        {
          yolov8: said(object("dog", [10, 20, 30, 40], 0.9), object("cat", [200, 20, 30, 40], 0.3)),
          rtdetr: said(object("dog", [10, 20, 30, 40], 0.9)),
          detectron2: said(object("dog", [10, 20, 30, 40], 0.9)),
          metadata: dimensions
        },
        { group: "coco" }
      )
      const second = yield* Archives.done(
        "b.jpg",
        { yolov8: said(object("dog", [1, 2, 3, 4], 0.9)), metadata: dimensions },
        { group: "coco" }
      )
      yield* Archives.done("unread.jpg", { yolov8: said(object("dog", [1, 2, 3, 4], 0.9)) }, { group: "coco" })
      yield* Archives.done("c.jpg", { yolov8: said(object("dog", [1, 2, 3, 4], 0.9)) }, { group: "other" })
      const coco = JSON.parse(yield* text("/export/coco?group=coco"))
      assert.deepStrictEqual(CocoFormat.problems(coco), [])
      const size = { width: 640, height: 480 }
      assert.deepStrictEqual(coco.images, [
        { id: second, file_name: `b_${second}.jpg`, ...size, path: "/pictures/b.jpg" },
        { id: first, file_name: `a_${first}.jpg`, ...size, path: "/pictures/a.jpg" }
      ])
      assert.deepStrictEqual(coco.categories, [{ id: 18, name: "dog", supercategory: "animal" }])
      assert.deepStrictEqual(
        (coco.annotations as ReadonlyArray<Record<string, unknown>>).map(({ area, bbox, image_id }) => [
          image_id,
          bbox,
          area
        ]),
        [
          [second, [1, 2, 3, 4], 12],
          [first, [10, 20, 30, 40], 1200]
        ]
      )
    })
  )

  it.effect.each([
    ["csv", "text/csv; charset=utf-8"],
    ["yolo", "application/zip"],
    ["cvat", "application/xml"],
    ["labelstudio", "application/json"],
    ["fiftyone", "application/zip"]
  ])("as %s is of its media type", ([format, mediaType]) =>
    Effect.gen(function* () {
      const response = yield* ApiServers.request(`/export/${format}?group=coco`)
      assert.deepStrictEqual([response.status, response.headers.get("content-type")], [200, mediaType])
      assert.isAbove((yield* Effect.promise(() => response.arrayBuffer())).byteLength, 100)
    })
  )

  it.effect("as JSON Lines has everything about an image on its line", () =>
    Effect.gen(function* () {
      const id = yield* Archives.done("d.jpg", { clip: said(label("beach\n", 0.9)), ocr: failed() }, { group: "lines" })
      const lines = (yield* text("/export/jsonl?group=lines")).split("\n")
      assert.strictEqual(lines.length, 2)
      assert.strictEqual(lines[1], "")
      const line = JSON.parse(lines[0]!) as Readonly<Record<string, unknown>>
      assert.deepInclude(line, { imageId: id, filename: "d.jpg", path: "/pictures/d.jpg", revision: 2 })
      assert.hasAllKeys(line, [
        "imageId",
        "filename",
        "path",
        "revision",
        "requested",
        "results",
        "crops",
        "boxes",
        "corrections",
        "consensus"
      ])
    })
  )

  it.effect("goes on beyond what is read at once", () =>
    Effect.gen(function* () {
      const ids: Array<ImageId> = []
      for (let i = 0; i < 120; i++) ids.push(yield* Archives.answered(`many-${i}.jpg`, {}, { group: "many" }))
      const lines = (yield* text("/export/jsonl?group=many")).trimEnd().split("\n")
      assert.deepStrictEqual(
        lines.map((line) => (JSON.parse(line) as { readonly imageId: ImageId }).imageId),
        ids.toReversed()
      )
    })
  )
})
