/** What the farm does with what it cannot use, on weights that are really damaged and pictures that are really large. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeFs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import * as ServiceCatalog from "#domain/ServiceCatalog"
import * as Farm from "#farm/models/Farm"

const program = new URL("../../../dist/programs/thread.js", import.meta.url)

const folder = Effect.acquireRelease(
  Effect.sync(() => NodeFs.mkdtempSync(join(tmpdir(), "windmill-models-"))),
  (path) => Effect.sync(() => NodeFs.rmSync(path, { recursive: true, force: true }))
)

describe("the farm of models", () => {
  it.live(
    "leaves out a service whose weights are damaged, says how to mend them, and opens the others",
    Effect.fnUntraced(function* () {
      const data = yield* folder
      NodeFs.mkdirSync(join(data, "models", "nsfw"), { recursive: true })
      NodeFs.writeFileSync(join(data, "models", "nsfw", "nsfw.json"), "{")
      const farm = yield* Farm.make({ data, program, threads: 1 })
      assert.deepStrictEqual(farm.absent, [
        { service: "captions", reason: "run npx windmill models add captions to have it." },
        { service: "clip", reason: "run npx windmill models add clip to have it." },
        { service: "imagenet", reason: "run npx windmill models add imagenet to have it." },
        { service: "nanodet_g", reason: "run npx windmill models add nanodet-g to have it." },
        { service: "nsfw", reason: "nsfwjs@4.3.0/nsfw.json is damaged: run npx windmill models add nsfw again." },
        { service: "rtdetr", reason: "run npx windmill models add rtdetr to have it." }
      ])
      assert.deepStrictEqual(
        farm.catalog.map(({ id }) => id),
        ["centernet", "colors", "face", "metadata", "nanodet", "ocr", "pose"]
      )
    }, Effect.scoped),
    60_000
  )

  it.live(
    "answers about a picture of a hundred megapixels, and anew where what it keeps is damaged",
    Effect.fnUntraced(function* () {
      const data = yield* folder
      const large = yield* Effect.promise(() =>
        sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: "#8ac" } })
          .jpeg()
          .toBuffer()
      )
      const ask = (farm: Farm.Farm, id: string) =>
        Effect.promise(async () => {
          const url = ServiceCatalog.analyzeUrl(ServiceCatalog.find(farm.catalog, id)!)
          const headers = { "content-type": "image/jpeg" }
          const response = await fetch(url, { method: "POST", headers, body: Buffer.from(large) })
          return [response.status, ((await response.json()) as { readonly status: string }).status]
        })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const farm = yield* Farm.make({ data, program, threads: 1 })
          for (const { id } of farm.catalog) assert.deepStrictEqual(yield* ask(farm, id), [200, "success"], id)
        })
      )
      const kept = NodeFs.readdirSync(join(data, "models")).filter((name) => name.endsWith(".onnx"))
      assert.isAbove(kept.length, 0)
      for (const name of kept) NodeFs.truncateSync(join(data, "models", name), 1000)
      const farm = yield* Farm.make({ data, program, threads: 1 })
      assert.deepStrictEqual(yield* ask(farm, "nanodet"), [200, "success"])
    }, Effect.scoped),
    120_000
  )
})
