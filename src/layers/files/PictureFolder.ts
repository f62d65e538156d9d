/**
 * The pictures in and below a folder, as people mean it: photos, not what programs keep beside them.
 *
 * Links are followed, and each folder is walked once wherever links lead. What is passed over is counted.
 */
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"

/** The endings by which pictures are recognized. */
const endings = "jpg jpeg jpe jfif mpo png webp gif tif tiff avif heic heif hif".split(" ")

/** Folders in which file servers and photo programs keep thumbnails, trash and snapshots. Hidden folders are passed over, too. */
export const foreignFolders = [
  "@eaDir",
  "@__thumb",
  "@Recycle",
  "@Recently-Snapshot",
  "@tmp",
  "#recycle",
  "#snapshot",
  "$RECYCLE.BIN",
  "System Volume Information",
  "lost+found",
  "__MACOSX"
]

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
      if (name.startsWith(".") || foreignFolders.includes(name)) return void skip("folders of other programs")
      return enter(path).catch(() => void skip("folders that may not be read"))
    }
    if (name.startsWith(".")) return
    if (!kind.isFile()) return void skip("pipes, sockets or devices")
    const ending = NodePath.extname(name).toLowerCase()
    if (endings.includes(ending.slice(1))) files.push(path)
    else skip(ending === "" ? "without an ending" : ending)
  }

  await enter(folder)
  return { files: files.sort(), skipped }
}

/**
 * What was passed over, in a line.
 *
 * @example
 * summary(new Map([[".txt", 1], [".bmp", 2]])) // => "3 skipped: 2 .bmp, 1 .txt"
 */
export const summary = (skipped: Found["skipped"]): string => {
  const most = [...skipped].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const total = most.reduce((sum, [, count]) => sum + count, 0)
  const listed = most.slice(0, 8).map(([what, count]) => `${count} ${what}`)
  return `${total} skipped: ${[...listed, ...(most.length > 8 ? ["…"] : [])].join(", ")}`
}
