/** Finding pictures: what a user means by a folder, a glob, a file, a URL or a prefix in storage. */
import { Effect, FileSystem, Option, Path, Stream } from "effect"
import { escapePath, glob, isDynamicPattern } from "tinyglobby"
import { type ImageReference, placeOf } from "../../domain/ImageReference.ts"
import * as StoredObject from "../../domain/StoredObject.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import type { ObjectStorage } from "../../services/ObjectStorage.ts"
import { NoImages } from "./NoImages.ts"
import * as PictureFolder from "./PictureFolder.ts"
import * as PictureNames from "./PictureNames.ts"
import * as StoredPictures from "./StoredPictures.ts"

/**
 * The pictures that the patterns name, in order, each once: all pictures in and below a folder, all that match a glob, a
 * file whatever its name, an http(s) URL, what is below a prefix `s3://bucket/prefix`. What is passed over is logged in one
 * line. What is listed from storage takes no more memory when it is more.
 */
export const find = (
  patterns: ReadonlyArray<string>
): Stream.Stream<ImageReference, NoImages | ImageSourceError, FileSystem.FileSystem | Path.Path | ObjectStorage> =>
  Stream.suspend(() => {
    const seen = new Set<string>()
    const isFirst = (reference: ImageReference) => {
      const place = placeOf(reference)
      return !seen.has(place) && (seen.add(place), true)
    }
    return Stream.fromIterable(patterns.entries()).pipe(
      Stream.flatMap(([index, pattern]): ReturnType<typeof find> => {
        if (!StoredObject.isAddress(pattern)) return Stream.filter(Stream.fromIterableEffect(expand(pattern)), isFirst)
        const earlier = patterns.slice(0, index)
        return Stream.filter(StoredPictures.find(pattern), ({ object }) =>
          earlier.every((address) => !StoredPictures.covers(address, object))
        ).pipe(Stream.map(({ reference }) => reference))
      })
    )
  })

const expand = Effect.fnUntraced(function* (pattern: string) {
  if (isUrl(pattern)) return [yield* ofUrl(pattern)]
  const path = yield* Path.Path
  const type = yield* typeOf(pattern)
  if (type === "Directory") return (yield* inFolder(pattern)).map((file) => ofPath(path, file))
  if (type !== undefined) return [ofPath(path, path.resolve(pattern))]
  const [folder, rest] = yield* literalPart(pattern)
  if (isDynamicPattern(rest)) return (yield* matching(pattern, folder, rest)).map((file) => ofPath(path, file))
  return yield* new NoImages({ pattern, detail: "does not exist: check the path" })
})

const typeOf = (place: string) =>
  Effect.map(
    Effect.option(FileSystem.FileSystem.use((fs) => fs.stat(place))),
    (info) => Option.getOrUndefined(info)?.type
  )

const inFolder = Effect.fnUntraced(function* (pattern: string) {
  const path = yield* Path.Path
  const { files, skipped } = yield* Effect.tryPromise({
    try: () => PictureFolder.walk(path.resolve(pattern)),
    catch: (cause) => new NoImages({ pattern, detail: `cannot be read: ${(cause as Error).message}` })
  })
  const passedOver = PictureNames.summary(skipped)
  if (files.length === 0) {
    return yield* new NoImages({
      pattern,
      detail: `has no pictures in it${skipped.size > 0 ? ` (${passedOver})` : ""}`
    })
  }
  if (skipped.size > 0) yield* Effect.logInfo(`${pattern}: ${passedOver}`)
  return files
})

/** The folder a pattern starts in, as far as there is one of that very name, and the rest: brackets may be part of a name. */
const literalPart = Effect.fnUntraced(function* (pattern: string) {
  const path = yield* Path.Path
  const parts = pattern.split(/[/\\]/)
  let folder = path.isAbsolute(pattern) ? path.parse(path.resolve(pattern)).root : "."
  let done = 0
  while (done < parts.length - 1) {
    const next = path.join(folder, parts[done]!)
    if ((yield* typeOf(next)) !== "Directory") break
    folder = next
    done++
  }
  return [path.resolve(folder), parts.slice(done).join("/")] as const
})

const matching = Effect.fnUntraced(function* (pattern: string, folder: string, rest: string) {
  const files = yield* Effect.tryPromise({
    try: () =>
      glob(rest, {
        cwd: folder,
        absolute: true,
        caseSensitiveMatch: false,
        expandDirectories: false,
        ignore: PictureNames.foreignFolders.map((name) => `**/${escapePath(name)}/**`)
      }),
    catch: (cause) => new NoImages({ pattern, detail: `cannot be searched: ${(cause as Error).message}` })
  })
  return files.length > 0
    ? files.sort()
    : yield* new NoImages({ pattern, detail: "matches no file: quote it, and check the folder it starts in" })
})

const isUrl = (pattern: string): boolean => /^https?:\/\//i.test(pattern)

const ofUrl = (url: string): Effect.Effect<ImageReference, NoImages> =>
  URL.canParse(url)
    ? Effect.succeed({
        url,
        filename: new URL(url).pathname.split("/").at(-1) || new URL(url).hostname
      })
    : Effect.fail(new NoImages({ pattern: url, detail: "is not a URL: check its spelling" }))

const ofPath = (path: Path.Path, file: string): ImageReference => ({ path: file, filename: path.basename(file) })
