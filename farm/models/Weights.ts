/** Weights on this machine: found among the installed packages, checked, and in the form the runtime reads. */
import { createHash } from "node:crypto"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { Result } from "effect"
import type { Source, WeightFile, WeightPackage } from "./Models.ts"
import * as Conversion from "./onnx/Conversion.ts"
import * as GraphModel from "./onnx/GraphModel.ts"
import * as Onnx from "./onnx/Onnx.ts"

/** Weights cannot be used. The message is a sentence with the remedy. */
export class UnusableWeights extends Error {}

/** The folder of a package, where it is installed or in `models`, where it was added; `undefined` when it is not there. */
const folderOf = ({ added, folder }: WeightPackage, models: string): string | undefined =>
  (added ? [models] : (createRequire(import.meta.url).resolve.paths(folder) ?? []))
    .map((root) => join(root, folder))
    .find((path) => existsSync(path))

/** The command that adds a model. */
export const adding = (model: string): string => `npx windmill models add ${model}`

/** The bytes of a file of a package, as its author published them. `models` is the folder of the models that were added. */
export const read = async (from: WeightPackage, { path, sha256 }: WeightFile, models: string): Promise<Buffer> => {
  const folder = folderOf(from, models)
  const add = adding(from.folder)
  if (folder === undefined) {
    throw new UnusableWeights(
      from.added ? `run ${add} to have it.` : `${from.name} is not installed: run npm ci without --omit=optional.`
    )
  }
  const bytes = await readFile(join(folder, path)).catch(() => Buffer.alloc(0))
  if (digestOf(bytes).toString("hex") !== sha256) {
    const remedy = from.added ? `run ${add} again` : "run npm ci to install it anew"
    throw new UnusableWeights(`${from.name}/${path} is damaged: ${remedy}.`)
  }
  return bytes
}

/** Makes sure that the files of a network are there and whole. */
export const examine = async (source: Source, models: string): Promise<void> => {
  const files = source.format === "onnx" ? [source.file] : [source.topology, source.weights]
  for (const file of files) await read(source.package, file, models)
}

/**
 * The network as ONNX. A graph model is converted, and the result kept in the folder `models`; that it cannot be kept only
 * costs the same second at the next start.
 */
export const load = async (source: Source, models: string): Promise<Uint8Array> => {
  if (source.format === "onnx") return read(source.package, source.file, models)
  const { heads, topology, weights } = source
  const known = createHash("sha256")
    .update(JSON.stringify([conversion, topology, weights, heads]))
    .digest("hex")
  const path = join(models, `${known.slice(0, 32)}.onnx`)
  const kept = await readFile(path).catch(() => undefined)
  if (kept !== undefined && isWhole(kept)) return kept.subarray(0, -digestLength)
  const model = Result.flatMap(
    GraphModel.decode(
      JSON.parse((await read(source.package, topology, models)).toString()),
      await read(source.package, weights, models)
    ),
    (graph) => Conversion.convert(graph, heads)
  )
  if (Result.isFailure(model)) {
    throw new UnusableWeights(`${source.package.name}/${topology.path} cannot be read. ${model.failure}`)
  }
  const bytes = Onnx.encode(model.success)
  await keep(path, models, bytes).catch(() => undefined)
  return bytes
}

/** To be raised when conversion gives another result. */
const conversion = 1

const digestLength = 32
const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest()

/** Whether what was kept ends with its own digest. */
const isWhole = (bytes: Buffer): boolean =>
  bytes.length > digestLength && digestOf(bytes.subarray(0, -digestLength)).equals(bytes.subarray(-digestLength))

const keep = async (path: string, folder: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const unfinished = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`
  await writeFile(unfinished, Buffer.concat([bytes, digestOf(bytes)]))
  await rename(unfinished, path)
}
