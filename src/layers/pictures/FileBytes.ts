/**
 * The bytes of files, of nothing else: opening a pipe or a device would wait for ever, or never end.
 *
 * Only what may wait for a disk or a network goes through Node's thread pool, of which every use costs more than the rest of
 * this: what the open file is, is known by then.
 */
import { Effect } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { span } from "../telemetry/Span.ts"
import * as Folders from "./Folders.ts"
import type { PictureMemory } from "./PictureMemory.ts"
import { tooLarge, unreachable, unusable } from "./Problems.ts"

export interface FileOptions {
  /** Bytes of a file. */
  readonly limit: number
  /** Folders below which files are read, wherever links lead; all when there are none. */
  readonly roots: ReadonlyArray<string>
}

/** The bytes of the file at `path`, in memory from `take`. */
export const read = (path: string, { limit, roots }: FileOptions, take: PictureMemory["take"]) =>
  span("ImageSource.readFile")(
    roots.length === 0
      ? readRegular(path, path, limit, take)
      : below(roots, path).pipe(
          Effect.timeoutOrElse({ duration: timeout, orElse: () => late(path) }),
          Effect.flatMap((place) => readRegular(path, place, limit, take))
        )
  )

/** Milliseconds. A file that is not read by then is on a server that does not answer: reading from it ends when that is back. */
const timeout = 60_000

const late = (path: string) => {
  const folder = NodePath.dirname(path)
  return unreachable(path, `${folder} does not answer: check its disk or server`, folder)
}

/** Not to wait for whoever writes into a pipe, and not to become the terminal of one. */
const flags = NodeFs.constants.O_RDONLY | NodeFs.constants.O_NONBLOCK | NodeFs.constants.O_NOCTTY

const readRegular = (path: string, place: string, limit: number, take: PictureMemory["take"]) =>
  Effect.callback<Buffer<ArrayBuffer>, ImageSourceError>((resume) => {
    let isWanted = true
    const settle = (result: Effect.Effect<Buffer<ArrayBuffer>, ImageSourceError>) => {
      if (!isWanted) return
      isWanted = false
      clearTimeout(timer)
      resume(result)
    }
    const timer = setTimeout(() => settle(late(path)), timeout)
    NodeFs.open(place, flags, (problem, file) => {
      if (problem !== null) return settle(problemOf(path, problem.code))
      const end = (result: Effect.Effect<Buffer<ArrayBuffer>, ImageSourceError>) => {
        try {
          NodeFs.closeSync(file)
        } catch {
          // What was read counts.
        }
        settle(result)
      }
      if (!isWanted) return end(Effect.interrupt)
      let info: NodeFs.Stats
      try {
        info = NodeFs.fstatSync(file)
      } catch (problem) {
        return end(problemOf(path, (problem as NodeJS.ErrnoException).code))
      }
      if (info.isDirectory()) return end(unusable(path, "is a folder: name the pictures in it"))
      if (!info.isFile()) return end(notRegular(path))
      if (info.size > limit) return end(tooLarge(path, { bytes: limit }))
      const bytes = take(info.size)
      const read = (done: number): void =>
        NodeFs.read(file, bytes, done, bytes.length - done, done, (problem, count) => {
          if (problem !== null) return end(problemOf(path, problem.code))
          const now = done + count
          if (count > 0 && now < bytes.length) return read(now)
          end(isStill(file, info) ? Effect.succeed(bytes.subarray(0, now)) : beingWritten(path))
        })
      read(0)
    })
    return Effect.sync(() => settle(Effect.interrupt))
  })

/** Whether nothing was written to an open file since it was looked at. */
const isStill = (file: number, { mtimeMs, size }: NodeFs.Stats): boolean => {
  try {
    const now = NodeFs.fstatSync(file)
    return now.size === size && now.mtimeMs === mtimeMs
  } catch {
    return true
  }
}

const beingWritten = (path: string) => unreachable(path, "it is being written to")

/** Where the path really leads, if that is below one of the folders. */
const below = Effect.fnUntraced(function* (roots: ReadonlyArray<string>, path: string) {
  const place = yield* Effect.catch(realPath(path), ({ code }) => problemOf(path, code))
  const folders = yield* Effect.forEach(roots, (root) => Effect.option(realPath(root)))
  const isBelow = folders.some((folder) => folder._tag === "Some" && place.startsWith(withSeparator(folder.value)))
  return isBelow
    ? place
    : yield* unusable(
        path,
        "is outside the folders that pictures are read from: move it there, or add one to IMAGE_ROOTS"
      )
})

const realPath = (path: string) =>
  Effect.tryPromise({
    try: () => NodeFs.promises.realpath(path),
    catch: (cause) => cause as NodeJS.ErrnoException
  })

const withSeparator = (folder: string): string => (folder.endsWith(NodePath.sep) ? folder : folder + NodePath.sep)

const notRegular = (path: string) => unusable(path, "is a pipe, a socket or a device, not a file: name a picture")

const problemOf = (path: string, code: string | undefined): Effect.Effect<never, ImageSourceError> => {
  switch (code) {
    case "ELOOP":
      return unusable(path, "is a link that leads to itself: correct the link")
    case "ENAMETOOLONG":
      return unusable(path, "has a name that is too long: rename it")
    case "ENOTDIR":
      return unusable(path, "does not exist: what its path names as a folder is a file")
    case "ENXIO":
    case "ENODEV":
      return notRegular(path)
    default:
      return Effect.flip(Folders.blame(path, code))
  }
}
