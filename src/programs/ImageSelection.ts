/** Which images a program is to work on: pictures that can be found, images listed in a file, or all that are known. */
import { Effect, FileSystem, Option, type Path, type PlatformError, References, Schema, Stream } from "effect"
import { ImageId } from "../domain/Identifiers.ts"
import * as ImageFiles from "../layers/files/ImageFiles.ts"
import type { NoImages } from "../layers/files/NoImages.ts"
import { Archive } from "../services/Archive.ts"
import type { ImageSourceError } from "../services/ImageSource.ts"
import type { ObjectStorage } from "../services/ObjectStorage.ts"
import type { ResultStoreError } from "../services/ResultStore.ts"
import type { Source } from "./flows/Produce.ts"
import { BadSetting } from "./Settings.ts"

export interface SelectionOptions {
  /** Folders, globs, files, URLs or prefixes in storage; none: known images. */
  readonly patterns: ReadonlyArray<string>
  /** A file with ids of known images, one on each line. */
  readonly idsFile: Option.Option<string>
  /** The group of new images, or whose known images are meant. */
  readonly group: Option.Option<string>
  /** At most so many images. */
  readonly limit: Option.Option<number>
}

type Problem = ResultStoreError | ImageSourceError | NoImages | PlatformError.PlatformError | BadSetting

export type Selection = Exclude<
  Source<Problem, Archive | FileSystem.FileSystem | ObjectStorage | Path.Path>,
  { readonly _tag: "Appearing" }
>

/** The images as a stream, which may be read several times. */
export const select = ({ group, idsFile, limit, patterns }: SelectionOptions): Selection => {
  const most = Option.getOrElse(limit, () => Number.POSITIVE_INFINITY)
  return patterns.length > 0
    ? {
        _tag: "Pictures",
        pictures: Stream.take(ImageFiles.find(patterns), most),
        group: Option.getOrUndefined(group)
      }
    : {
        _tag: "Known",
        ids: Option.match(idsFile, {
          onNone: () => Stream.take(known(group), most),
          onSome: (file) => Stream.take(listed(file), most)
        })
      }
}

/** How many images they are. What is passed over is said when they are taken. */
export const count = (selection: Selection) =>
  (selection._tag === "Known" ? Stream.runCount(selection.ids) : Stream.runCount(selection.pictures)).pipe(
    Effect.provideService(References.MinimumLogLevel, "None")
  )

const known = (group: Option.Option<string>) =>
  Stream.unwrap(
    Archive.useSync((archive) =>
      archive.ids(Option.match(group, { onNone: () => ({}), onSome: (group) => ({ group }) }))
    )
  )

const decode = Schema.decodeUnknownOption(Schema.FiniteFromString.pipe(Schema.decodeTo(ImageId)))

/** The images whose ids are in a file, one on each line. */
export const listed = (file: string) =>
  Stream.unwrap(FileSystem.FileSystem.useSync((fs) => fs.stream(file))).pipe(
    Stream.mapError(
      ({ reason }) =>
        new BadSetting({ detail: `--image-ids-file ${file} cannot be read (${reason._tag}): check the path` })
    ),
    Stream.decodeText,
    Stream.splitLines,
    Stream.map((line) => line.trim()),
    Stream.zipWithIndex,
    Stream.filter(([line]) => line !== ""),
    Stream.mapEffect(([line, index]) =>
      Option.match(decode(line), {
        onNone: () =>
          Effect.fail(new BadSetting({ detail: `${file}, line ${index + 1}: "${line}" is not the id of an image` })),
        onSome: Effect.succeed
      })
    )
  )
