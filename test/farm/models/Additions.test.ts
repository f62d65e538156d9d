import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Additions from "#farm/models/Additions"
import * as Models from "#farm/models/Models"
import * as Packages from "#farm/models/Packages"
import * as Weights from "#farm/models/Weights"

const folder = () => mkdtempSync(join(tmpdir(), "windmill-additions-"))

/** A packed package as npm makes it, with those files. */
const packed = (files: Readonly<Record<string, string>>): Buffer => {
  const root = folder()
  mkdirSync(join(root, "package", "models"), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, "package", name), content)
  return execFileSync("tar", ["-czf", "-", "-C", root, "package"])
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => "",
    (problem: Error) => problem.message
  )

describe("unpack", () => {
  it("reads the files of a package, whatever their length", () => {
    const contents = { "a.txt": "", "models/b.txt": "x".repeat(512), "models/c.txt": "y".repeat(1000) }
    const files = Packages.unpack(packed(contents))
    for (const [name, content] of Object.entries(contents)) {
      assert.strictEqual(files(`package/${name}`).toString(), content)
    }
  })

  it("says which file is not there", () => {
    assert.throws(() => Packages.unpack(packed({ "a.txt": "" }))("package/b.txt"), "The package has no package/b.txt.")
  })
})

describe("add", () => {
  it("keeps nothing of a package that is not the one that was chosen", async () => {
    const models = folder()
    const other = async () => packed({ "models/nanodet.json": "{}", "models/nanodet.bin": "" })
    assert.strictEqual(
      await failure(Additions.add("nanodet-g", models, { fetchPackage: other })),
      "@vladmandic/human@1.8.5 is not what it was when it was chosen: nothing of it is used."
    )
    assert.deepStrictEqual(readdirSync(models), [])
  })

  it("knows what there is to add", async () => {
    assert.strictEqual(
      await failure(Additions.add("yolov8", folder())),
      "There is no model yolov8. There are nanodet-g, nsfw, captions, clip, imagenet, rtdetr."
    )
  })
})

describe("a model that was not added", () => {
  it("says how to have it", async () => {
    assert.strictEqual(
      await failure(Weights.load(Models.networks.nsfw, folder())),
      "run npx windmill models add nsfw to have it."
    )
  })

  it("says how to have it again when it is damaged", async () => {
    const models = folder()
    mkdirSync(join(models, "nsfw"))
    assert.strictEqual(
      await failure(Weights.examine(Models.networks.nsfw, models)),
      "nsfwjs@4.3.0/nsfw.json is damaged: run npx windmill models add nsfw again."
    )
  })
})
