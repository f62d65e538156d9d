/** Models of a hub on this machine: fetched once on demand, checked, and loaded without a network. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { mkdir, readdir, rm, stat, statfs, writeFile } from "node:fs/promises"
import { join, sep } from "node:path"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Models from "../Models.ts"
import { NotAdded } from "../Packages.ts"
import type { Picture } from "../vision/Picture.ts"
import { adding, UnusableWeights } from "../Weights.ts"
import * as Library from "./Library.ts"
import * as Observers from "./Observers.ts"

/** Answers about a picture. */
export type Observer = (picture: Picture) => Promise<ReadonlyArray<JsonObject>>

/** How a model is fetched. */
export interface Means {
  /** Fetches a packed package by its exact name. */
  readonly fetchPackage?: (name: string) => Promise<Buffer>
  /** The address of the hub. */
  readonly hub?: string
  /** Is told of each file that arrived from the hub. */
  readonly arrived?: (file: string) => void
}

/** What is kept of the hub among the added models. */
const hubIn = (models: string): string => join(models, "hub")
const folderOf = (name: Models.HubServiceName, models: string): string =>
  join(hubIn(models), ...Models.hubServices[name].repository.split("/"))
const listOf = (name: Models.HubServiceName, models: string): string => join(hubIn(models), `${name}.json`)

/** The hub that the usual variable names, or the one all clients ask. */
const defaultHub = (): string => process.env["HF_ENDPOINT"] || "https://huggingface.co/"

/** Bytes that the models that were added will take in memory, about. */
export const sizeOfAdded = (models: string): number =>
  Object.entries(Models.hubServices).reduce(
    (sum, [name, { size }]) => sum + (existsSync(listOf(name as Models.HubServiceName, models)) ? size : 0),
    0
  )

/** Makes sure that a model was added, and that its files are as long as when they were. */
export const examine = (name: Models.HubServiceName, models: string): void => {
  const add = adding(name)
  const list = listOf(name, models)
  if (!existsSync(list)) throw new UnusableWeights(`run ${add} to have it.`)
  const { files, revision } = JSON.parse(readFileSync(list, "utf8")) as List
  if (revision !== Models.hubServices[name].revision) {
    throw new UnusableWeights(`this Windmill answers with another version of it: run ${add} again.`)
  }
  const damaged = Object.entries(files).find(([file, size]) => {
    return statSync(join(folderOf(name, models), file), { throwIfNoEntry: false })?.size !== size
  })
  if (damaged !== undefined || !Library.isThere(hubIn(models))) {
    throw new UnusableWeights(`${damaged?.[0] ?? "the library that loads it"} is missing or damaged: run ${add} again.`)
  }
}

/** What was fetched of a model: the length of each file in bytes. */
interface List {
  readonly revision: string
  readonly files: Readonly<Record<string, number>>
}

/** A model that was added, loaded without a network. */
export const open = async (name: Models.HubServiceName, models: string): Promise<Observer> => {
  examine(name, models)
  const library = await Library.load(hubIn(models))
  return Observers.open[name](library, { folder: folderOf(name, models) }).catch((problem: Error) => {
    throw new UnusableWeights(`The model ${name} cannot be loaded (${firstLine(problem)}): run ${adding(name)} again.`)
  })
}

/**
 * Fetches a model unless it is there and can be loaded, and the library unless it is there. What cannot be loaded, or is another
 * kind of model than the service says, was not added.
 */
export const add = async (
  name: Models.HubServiceName,
  models: string,
  { arrived, fetchPackage, hub = defaultHub() }: Means = {}
): Promise<void> => {
  const isUsable = await open(name, models).then(
    () => true,
    () => false
  )
  if (isUsable) return
  const { revision, size } = Models.hubServices[name]
  const folder = folderOf(name, models)
  await mkdir(hubIn(models), { recursive: true })
  const { bavail, bsize } = await statfs(hubIn(models))
  if (bavail * bsize < size) {
    throw new NotAdded(
      `${hubIn(models)} has room for ${megabytes(bavail * bsize)}, and ${name} needs ${megabytes(size)}: free some, or name another folder with --data.`
    )
  }
  await Library.add(hubIn(models), fetchPackage)
  const library = await Library.load(hubIn(models), { hub: hub.endsWith("/") ? hub : `${hub}/`, revision })
  await rm(listOf(name, models), { force: true })
  await rm(folder, { recursive: true, force: true })
  try {
    await Observers.open[name](library, { folder, ...(arrived !== undefined && { arrived }) })
  } catch (problem) {
    await rm(folder, { recursive: true, force: true })
    throw new NotAdded(explain(name, models, hub, problem as Problem))
  }
  const files = await lengthsIn(folder)
  await writeFile(listOf(name, models), JSON.stringify({ revision, files } satisfies List))
}

/** What the library, the file system and the network fail with. */
type Problem = Error & { readonly code?: string }

/** Why a model cannot be had, and what to do. */
export const explain = (name: Models.HubServiceName, models: string, hub: string, problem: Problem): string => {
  const { repository, revision, size } = Models.hubServices[name]
  if (problem.code === "ENOSPC") {
    return `The disk of ${hubIn(models)} is full: free ${megabytes(size)}, or name another folder with --data, and add ${name} again.`
  }
  if (problem.name === "ModelFileNotFoundError") {
    return `${hub} has no ${repository} at ${revision.slice(0, 7)}, or does not give it to everyone (${firstLine(problem)}): see whether HF_ENDPOINT names the right hub.`
  }
  const cause = (problem.cause as { readonly code?: string } | undefined)?.code
  if (cause !== undefined || problem.message === "fetch failed" || problem.message === "terminated") {
    const detail = cause ?? problem.message
    return `${hub} cannot be reached (${detail}): check the network, name a mirror in HF_ENDPOINT, or copy ${hubIn(models)} from a machine where ${name} was added.`
  }
  return `${name} cannot be used (${firstLine(problem)}): nothing of it is kept; add it again, or from another hub with HF_ENDPOINT.`
}

const firstLine = ({ message }: Error): string => message.split("\n")[0]!.replace(/\.$/, "")

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

/** The length of each file of a folder by its path in it. */
const lengthsIn = async (folder: string): Promise<Readonly<Record<string, number>>> => {
  const paths = (await readdir(folder, { recursive: true })).toSorted()
  const found = await Promise.all(paths.map(async (path) => [path, await stat(join(folder, path))] as const))
  return Object.fromEntries(
    found.flatMap(([path, entry]) => (entry.isFile() ? [[path.replaceAll(sep, "/"), entry.size]] : []))
  )
}
