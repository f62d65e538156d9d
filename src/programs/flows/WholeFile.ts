/** Files that are whole when they are there. */
import { Effect, FileSystem, Stream } from "effect"

/** Writes a file, which gets its name when all of it is written; until then what was there before stays. */
export const write = Effect.fnUntraced(function* <E, R>(content: Stream.Stream<Uint8Array, E, R>, path: string) {
  const fs = yield* FileSystem.FileSystem
  const part = `${path}.part`
  yield* Stream.run(content, fs.sink(part)).pipe(
    Effect.andThen(fs.rename(part, path)),
    Effect.onError(() => Effect.ignore(fs.remove(part)))
  )
})
