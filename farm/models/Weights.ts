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

/** The folder of an installed package; `undefined` when it is not installed. */
export const folderOf = ({ folder }: WeightPackage): string | undefined =>
  (createRequire(import.meta.url).resolve.paths(folder) ?? [])
    .map((root) => join(root, folder))
    .find((path) => existsSync(join(path, "package.json")))

/** The bytes of a file of a package, as its author published them. */
export const read = async (from: WeightPackage, { path, sha256 }: WeightFile): Promise<Buffer> => {
  const folder = folderOf(from)
  if (folder === undefined) {
    throw new UnusableWeights(`${from.name} is not installed: run npm ci without --omit=optional.`)
  }
  const bytes = await readFile(join(folder, path)).catch(() => Buffer.alloc(0))
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new UnusableWeights(`${from.name}/${path} is damaged: run npm ci to install it anew.`)
  }
  return bytes
}

/** Makes sure that the files of a network are there and whole. */
export const examine = async (source: Source): Promise<void> => {
  const files = source.format === "onnx" ? [source.file] : [source.topology, source.weights]
  for (const file of files) await read(source.package, file)
}

/**
 * The network as ONNX. A graph model is converted, and the result kept in the folder `cache`; that it cannot be kept only
 * costs the same second at the next start.
 */
export const load = async (source: Source, cache: string): Promise<Uint8Array> => {
  if (source.format === "onnx") return read(source.package, source.file)
  const { heads, topology, weights } = source
  const known = createHash("sha256")
    .update(JSON.stringify([conversion, topology, weights, heads]))
    .digest("hex")
  const path = join(cache, `${known.slice(0, 32)}.onnx`)
  const kept = await readFile(path).catch(() => undefined)
  if (kept !== undefined && isWhole(kept)) return kept.subarray(0, -digestLength)
  const model = Result.flatMap(
    GraphModel.decode(
      JSON.parse((await read(source.package, topology)).toString()),
      await read(source.package, weights)
    ),
    (graph) => Conversion.convert(graph, heads)
  )
  if (Result.isFailure(model)) {
    throw new UnusableWeights(`${source.package.name}/${topology.path} cannot be read. ${model.failure}`)
  }
  const bytes = Onnx.encode(model.success)
  await keep(path, cache, bytes).catch(() => undefined)
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
