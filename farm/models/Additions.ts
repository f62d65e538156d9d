/** Models that are fetched on demand: from packages of which only the weights are kept, and from a model hub. */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { runInNewContext } from "node:vm"
import * as HubModels from "./hub/HubModels.ts"
import * as Models from "./Models.ts"
import * as Packages from "./Packages.ts"

export interface Addition extends Packages.Package {
  readonly license: string
  readonly source: string
  /** The weights under the names they are kept by. */
  readonly files: (files: Packages.Files) => Readonly<Record<string, Uint8Array>>
}

/** What a script of a package exports, run where it can reach nothing. */
const exported = (script: Buffer): unknown => {
  const module = { exports: {} as unknown }
  runInNewContext(script.toString(), { module, exports: module.exports }, { timeout: 10_000 })
  return module.exports
}

const mobilenet = "package/dist/models/mobilenet_v2_mid"

/** The models of packages by name. */
const additions: Readonly<Record<string, Addition>> = {
  "nanodet-g": {
    package: "@vladmandic/human@1.8.5",
    integrity: "sha512-kGfKJFmudp1+//+c0tY5+QBjBwdioySiyDXBb0lceIH1IEpBBUMHPB/YY4wkR6n2XMApfzBXnF3OpFpUd5/71g==",
    size: 51_143_388,
    license: "Apache-2.0",
    source: "https://github.com/RangiLyu/nanodet",
    files: (files) => ({
      "nanodet.json": files("package/models/nanodet.json"),
      "nanodet.bin": files("package/models/nanodet.bin")
    })
  },
  nsfw: {
    package: "nsfwjs@4.3.0",
    integrity: "sha512-WTKDte0vp1X97N1h34P79G/hG+sVT3+TnDz9di1WseIJR93v11E4viNX7Vg9WsO6HYoR772Nzq2iM8jo3XBZ+g==",
    size: 25_336_605,
    license: "MIT",
    source: "https://github.com/infinitered/nsfwjs",
    files: (files) => ({
      "nsfw.json": Buffer.from(JSON.stringify(exported(files(`${mobilenet}/model.min.js`)))),
      "nsfw.bin": Buffer.concat(
        [1, 2].map((part) =>
          Buffer.from(String(exported(files(`${mobilenet}/group1-shard${part}of2.min.js`))), "base64")
        )
      )
    })
  }
}

/** What there is to add, as people are told before it is fetched. */
export interface Offer {
  readonly name: string
  readonly from: string
  /** Bytes to fetch. */
  readonly size: number
  readonly license: string
  readonly source: string
}

/** Everything that can be added, packages first. */
export const offers: ReadonlyArray<Offer> = [
  ...Object.entries(additions).map(([name, { license, package: from, size, source }]) => ({
    name,
    from,
    size,
    license,
    source
  })),
  ...Object.entries(Models.hubServices).map(([name, { license, size, source, version }]) => ({
    name,
    from: version,
    size,
    license,
    source
  }))
]

/** The offer of that name. */
export const offer = (name: string): Offer => {
  const found = offers.find((each) => each.name === name)
  if (found === undefined) {
    throw new Packages.NotAdded(`There is no model ${name}. There are ${offers.map((each) => each.name).join(", ")}.`)
  }
  return found
}

/** Fetches a model and keeps it in `models`. */
export const add = async (name: string, models: string, means: HubModels.Means = {}): Promise<void> => {
  offer(name)
  if (Models.isHubService(name)) return HubModels.add(name, models, means)
  const addition = additions[name]!
  const files = addition.files(await Packages.fetch(addition, means.fetchPackage))
  const folder = join(models, name)
  await mkdir(folder, { recursive: true })
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(folder, file), bytes)
}
