/**
 * Pictures in folders as they appear: those that are there, and then each that comes or changes, when it is whole.
 *
 * The folders are watched before they are walked, so nothing is missed in between; a picture may be told twice.
 */
import { Cause, Duration, Effect, Option, Queue, Stream } from "effect"
import { watch as watchFolders } from "chokidar"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import type { ImageReference } from "../../domain/ImageReference.ts"
import { NoImages } from "./NoImages.ts"
import * as PictureFolder from "./PictureFolder.ts"
import * as PictureNames from "./PictureNames.ts"

export interface Options {
  /** How often to look, where the system does not tell of changes, as of shares on another machine. */
  readonly poll: Option.Option<Duration.Duration>
}

/** A picture whose size and time have not changed for so long is whole. Milliseconds. */
const quiet = 2000

/** Pictures until the stream is interrupted. Fails when a folder is none, or cannot be watched. */
export const watch = (folders: ReadonlyArray<string>, { poll }: Options): Stream.Stream<ImageReference, NoImages> =>
  Stream.callback<string, NoImages>(
    Effect.fnUntraced(function* (queue) {
      const roots = folders.map((folder) => NodePath.resolve(folder))
      yield* Effect.forEach(roots, mustBeFolder, { discard: true })
      yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof watchFolders>, NoImages>((resume) => {
          const watcher = watchFolders(roots, {
            ignoreInitial: true,
            ignored: (path, stats) => isForeign(roots, path, stats),
            awaitWriteFinish: { stabilityThreshold: quiet, pollInterval: quiet / 4 },
            ...Option.match(poll, {
              onNone: () => ({}),
              onSome: (every) => ({ usePolling: true, interval: Duration.toMillis(every) })
            })
          })
          const told = (path: string) => void Queue.offerUnsafe(queue, path)
          watcher.on("add", told).on("change", told)
          watcher.on("error", (cause) => {
            const problem = unwatchable(roots.join(", "), cause as NodeJS.ErrnoException)
            Queue.failCauseUnsafe(queue, Cause.fail(problem))
            resume(Effect.fail(problem))
          })
          watcher.on("ready", () => resume(Effect.succeed(watcher)))
        }),
        (watcher) => Effect.promise(() => watcher.close())
      )
      for (const root of roots) {
        const { files, skipped } = yield* Effect.tryPromise({
          try: () => PictureFolder.walk(root),
          catch: (cause) => unwatchable(root, cause as NodeJS.ErrnoException)
        })
        if (skipped.size > 0) yield* Effect.logInfo(`${root}: ${PictureNames.summary(skipped)}`)
        yield* Queue.offerAll(queue, files)
      }
    }),
    { bufferSize: Number.POSITIVE_INFINITY }
  ).pipe(
    Stream.mapEffect((path) => Effect.map(whole(path), (isThere) => (isThere ? [path] : [])), {
      concurrency: 256,
      unordered: true
    }),
    Stream.flattenIterable,
    Stream.map((path) => ({ path, filename: NodePath.basename(path) }))
  )

const mustBeFolder = (path: string) =>
  Effect.tryPromise({
    try: () => NodeFs.promises.stat(path),
    catch: (cause) => unwatchable(path, cause as NodeJS.ErrnoException)
  }).pipe(
    Effect.filterOrFail(
      (info) => info.isDirectory(),
      () => new NoImages({ pattern: path, detail: "is not a folder: only folders are watched" })
    )
  )

/** Whether a path in one of the folders is passed over, as it is in a walk. */
const isForeign = (roots: ReadonlyArray<string>, path: string, stats: NodeFs.Stats | undefined): boolean => {
  const root = roots.find((root) => path.startsWith(root)) ?? ""
  const names = NodePath.relative(root, path).split(NodePath.sep)
  const name = names.at(-1) ?? ""
  if (name === "") return false
  if (names.slice(0, -1).some(PictureNames.isForeign) || PictureNames.isHidden(name)) return true
  if (stats?.isDirectory() === true) return PictureNames.isForeign(name)
  return stats?.isFile() === true && PictureNames.otherThanPicture(name) !== undefined
}

/** Waits until a file that was written just now is not written to any more. Whether it is still there. */
const whole = (path: string) =>
  Effect.gen(function* () {
    let before = yield* sightOf(path)
    if (before === undefined || Date.now() - before.at > longAgo) return before !== undefined
    while (true) {
      yield* Effect.sleep(quiet)
      const now = yield* sightOf(path)
      if (now === undefined) return false
      if (now.size === before.size && now.at === before.at) return true
      before = now
    }
  })

/** Milliseconds after which a file is taken for whole without another look; clocks of shares may differ. */
const longAgo = 5 * 60_000

const sightOf = (path: string) =>
  Effect.promise(() =>
    NodeFs.promises.stat(path).then(
      ({ ctimeMs, mtimeMs, size }) => ({ size, at: Math.max(ctimeMs, mtimeMs) }),
      () => undefined
    )
  )

const unwatchable = (pattern: string, { code, message }: NodeJS.ErrnoException) => {
  switch (code) {
    case "ENOENT":
      return new NoImages({ pattern, detail: "does not exist: check the path" })
    case "ENOSPC":
    case "EMFILE":
      return new NoImages({
        pattern,
        detail:
          "has more files than the system watches: raise fs.inotify.max_user_watches, or look with --poll 1 minute"
      })
    default:
      return new NoImages({ pattern, detail: `cannot be watched: ${message}` })
  }
}
