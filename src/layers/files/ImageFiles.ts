/** Finding pictures: what a user means by a folder, a glob, a file, a URL or a prefix in storage. */
import { Effect, FileSystem, Option, Path, Stream } from "effect"
import * as NodeFs from "node:fs"
import { escapePath, glob, isDynamicPattern } from "tinyglobby"
import { type ImageReference, placeOf } from "../../domain/ImageReference.ts"
import * as StoredObject from "../../domain/StoredObject.ts"
import * as Web from "../../domain/Web.ts"
import * as Wording from "../../domain/Wording.ts"
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
  if (pattern === "") return yield* new NoImages({ pattern: "An empty text", detail: "names no pictures" })
  const [, kind] = /^([a-z][\w+.-]+):(?:\/|\d+\/|image\/)/i.exec(pattern) ?? []
  return yield* kind === undefined
    ? new NoImages({ pattern, detail: yield* Effect.promise(() => whyNot(pattern)) })
    : new NoImages({
        pattern: Wording.cut(pattern, 100),
        detail: `is not read: write a path, or an address that begins with http://, https:// or s3:// instead of ${kind}:`
      })
})

/** Why there is nothing at a path. */
const whyNot = async (place: string): Promise<string> => {
  const code = await NodeFs.promises.stat(place).catch(({ code }: NodeJS.ErrnoException) => code)
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "may not be looked for: give the user that runs windmill permission to read its folder"
    case "ELOOP":
      return "is a link that leads to itself: correct the link"
    case "ENAMETOOLONG":
      return "has a name that is too long: check the path"
    default: {
      const isLink = await NodeFs.promises.lstat(place).then(
        () => true,
        () => false
      )
      return isLink ? "is a link to what is not there: correct the link" : "does not exist: check the path"
    }
  }
}

const typeOf = (place: string) =>
  Effect.map(
    Effect.option(FileSystem.FileSystem.use((fs) => fs.stat(place))),
    (info) => Option.getOrUndefined(info)?.type
  )

const inFolder = Effect.fnUntraced(function* (pattern: string) {
  const path = yield* Path.Path
  const { files, skipped } = yield* Effect.tryPromise({
    try: () => PictureFolder.walk(path.resolve(pattern)),
    catch: (cause) => {
      const { code, message } = cause as NodeJS.ErrnoException
      const detail =
        code === "EACCES" || code === "EPERM"
          ? "may not be read: give the user that runs windmill permission to read it"
          : `cannot be read: ${message}`
      return new NoImages({ pattern, detail })
    }
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

/** The one spelling of a URL that is fetched, so that one picture is one image. Servers are never sent the fragment. */
const ofUrl = (text: string): Effect.Effect<ImageReference, NoImages> => {
  if (!URL.canParse(text))
    return Effect.fail(new NoImages({ pattern: text, detail: "is not a URL: check its spelling" }))
  const url = new URL(text)
  url.hash = ""
  return Effect.succeed({ url: url.href, filename: Web.nameIn(url) || url.hostname })
}

const ofPath = (path: Path.Path, file: string): ImageReference => ({ path: file, filename: path.basename(file) })
