/**
 * Packages of which only some files are kept.
 *
 * A package is fetched as it was published, whole and with the integrity that is written with its name; nothing of it is
 * installed.
 */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { gunzipSync } from "node:zlib"

/** A file of a package by its path. */
export type Files = (path: string) => Buffer

export interface Package {
  /** In the registry, exactly. */
  readonly package: string
  /** Of the packed package: `sha512-…`. */
  readonly integrity: string
  /** Bytes to fetch. */
  readonly size: number
}

/** A model cannot be added. The message is a sentence with the remedy. */
export class NotAdded extends Error {}

/** The files of a package that is what it was when it was chosen. */
export const fetch = async ({ integrity, package: name }: Package, fetchPackage = pack): Promise<Files> => {
  const packed = await fetchPackage(name)
  if (`sha512-${createHash("sha512").update(packed).digest("base64")}` !== integrity) {
    throw new NotAdded(`${name} is not what it was when it was chosen: nothing of it is used.`)
  }
  return unpack(packed)
}

/** Fetches a packed package from the registry npm is configured for. */
export const pack = async (name: string): Promise<Buffer> => {
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
