import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Import from "../../../src/programs/flows/Import.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"

const surroundings = Layer.merge(MemoryResultStore.layer, Layer.succeed(Catalog, ServiceCatalog.standard))

/** Rows as `row_to_json` writes them. */
const rows = (...some: ReadonlyArray<object>) =>
  Stream.fromIterable(
    some.map((row) =>
      Schema.decodeUnknownSync(Import.Row)({
        image_filename: "a.jpg",
        image_path: "/nas/a.jpg",
        image_url: null,
        image_group: "old",
        service: "yolov8",
        status: "success",
        data: { predictions: [] },
        processing_time: 0.25,
        worker_id: "worker_yolov8_box1",
        ...row
      })
    )
  )

describe("Import", () => {
  it.effect("records what services said about images, and who asked them", () =>
    Effect.gen(function* () {
      const imported = yield* Import.rows(
        rows({}, { service: "clip" }, { image_path: null, image_url: "https://pictures/b.jpg", image_filename: null })
      )
      assert.deepStrictEqual(imported, { recorded: 3, known: 0, unusable: 0 })
      const store = yield* ResultStore
      const submitted = yield* store.submit([
        { reference: { filename: "a.jpg", path: "/nas/a.jpg" }, services: [] },
        { reference: { filename: "b.jpg", url: "https://pictures/b.jpg" }, services: [] }
      ])
      assert.deepStrictEqual(
        submitted.map(({ isNew, owed }) => [isNew, owed]),
        [
          [false, []],
          [false, []]
        ]
      )
      const [facts] = yield* store.facts([submitted[0]!.imageId])
      assert.deepStrictEqual(
        facts!.results.map(({ service }) => String(service)),
        ["clip", "yolov8"]
      )
      for (const { outcome } of facts!.results) {
        assert.deepStrictEqual(outcome, { _tag: "Success", data: { predictions: [] }, processingTime: 0.25 })
      }
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("keeps the first of several answers, and changes nothing when run again", () =>
    Effect.gen(function* () {
      const twice = rows({ data: { predictions: ["newest"] } }, { data: { predictions: ["older"] } })
      assert.deepStrictEqual(yield* Import.rows(twice), { recorded: 1, known: 1, unusable: 0 })
      assert.deepStrictEqual(yield* Import.rows(twice), { recorded: 0, known: 2, unusable: 0 })
      const store = yield* ResultStore
      const [image] = yield* store.submit([{ reference: { filename: "a.jpg", path: "/nas/a.jpg" }, services: [] }])
      const [facts] = yield* store.facts([image!.imageId])
      assert.deepInclude(facts!.results[0]!.outcome, { data: { predictions: ["newest"] } })
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("records failures with what is known of them", () =>
    Effect.gen(function* () {
      yield* Import.rows(
        rows({ status: "error", data: null, error_message: "timeout" }, { service: "ocr", status: "failed" })
      )
      const store = yield* ResultStore
      const [image] = yield* store.submit([{ reference: { filename: "a.jpg", path: "/nas/a.jpg" }, services: [] }])
      const [facts] = yield* store.facts([image!.imageId])
      assert.deepStrictEqual(
        facts!.results.map(({ outcome }) => outcome),
        [
          {
            _tag: "Failure",
            class: "refused",
            reason: "the earlier system recorded failed",
            data: { predictions: [] }
          },
          { _tag: "Failure", class: "refused", reason: "timeout" }
        ]
      )
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("counts rows that nothing can be made of", () =>
    Effect.gen(function* () {
      const imported = yield* Import.rows(rows({ image_path: "" }, { service: "snail" }, {}))
      assert.deepStrictEqual(imported, { recorded: 1, known: 0, unusable: 2 })
    }).pipe(Effect.provide(surroundings))
  )
})
