/** Files that are whole when they are there. */
import { Effect, FileSystem, PlatformError, Stream } from "effect"

/** Writes a file, which gets its name when all of it is written; until then what was there before stays. */
export const write = Effect.fnUntraced(function* <E, R>(content: Stream.Stream<Uint8Array, E, R>, path: string) {
  const fs = yield* FileSystem.FileSystem
  // Found out before all of it is written.
  if (yield* isFolder(path)) return yield* folderInPlace(path)
  const part = `${path}.part`
  yield* Stream.run(content, fs.sink(part)).pipe(
    Effect.andThen(fs.rename(part, path)),
    Effect.onError(() => Effect.ignore(fs.remove(part)))
  )
})

const isFolder = (path: string) =>
  FileSystem.FileSystem.use((fs) => fs.stat(path)).pipe(
    Effect.map(({ type }) => type === "Directory"),
    Effect.orElseSucceed(() => false)
  )

const folderInPlace = (path: string) =>
  PlatformError.systemError({
    _tag: "BadResource",
    module: "FileSystem",
    method: "rename",
    pathOrDescriptor: path,
    cause: { code: "EISDIR" }
  })
