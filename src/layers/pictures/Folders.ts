/**
 * Whether a picture cannot be read for a reason of its own, or because the folder is away that it is in: a share that is not
 * mounted, a disk that is gone, a server that does not answer.
 */
import { Effect } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { missing, unreachable } from "./Problems.ts"

/** A folder that is away, and why. */
export interface Away {
  readonly folder: string
  /** Says what is wrong and what to do about it. */
  readonly detail: string
}

/** What is wrong with the picture at `path`, which could not be read for the reason that `code` names. */
export const blame = (path: string, code: string | undefined): Effect.Effect<ImageSourceError> =>
  Effect.promise(async () => {
    // Where a link leads is what may be away.
    const place = await NodeFs.readlink(path).then(
      (target) => NodePath.resolve(NodePath.dirname(path), target),
      () => NodePath.resolve(path)
    )
    const away = await trouble(NodePath.dirname(place))
    if (away !== undefined) return unreachable(path, away.detail, away.folder)
    switch (code) {
      case "ENOENT":
        return missing(path, "does not exist: check the path, which every worker must be able to see")
      case "EACCES":
      case "EPERM":
        return missing(path, "may not be read: give the user that runs windmill read permission")
      default:
        return unreachable(path, code ?? "unknown error")
    }
  })

/**
 * The topmost of the folders on the way to this one, or itself, that is away. A folder with nothing in it is: where a share is
 * mounted there is an empty folder while it is not.
 */
export const trouble = async (folder: string): Promise<Away | undefined> => {
  const { root } = NodePath.parse(folder)
  const names = folder.slice(root.length).split(NodePath.sep).filter(Boolean)
  const way = names.map((_, i) => NodePath.join(root, ...names.slice(0, i + 1)))
  for (const [i, place] of way.entries()) {
    const code = await codeOf(NodeFs.stat(place))
    // Who may not look into the folder above is told so of what is in it.
    if (code === "EACCES" || code === "EPERM")
      return { folder: way[i - 1] ?? root, detail: detailOf(way[i - 1] ?? root, code) }
    if (code !== undefined) return { folder: place, detail: detailOf(place, code) }
  }
  const closed = await codeOf(NodeFs.access(folder, NodeFs.constants.X_OK))
  if (closed !== undefined) return { folder, detail: detailOf(folder, closed) }
  const [code, isEmpty] = await look(folder)
  // What is in a folder may be read by those who may not list it.
  if (code !== undefined && code !== "EACCES" && code !== "EPERM") return { folder, detail: detailOf(folder, code) }
  return isEmpty ? { folder, detail: `${folder} is empty: mount it, or put its pictures back` } : undefined
}

/** Whether nothing is in the folder, or the code of the error with which it cannot be looked into. */
const look = async (folder: string): Promise<readonly [code: string | undefined, isEmpty: boolean]> => {
  try {
    const open = await NodeFs.opendir(folder)
    try {
      return [undefined, (await open.read()) === null]
    } finally {
      await open.close()
    }
  } catch (problem) {
    return [(problem as NodeJS.ErrnoException).code, false]
  }
}

const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (problem: NodeJS.ErrnoException) => problem.code ?? "unknown error"
  )

const detailOf = (folder: string, code: string): string => {
  switch (code) {
    case "ENOENT":
      return `${folder} is missing: mount it, or put it back`
    case "EACCES":
    case "EPERM":
      return `${folder} may not be read: give the user that runs windmill permission`
    case "ESTALE":
    case "ENOTCONN":
      return `${folder} is no longer connected (${code}): mount it again`
    default:
      return `${folder} cannot be read (${code}): check its disk or server`
  }
}
