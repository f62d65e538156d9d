/**
 * Taking pictures in, from a form or from the web: looked at before anybody is asked about them, and kept by their hash as
 * services are to see them.
 *
 * Workers are given the address of the kept picture at this API, or its path when all of them run on this machine. A kept
 * picture and the image that is read from it agree whatever happens in between: what no image refers to is forgotten, right
 * after whatever was to be done with it or, when the process ended before, by a sweep of what is older.
 */
import { Duration, Effect, Option, Schedule, Schema, Stream } from "effect"
import { HttpServer } from "effect/http"
import * as NodeOs from "node:os"
import { ContentHash } from "../../domain/Identifiers.ts"
import { type ImageReference, pathOf } from "../../domain/ImageReference.ts"
import * as StoredObject from "../../domain/StoredObject.ts"
import * as Web from "../../domain/Web.ts"
import { Archive } from "../../services/Archive.ts"
import { ContentStore, type ContentUnavailable } from "../../services/ContentStore.ts"
import { ImageSource, ImageSourceError, Unreachable, Unusable } from "../../services/ImageSource.ts"
import { PictureLinks } from "../../services/PictureLinks.ts"
import { PlaceRefused, WebPictures } from "../../services/WebPictures.ts"
import { ApiSettings } from "./ApiSettings.ts"

/** A picture that is kept as long as the scope is open, and after it if an image refers to it then. */
export interface Received {
  readonly reference: ImageReference
  /** Runs what makes the picture an image. Whoever discards the same picture meanwhile does not take it away. */
  readonly commit: <A, E, R>(submit: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ContentUnavailable, R>
}

/** What is kept for longer and belongs to no image was left by a process that ended. */
const leftAfter = Duration.hours(1)

/** Takes pictures in and lets them go. To be made once for all who do. */
export const make = Effect.gen(function* () {
  const settings = yield* ApiSettings
  const archive = yield* Archive
  const contents = yield* ContentStore
  const source = yield* ImageSource
  const links = yield* PictureLinks
  const web = yield* WebPictures
  const server = yield* HttpServer.HttpServer
  const base = `${Option.getOrElse(settings.publicUrl, () => ownUrl(server.address))}/images/content/`

  const hashOf = (reference: ImageReference): Option.Option<ContentHash> => {
    const place = pathOf(reference) ?? reference.url ?? ""
    const isKept = settings.sharesFiles || place.startsWith(base)
    return isKept ? decodeHash(place.slice(-64)) : Option.none()
  }

  const removeUnused = Effect.fnUntraced(function* (hashes: ReadonlyArray<ContentHash>) {
    const used = yield* archive.refersTo(hashes)
    const unused = hashes.filter((hash) => !used.has(hash))
    const isUsed = (hash: ContentHash) => Effect.map(archive.refersTo([hash]), (used) => used.size > 0)
    yield* Effect.forEach(unused, (hash) => contents.remove(hash, isUsed(hash)), { discard: true })
    return unused.length
  })

  const sweep = contents.putBefore(leftAfter).pipe(
    Stream.grouped(500),
    Stream.mapEffect(removeUnused),
    Stream.runSum,
    Effect.tap((removed) =>
      removed > 0 ? Effect.logInfo(`Pictures that belonged to no image were deleted: ${removed}`) : Effect.void
    ),
    Effect.catch((error) => Effect.logWarning(`Kept pictures cannot be tidied up: ${error.message}`))
  )
  yield* Effect.forkScoped(Effect.repeat(sweep, Schedule.spaced("6 hours")))

  /** Takes in a picture. Fails, and keeps nothing, when it is none that services read. */
  const keep = Effect.fn("Intake.keep")(function* <E>(name: string, bytes: Stream.Stream<Uint8Array, E>) {
    const image = yield* Effect.scoped(
      Effect.flatMap(contents.receive(bytes), (path) => {
        const filename = nameOf(name)
        return Effect.mapError(source.load({ filename, path }), called(filename))
      })
    )
    const { hash, path } = yield* Effect.acquireRelease(contents.put(image.bytes), ({ hash }) =>
      Effect.ignore(removeUnused([hash]))
    )
    const { filename } = image
    const reference: ImageReference = settings.sharesFiles
      ? { filename, path }
      : { filename, url: `${base}${yield* links.keyOf(hash)}/${hash}` }
    const isKept = Effect.map(contents.find(hash), Option.isSome)
    const commit: Received["commit"] = (submit) =>
      Effect.tap(submit, () => Effect.flatMap(isKept, (kept) => (kept ? Effect.void : contents.put(image.bytes))))
    return { reference, commit } satisfies Received
  })

  /** Takes in an object of the storage, which stays where it is: everybody reads it there. */
  const refer = Effect.fn("Intake.refer")(function* (url: string) {
    const object = StoredObject.parse(url)
    const isAllowed = object !== undefined && settings.buckets.some((place) => isBelow(place, object))
    if (!isAllowed) {
      return yield* new PlaceRefused({ url, detail: "only what API_FETCH_BUCKETS allows is read from storage" })
    }
    const reference: ImageReference = { url: StoredObject.addressOf(object), filename: nameOf(object.key) }
    yield* source.load(reference)
    return { reference, commit: (submit) => submit } satisfies Received
  })

  return {
    keep,
    /** Takes in the picture at an address of the public internet, or one that the storage keeps. */
    fetch: (url: string) => (StoredObject.isAddress(url) ? refer(url) : keep(Web.nameIn(new URL(url)), web.fetch(url))),
    /** Forgets a picture that an image was read from, if it is kept here and no image refers to it any more. */
    discard: (reference: ImageReference) =>
      Option.match(hashOf(reference), {
        onNone: () => Effect.void,
        onSome: (hash) => Effect.asVoid(removeUnused([hash]))
      })
  }
})

export type Intake = Effect.Success<typeof make>

/** The failure with the name that the sender knows, which is not where the picture was put meanwhile. */
const called = (image: string) => (error: ImageSourceError) => {
  const { _tag, detail } = error.reason
  return new ImageSourceError({
    reason: _tag === "Unreachable" ? new Unreachable({ image, detail }) : new Unusable({ image, detail })
  })
}

/** Whether an object is in the bucket, or begins with the prefix in it. */
const isBelow = (place: string, { bucket, key }: StoredObject.StoredObject): boolean => {
  const [allowed, ...prefix] = place.split("/")
  // A proxy before the storage may take `..` for the folder above.
  return bucket === allowed && key.startsWith(prefix.join("/")) && !/(?:^|\/)\.\.?(?:\/|$)/.test(key)
}

const decodeHash = Schema.decodeOption(ContentHash)

/** The address this process listens on, as others would call it. */
const ownUrl = (address: HttpServer.HttpServer["Service"]["address"]): string =>
  HttpServer.formatAddress(address).replace(/\/\/(0\.0\.0\.0|\[::\])(?=:|$)/, `//${NodeOs.hostname()}`)

/** A name for display: the last part of a path, without what could be mistaken for anything but text. */
const nameOf = (path: string): string => {
  const last = path.split(/[/\\]/).at(-1) ?? ""
  return last.replace(/\p{C}/gu, "").slice(-200) || "picture"
}
