/**
 * The pictures in and below a folder, as people mean it: photos, not what programs keep beside them.
 *
 * Links are followed, and each folder is walked once wherever links lead. What is passed over is counted.
 */
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import * as PictureNames from "./PictureNames.ts"

export interface Found {
  /** Paths, in order. */
  readonly files: ReadonlyArray<string>
  /** How many were passed over, by what they are: `.bmp`, `folders of other programs`, … */
  readonly skipped: ReadonlyMap<string, number>
}

/** Walks the folder, whose path is absolute. Fails when it cannot be read; folders in it that cannot are counted. */
export const walk = async (folder: string): Promise<Found> => {
  const files: Array<string> = []
  const skipped = new Map<string, number>()
  const skip = (what: string) => skipped.set(what, (skipped.get(what) ?? 0) + 1)
  const walked = new Set<string>()

  const enter = async (path: string): Promise<void> => {
    // Links that lead back here would multiply what is in it.
    const place = await NodeFs.promises.realpath(path)
    if (walked.has(place)) return
    walked.add(place)
    const entries = await NodeFs.promises.readdir(path, { withFileTypes: true, encoding: "buffer" })
    for (const entry of entries as unknown as ReadonlyArray<NodeFs.Dirent<Buffer>>) {
      const name = entry.name.toString()
      if (!Buffer.from(name).equals(entry.name)) skip("with a name that is not UTF-8")
      else await take(NodePath.join(path, name), name, entry)
    }
  }

  const take = async (path: string, name: string, entry: NodeFs.Dirent<Buffer>): Promise<void> => {
    const kind = entry.isSymbolicLink() ? await NodeFs.promises.stat(path).catch(() => undefined) : entry
    if (kind === undefined) return void skip("links to nothing")
    if (kind.isDirectory()) {
      if (PictureNames.isForeign(name)) return void skip("folders of other programs")
      return enter(path).catch(() => void skip("folders that cannot be read"))
    }
    if (PictureNames.isHidden(name)) return
    if (!kind.isFile()) return void skip("pipes, sockets or devices")
    const other = PictureNames.otherThanPicture(name)
    if (other === undefined) files.push(path)
    else skip(other)
  }

  await enter(folder)
  return { files: files.sort(), skipped }
}
