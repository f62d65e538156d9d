/**
 * Pictures in storage that speaks S3, as people mean it: `s3://bucket/cat.jpg` is one object, all else a prefix, below which
 * the same is passed over as in a folder. Keys are handed on page by page, so that there may be any number.
 */
import { Effect, Stream } from "effect"
import type { ImageReference } from "../../domain/ImageReference.ts"
import { addressOf, parse, type StoredObject } from "../../domain/StoredObject.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { ObjectStorage } from "../../services/ObjectStorage.ts"
import { NoImages } from "./NoImages.ts"
import * as PictureNames from "./PictureNames.ts"

export interface StoredPicture {
  readonly object: StoredObject
  readonly reference: ImageReference
}

/** The pictures that the address names. Whether a single one is there is not looked at. */
export const find = (address: string): Stream.Stream<StoredPicture, ImageSourceError | NoImages, ObjectStorage> => {
  const place = parse(address)
  if (place === undefined) {
    return Stream.fail(
      new NoImages({ pattern: address, detail: "names no bucket: write s3://bucket/prefix or s3://bucket/key" })
    )
  }
  return isObject(place) ? Stream.make(pictureOf(place)) : below(address, place)
}

/** Whether the pictures that one address names are among those of the other. */
export const covers = (address: string, key: StoredObject): boolean => {
  const place = parse(address)
  if (place === undefined || place.bucket !== key.bucket) return false
  return isObject(place) ? place.key === key.key : key.key.startsWith(place.key)
}

const isObject = ({ key }: StoredObject): boolean => PictureNames.otherThanPicture(lastOf(key)) === undefined

const below = (address: string, prefix: StoredObject) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const storage = yield* ObjectStorage
      const skipped = new Map<string, number>()
      let found = 0
      const judge = (key: string): ReadonlyArray<StoredPicture> => {
        const other = passedOver(prefix.key, key)
        if (other === undefined) {
          found++
          return [pictureOf({ bucket: prefix.bucket, key })]
        }
        if (other !== hidden) skipped.set(other, (skipped.get(other) ?? 0) + 1)
        return []
      }
      const told = Effect.suspend(() => {
        const passed = PictureNames.summary(skipped)
        if (found === 0) {
          const why = skipped.size > 0 ? ` (${passed})` : ": check bucket and prefix"
          return Effect.fail(new NoImages({ pattern: address, detail: `has no pictures below it${why}` }))
        }
        return skipped.size > 0 ? Effect.logInfo(`${address}: ${passed}`) : Effect.void
      })
      return storage
        .list(prefix)
        .pipe(Stream.map(judge), Stream.flattenIterable, Stream.concat(Stream.fromEffectDrain(told)))
    })
  )

const hidden = "hidden"

/** Why an object below the prefix is passed over; nothing when it is a picture. */
const passedOver = (prefix: string, key: string): string | undefined => {
  if (key === prefix && !key.endsWith("/")) return undefined
  // What begins in the middle of the prefix's last name was named by whoever gave it.
  const names = key.slice(prefix.lastIndexOf("/") + 1).split("/")
  const name = names.pop()!
  // Programs that show storage as folders leave empty objects in the place of them.
  if (name === "") return hidden
  if (names.some(PictureNames.isForeign)) return "in folders of other programs"
  return PictureNames.isHidden(name) ? hidden : PictureNames.otherThanPicture(name)
}

const lastOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1)

const pictureOf = (object: StoredObject): StoredPicture => ({
  object,
  reference: { url: addressOf(object), filename: lastOf(object.key) || object.key }
})
