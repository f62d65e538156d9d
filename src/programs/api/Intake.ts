/**
 * Taking pictures in, from a form or from the web: kept by their hash, and looked at before anybody is asked about them.
 *
 * Workers are given the address of the kept picture at this API, or its path when all of them run on this machine.
 */
import { Effect, Option, Schema, Semaphore, type Stream } from "effect"
import { HttpServer } from "effect/http"
import * as NodeOs from "node:os"
import { ContentHash } from "../../domain/Identifiers.ts"
import { type ImageReference, pathOf } from "../../domain/ImageReference.ts"
import { ContentStore } from "../../services/ContentStore.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../services/ImageSource.ts"
import { WebPictures } from "../../services/WebPictures.ts"
import { ApiSettings } from "./ApiSettings.ts"

/** Takes pictures in and lets them go. To be made once for all who do. */
export const make = Effect.gen(function* () {
  const settings = yield* ApiSettings
  const contents = yield* ContentStore
  const source = yield* ImageSource
  const web = yield* WebPictures
  const server = yield* HttpServer.HttpServer
  const base = `${Option.getOrElse(settings.publicUrl, () => ownUrl(server.address))}/images/content/`
  // One picture is either becoming an image or being discarded.
  const turn = yield* Semaphore.make(1)

  const locate = (hash: ContentHash) =>
    Effect.flatMap(
      contents.find(hash),
      Option.match({
        onNone: () =>
          Effect.fail(
            new ImageSourceError({
              reason: new Unusable({ image: hash, detail: "was deleted meanwhile: send it again" })
            })
          ),
        onSome: (path) => Effect.succeed(path)
      })
    )

  const hashOf = (reference: ImageReference): Option.Option<ContentHash> => {
    const place = pathOf(reference) ?? reference.url ?? ""
    const isKept = settings.sharesFiles || place.startsWith(base)
    return isKept ? decodeHash(place.slice(-64)) : Option.none()
  }

  /** Keeps a picture. Fails, and keeps nothing, when it is none that services read. */
  const keep = Effect.fn("Intake.keep")(function* <E>(name: string, bytes: Stream.Stream<Uint8Array, E>) {
    const filename = nameOf(name)
    const hash = yield* contents.put(bytes)
    const path = yield* locate(hash)
    yield* source.load({ filename, path }).pipe(Effect.tapError(() => Effect.ignore(contents.remove(hash))))
    return settings.sharesFiles ? { filename, path } : { filename, url: `${base}${hash}` }
  })

  return {
    keep,
    /** Keeps the picture at an address of the public internet. */
    fetch: (url: string) => keep(new URL(url).pathname, web.fetch(url)),
    /** Runs what makes a kept picture an image; it is not discarded meanwhile. */
    commit: <A, E, R>(reference: ImageReference, submit: Effect.Effect<A, E, R>) =>
      turn.withPermits(1)(
        Effect.andThen(
          Option.match(hashOf(reference), {
            onNone: () => Effect.void,
            onSome: (hash) => Effect.asVoid(locate(hash))
          }),
          submit
        )
      ),
    /** Forgets an image by `remove`, then the picture it referred to, if that was kept here. */
    discard: <A, E, R>(remove: Effect.Effect<readonly [A, Option.Option<ImageReference>], E, R>) =>
      turn.withPermits(1)(
        Effect.gen(function* () {
          const [result, reference] = yield* remove
          const hash = Option.flatMap(reference, hashOf)
          if (Option.isSome(hash)) yield* contents.remove(hash.value)
          return result
        })
      )
  }
})

export type Intake = Effect.Success<typeof make>

const decodeHash = Schema.decodeOption(ContentHash)

/** The address this process listens on, as others would call it. */
const ownUrl = (address: HttpServer.HttpServer["Service"]["address"]): string =>
  HttpServer.formatAddress(address).replace(/\/\/(0\.0\.0\.0|\[::\])(?=:|$)/, `//${NodeOs.hostname()}`)

/** A name for display: the last part of a path, without what could be mistaken for anything but text. */
const nameOf = (path: string): string => {
  const last = path.split(/[/\\]/).at(-1) ?? ""
  return last.replace(/\p{C}/gu, "").slice(-200) || "picture"
}
