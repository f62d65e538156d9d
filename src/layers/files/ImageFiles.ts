/** Finding pictures: what a user means by a folder, a glob, a file or a URL. */
import { Effect, FileSystem, Path, Schema, Stream } from "effect"
import { glob, isDynamicPattern } from "tinyglobby"
import { type ImageReference, pathOf } from "../../domain/ImageReference.ts"

/** Nothing can be found there. */
export class NoImages extends Schema.TaggedError<NoImages>()("NoImages", {
  pattern: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.pattern} ${this.detail}`
  }
}

/** The endings by which pictures are recognized in a folder. */
const endings = ["jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "avif", "heic", "bmp"]

/**
 * The pictures that the patterns name, in order, each once: all pictures in and below a folder, all that match a glob, a
 * file whatever its name, an http(s) URL.
 */
export const find = (
  patterns: ReadonlyArray<string>
): Stream.Stream<ImageReference, NoImages, FileSystem.FileSystem | Path.Path> =>
  Stream.fromIterable(patterns).pipe(
    Stream.mapEffect(expand),
    Stream.flattenIterable,
    Stream.mapAccum(
      () => new Set<string>(),
      (seen, reference) => {
        const place = pathOf(reference) ?? reference.url!
        return [seen, seen.has(place) ? [] : (seen.add(place), [reference])]
      }
    )
  )

const expand = Effect.fnUntraced(function* (pattern: string) {
  if (isUrl(pattern)) return [yield* ofUrl(pattern)]
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const info = yield* fs.stat(pattern).pipe(Effect.option)
  const type = info._tag === "Some" ? info.value.type : undefined
  if (type === "Directory") {
    return yield* matching(pattern, `**/*.{${endings.join(",")}}`, pattern, "has no pictures in it")
  }
  if (type === undefined && isDynamicPattern(pattern)) {
    return yield* matching(
      pattern,
      pattern,
      path.resolve("."),
      "matches no file: quote it, and check the folder it starts in"
    )
  }
  if (type === undefined) return yield* new NoImages({ pattern, detail: "does not exist: check the path" })
  return [ofPath(path, path.resolve(pattern))]
})

const matching = Effect.fnUntraced(function* (pattern: string, within: string, cwd: string, detail: string) {
  const path = yield* Path.Path
  const files = yield* Effect.tryPromise({
    try: () => glob(within, { cwd, absolute: true, caseSensitiveMatch: false, expandDirectories: false }),
    catch: (cause) => new NoImages({ pattern, detail: `cannot be searched: ${(cause as Error).message}` })
  })
  if (files.length === 0) return yield* new NoImages({ pattern, detail })
  return files.sort().map((file) => ofPath(path, file))
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
