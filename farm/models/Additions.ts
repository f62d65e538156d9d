/**
 * Models that are fetched on demand, from packages of which only the weights are kept.
 *
 * A package is fetched as it was published, whole and with the integrity that is written here; nothing of it is installed.
 */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { runInNewContext } from "node:vm"
import { gunzipSync } from "node:zlib"

/** A file of a package by its path. */
export type Files = (path: string) => Buffer

export interface Addition {
  /** In the registry, exactly. */
  readonly package: string
  /** Of the packed package: `sha512-…`. */
  readonly integrity: string
  /** Bytes to fetch. */
  readonly size: number
  readonly license: string
  readonly source: string
  /** The weights under the names they are kept by. */
  readonly files: (files: Files) => Readonly<Record<string, Uint8Array>>
}

/** A model cannot be added. The message is a sentence with the remedy. */
export class NotAdded extends Error {}

/** What a script of a package exports, run where it can reach nothing. */
const exported = (script: Buffer): unknown => {
  const module = { exports: {} as unknown }
  runInNewContext(script.toString(), { module, exports: module.exports }, { timeout: 10_000 })
  return module.exports
}

const mobilenet = "package/dist/models/mobilenet_v2_mid"

/** The models by name. */
export const additions: Readonly<Record<string, Addition>> = {
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

/** Fetches a packed package from the registry npm is configured for. */
const pack = async (name: string): Promise<Buffer> => {
  const folder = await mkdtemp(join(tmpdir(), "windmill-pack-"))
  try {
    const { stdout } = await promisify(execFile)("npm", ["pack", name, "--silent", "--pack-destination", folder])
    return await readFile(join(folder, stdout.trim().split("\n").at(-1)!))
  } catch (problem) {
    const detail = (problem as { readonly stderr?: string }).stderr?.trim().split("\n")[0] || (problem as Error).message
    throw new NotAdded(`${name} cannot be fetched (${detail}): check that npm reaches its registry.`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Fetches a model and keeps its weights in a folder of its name in `models`. */
export const add = async (name: string, models: string, fetchPackage = pack): Promise<void> => {
  const addition = additions[name]
  if (addition === undefined) {
    throw new NotAdded(`There is no model ${name}. There are ${Object.keys(additions).join(", ")}.`)
  }
  const packed = await fetchPackage(addition.package)
  if (`sha512-${createHash("sha512").update(packed).digest("base64")}` !== addition.integrity) {
    throw new NotAdded(`${addition.package} is not what it was when it was chosen: nothing of it is used.`)
  }
  const folder = join(models, name)
  await mkdir(folder, { recursive: true })
  for (const [file, bytes] of Object.entries(addition.files(unpack(packed)))) await writeFile(join(folder, file), bytes)
}

/**
 * The files of a packed package.
 *
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html for the header: name, size in octal at 124
 */
export const unpack = (packed: Buffer): Files => {
  const archive = gunzipSync(packed)
  const files = new Map<string, Buffer>()
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const text = (from: number, length: number) =>
      archive.toString("latin1", at + from, at + from + length).replace(/\0.*$/s, "")
    const size = Number.parseInt(text(124, 12), 8)
    files.set(text(0, 100), archive.subarray(at + 512, at + 512 + size))
    at += 512 * (1 + Math.ceil(size / 512))
  }
  return (path) => {
    const file = files.get(path)
    if (file === undefined) throw new NotAdded(`The package has no ${path}.`)
    return file
  }
}
