/**
 * The real library loads tiny models from a server that has the layout of a model hub. The library itself comes from the
 * package registry; no hub is asked.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import * as ServiceCatalog from "#domain/ServiceCatalog"
import * as Farm from "#farm/models/Farm"
import * as HubModels from "#farm/models/hub/HubModels"
import * as Models from "#farm/models/Models"
import * as Packages from "#farm/models/Packages"
import type { Picture } from "#farm/models/vision/Picture"
import * as TinyModels from "../../../support/TinyModels.ts"

const program = new URL("../../../../dist/programs/thread.js", import.meta.url)
const data = mkdtempSync(join(tmpdir(), "windmill-hub-"))
const models = join(data, "models")
const names = Object.keys(Models.hubServices) as ReadonlyArray<Models.HubServiceName>

/** Packages of the registry, each fetched once. */
const packed = new Map<string, Promise<Buffer>>()
const fetchPackage = (name: string): Promise<Buffer> => {
  const known = packed.get(name) ?? Packages.pack(name)
  packed.set(name, known)
  return known
}

beforeAll(async () => {
  const hub = await TinyModels.serve()
  for (const name of names) await HubModels.add(name, models, { fetchPackage, hub: hub.url })
  await hub.close()
}, 120_000)

afterAll(() => rmSync(data, { recursive: true, force: true }))

/** A picture of one color, which is a copy at half the size of its file. */
const plain = (...color: readonly [number, number, number]): Picture => ({
  data: new Uint8Array(Array.from({ length: 20 * 10 }, () => color).flat()),
  width: 20,
  height: 10,
  full: { width: 40, height: 20 }
})

const failure = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return ""
  } catch (problem) {
    return (problem as Error).message
  }
}

describe("a model that was added", () => {
  it("answers without a hub: captions", async () => {
    const observe = await HubModels.open("captions", models)
    assert.deepStrictEqual(await observe(plain(200, 0, 0)), [
      { text: "a dog", emoji_mappings: [{ word: "dog", emoji: "🐶" }] }
    ])
  })

  it("answers without a hub: clip, by the words of the vocabulary", async () => {
    const observe = await HubModels.open("clip", models)
    const [red] = await observe(plain(200, 0, 0))
    const [green] = await observe(plain(0, 200, 0))
    assert.deepStrictEqual([red?.["label"], green?.["label"]], ["dog", "broccoli"])
  })

  it("answers without a hub: imagenet, by the first of a class's names", async () => {
    const observe = await HubModels.open("imagenet", models)
    assert.deepStrictEqual(await observe(plain(0, 255, 0)), [{ label: "broccoli", confidence: 1, emoji: "🥦" }])
  })

  it("answers without a hub: rtdetr, in pixels of the file, the last class and every likelihood alike", async () => {
    const observe = await HubModels.open("rtdetr", models)
    assert.deepStrictEqual(await observe(plain(1, 2, 3)), [
      { label: "dog", confidence: 0.982, bbox: { x: 10, y: 5, width: 20, height: 10 }, emoji: "🐶" },
      { label: "toothbrush", confidence: 0.731, bbox: { x: 0, y: 10, width: 20, height: 10 }, emoji: "🪥" }
    ])
  })

  it.live(
    "answers in a thread of the farm, with its name and license",
    Effect.fnUntraced(function* () {
      const catalog = Farm.anyPorts.filter(({ id }) => id === "rtdetr" || id === "clip")
      const farm = yield* Farm.make({ catalog, data, program, threads: 1 })
      assert.deepStrictEqual(farm.absent, [])
      const body = yield* Effect.promise(() =>
        sharp({ create: { width: 40, height: 20, channels: 3, background: "#f00" } })
          .png()
          .toBuffer()
      )
      for (const [id, label, license] of [
        ["rtdetr", "dog", "Apache-2.0"],
        ["clip", "dog", "MIT"]
      ] as const) {
        const url = ServiceCatalog.analyzeUrl(ServiceCatalog.find(farm.catalog, id)!)
        const headers = { "content-type": "image/png" }
        const json = yield* Effect.promise(async () =>
          (await fetch(url, { method: "POST", headers, body: Buffer.from(body) })).json()
        )
        const { repository, revision } = Models.hubServices[id]
        assert.nestedPropertyVal(json, "predictions[0].label", label)
        assert.nestedPropertyVal(json, "metadata.model_info.license", license)
        assert.nestedPropertyVal(json, "metadata.model_info.version", `${repository}@${revision.slice(0, 7)}`)
      }
    }, Effect.scoped),
    60_000
  )

  it("is missed, or found to be damaged, with the remedy", async () => {
    assert.strictEqual(
      await failure(() => HubModels.examine("clip", data)),
      "run npx windmill models add clip to have it."
    )
    const { repository } = Models.hubServices.imagenet
    const weights = join(models, "hub", repository, "onnx", "model_quantized.onnx")
    truncateSync(weights, 10)
    assert.strictEqual(
      await failure(() => HubModels.open("imagenet", models)),
      "onnx/model_quantized.onnx is missing or damaged: run npx windmill models add imagenet again."
    )
    const hub = await TinyModels.serve()
    await HubModels.add("imagenet", models, { hub: hub.url }).finally(hub.close)
    await HubModels.open("imagenet", models)
  })

  it("is said to be damaged when it has its length and cannot be loaded", async () => {
    const { repository } = Models.hubServices.rtdetr
    const weights = join(models, "hub", repository, "onnx", "model.onnx")
    writeFileSync(weights, Buffer.alloc((TinyModels.files.rtdetr["onnx/model.onnx"] as Uint8Array).length, 7))
    assert.match(
      await failure(() => HubModels.open("rtdetr", models)),
      /^The model rtdetr cannot be loaded \(.+\): run npx windmill models add rtdetr again\.$/
    )
  })
})

describe("a model that cannot be added", () => {
  it("leaves nothing behind and says that the hub is not reached", async () => {
    const hub = await TinyModels.serve()
    await hub.close()
    const folder = join(data, "unreached")
    const said = await failure(() => HubModels.add("clip", folder, { fetchPackage, hub: hub.url }))
    assert.match(
      said,
      /cannot be reached \(ECONNREFUSED\): check the network, name a mirror in HF_ENDPOINT, or copy .+\.$/
    )
    assert.deepStrictEqual(readdirSync(join(folder, "hub")), ["transformers-4.3.1"])
  })

  it("is not on the hub", async () => {
    const hub = await TinyModels.serve()
    const said = await failure(() =>
      HubModels.add("clip", join(data, "unreached"), { hub: `${hub.url}/elsewhere` })
    ).finally(hub.close)
    assert.match(said, /has no Xenova\/clip-vit-base-patch32 at 4c1807b, or does not give it to everyone/)
  })

  it("is another kind of model than the service says", async () => {
    const hub = await TinyModels.serve({ "rtdetr/config.json": { model_type: "detr" } })
    const said = await failure(() => HubModels.add("rtdetr", models, { hub: hub.url })).finally(hub.close)
    assert.include(said, "onnx-community/rtdetr_r18vd is a model of type detr, not rt_detr")
  })

  it("does not fit on the disk", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
    assert.strictEqual(
      HubModels.explain("clip", "/data/models", "https://hub", full),
      "The disk of /data/models/hub is full: free 157 MB, or name another folder with --data, and add clip again."
    )
  })

  it("needs a package that the registry does not give", async () => {
    const other = async () => Buffer.from("")
    assert.match(
      await failure(() => HubModels.add("clip", join(data, "new"), { fetchPackage: other })),
      /^@huggingface\/tokenizers@0\.2\.0 is not what it was when it was chosen/
    )
  })
})
