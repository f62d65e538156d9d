import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option, Path } from "effect"
import type { Image } from "../../../src/domain/archive/Image.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { prepare, writeFindings } from "../../../src/programs/flows/WriteFindings.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../../src/services/ImageSource.ts"
import { Renderer, RenderError } from "../../../src/services/Renderer.ts"
import { ResultStore, ResultStoreError, StoreUnavailable } from "../../../src/services/ResultStore.ts"
import { Scaler } from "../../../src/services/Scaler.ts"
import { beachFacts, imageOf } from "../../support/Records.ts"
import { imageId, runOf } from "../../support/Runs.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const names = ["fine.jpg", `${"long".repeat(100)}.jpg`, "gone.jpg", "torn.jpg", "full.jpg", "odd.jpg", "last.jpg"]
const images = names.map((name, i) => imageOf(beachFacts, name, i + 1))
const byId = (id: number): Option.Option<Image> => Option.fromUndefinedOr(images[id - 1])

const pictureOf = (filename: string) =>
  sourceImage({ bytes: new TextEncoder().encode(filename), filename, width: 800, height: 600 })

const services = (search: Archive["Service"]["search"] = () => Effect.succeed([])) =>
  Layer.mergeAll(
    Layer.succeed(Catalog, ServiceCatalog.standard),
    Layer.mock(Archive, {
      image: (id) => Effect.succeed(byId(id)),
      timeline: (id) => Effect.succeed(Option.some({ imageId: id, waiting: [], events: [] })),
      search
    }),
    Layer.mock(ResultStore, {
      see: () => Effect.succeed(false),
      reference: (id) => Effect.succeed(Option.map(byId(id), ({ filename }) => ({ filename, path: filename })))
    }),
    Layer.mock(ImageSource, {
      load: ({ filename }) =>
        filename === "gone.jpg"
          ? Effect.fail(new ImageSourceError({ reason: new Unusable({ image: filename, detail: "does not exist" }) }))
          : Effect.succeed(pictureOf(filename))
    }),
    Layer.mock(Renderer, {
      draw: (_, { over }) =>
        over?.filename === "torn.jpg"
          ? Effect.fail(new RenderError({ detail: "the end of the file is missing" }))
          : Effect.succeed(new Uint8Array([1]))
    }),
    Layer.mock(Scaler, {
      scale: (image) =>
        image.filename === "odd.jpg"
          ? Effect.die(new Error("out of memory"))
          : Effect.succeed({ ...image, bytes: new Uint8Array([2]) })
    }),
    NodeServices.layer
  )

const { images: _, places: __, undrawn: ___, ...run } = runOf()

/** A folder to write to, and a page with nothing but room for the data. */
const prepared = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const output = path.join(yield* fs.makeTempDirectoryScoped(), "results")
  yield* prepare(output)
  const page = path.join(output, "page.html")
  yield* fs.writeFileString(page, "<!-- data -->")
  return { output, page, strategy: Strategies.defaultStrategy, lettering: { path: () => "", width: () => 10 } }
})

describe("writeFindings", () => {
  it.effect("leaves out what cannot be drawn of one picture, says why, and writes all the rest", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const options = yield* prepared
      const { output } = options
      // Something is in the way of one overlay.
      yield* fs.makeDirectory(path.join(output, "overlays", "5-full.jpg"))

      const written = yield* writeFindings([...images.map(({ id }) => id), imageId(99)], run, options)

      const undrawn = Object.fromEntries(written.undrawn.map(({ detail, image }) => [image, detail]))
      assert.deepStrictEqual(Object.keys(undrawn), ["gone.jpg", "torn.jpg", "full.jpg", "odd.jpg"])
      assert.strictEqual(undrawn["gone.jpg"], "the picture cannot be read: gone.jpg does not exist")
      assert.match(undrawn["torn.jpg"]!, /^the overlay cannot be drawn: .*the end of the file is missing$/)
      assert.match(undrawn["full.jpg"]!, /^the overlay cannot be drawn: /)
      assert.strictEqual(undrawn["odd.jpg"], "the picture cannot be shown in the report: out of memory")
      assert.lengthOf(written.images, images.length)

      const overlays = yield* fs.readDirectory(path.join(output, "overlays"))
      assert.deepStrictEqual(overlays.map((name) => name.slice(0, 8)).toSorted(), [
        "1-fine.j",
        "2-longlo",
        "5-full.j",
        "6-odd.jp",
        "7-last.j"
      ])
      const report = yield* fs.readFileString(written.places.report!)
      for (const { filename, id } of images) {
        const [, json = "{}"] = new RegExp(`id="image-${id}">([^<]*)<`).exec(report) ?? []
        const shown = JSON.parse(json)
        assert.strictEqual(shown.image.filename, filename)
        const hasPicture = filename !== "gone.jpg" && filename !== "odd.jpg"
        assert.strictEqual(shown.picture?.url, hasPicture ? "data:image/jpeg;base64,Ag==" : undefined)
      }
    }).pipe(Effect.scoped, Effect.provide(services()))
  )

  it.effect("leaves the report of before when the new one cannot be finished", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const options = yield* prepared
      const { output } = options
      yield* fs.writeFileString(path.join(output, "report.html"), "before")
      const failed = yield* Effect.flip(writeFindings([imageId(1)], run, options))
      assert.strictEqual(failed._tag, "ResultStoreError")
      assert.sameMembers([...(yield* fs.readDirectory(output))], ["overlays", "page.html", "report.html"])
      assert.strictEqual(yield* fs.readFileString(path.join(output, "report.html")), "before")
    }).pipe(
      Effect.scoped,
      Effect.provide(
        services(() => Effect.fail(new ResultStoreError({ reason: new StoreUnavailable({ cause: "it is gone" }) })))
      )
    )
  )
})
