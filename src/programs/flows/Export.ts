/** Taking images elsewhere: those that meet a filter, each with the size of its picture. */
import { Effect, Ref, Stream } from "effect"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as PictureSize from "../../domain/PictureSize.ts"
import { Archive } from "../../services/Archive.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

export interface Exported {
  readonly record: ImageRecord
  readonly size: PictureSize.PictureSize
}

/**
 * The images, newest first, read while they are taken. The picture itself is looked at where no service has told its size. An
 * image whose picture cannot be read then is left out, and is in `leftOut`.
 */
export const images = Effect.fnUntraced(function* (filter: ImageFilter) {
  const archive = yield* Archive
  const pictures = yield* ImageSource
  const leftOut = yield* Ref.make<ReadonlySet<ImageId>>(new Set())
  const looked = new Map<ImageId, PictureSize.PictureSize>()

  const sizeOf = Effect.fnUntraced(function* (record: ImageRecord) {
    const known = PictureSize.recorded(record.facts) ?? looked.get(record.imageId)
    if (known !== undefined) return known
    const size = yield* pictures.lend(record.reference, ({ height, width }) => Effect.succeed({ width, height }))
    looked.set(record.imageId, size)
    return size
  })

  const exported = (record: ImageRecord) =>
    sizeOf(record).pipe(
      Effect.map((size): ReadonlyArray<Exported> => [{ record, size }]),
      Effect.catch((error) =>
        Effect.gen(function* () {
          // Some formats go through the images twice.
          const isNew = !(yield* Ref.getAndUpdate(leftOut, (ids) => new Set(ids).add(record.imageId))).has(
            record.imageId
          )
          if (isNew) yield* Effect.logWarning(`An image is left out of the export: ${error.message}`)
          return []
        })
      )
    )

  return {
    images: archive.records(filter).pipe(Stream.mapEffect(exported, { concurrency: 8 }), Stream.flattenIterable),
    leftOut: Ref.get(leftOut)
  }
})
