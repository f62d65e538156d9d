/**
 * Pictures in a folder, each under the hash of its bytes.
 *
 * A file is written aside and moved to its place when it is whole, so what has a name is complete, and two that store the
 * same picture do not disturb each other. What a process left aside when it was killed is deleted by a later one.
 */
import { Clock, Duration, Effect, FileSystem, Layer, Option, Path, Schema, Stream } from "effect"
import * as NodeCrypto from "node:crypto"
import { ContentHash } from "../../domain/Identifiers.ts"
import { ContentStore, ContentTooLarge, ContentUnavailable } from "../../services/ContentStore.ts"

export interface FileContentStoreOptions {
  /** The folder; made when it is not there. */
  readonly folder: string
  /** Bytes of one picture. */
  readonly maxBytes: number
}

export const layer = ({ folder, maxBytes }: FileContentStoreOptions) =>
  Layer.effect(
    ContentStore,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const incoming = path.join(folder, "incoming")
      yield* fs.makeDirectory(incoming, { recursive: true })
      yield* Effect.ignore(deleteAbandoned(incoming))

      const placeOf = (hash: ContentHash) => path.join(folder, hash.slice(0, 2), hash)

      const put = Effect.fn("ContentStore.put")(function* <E>(bytes: Stream.Stream<Uint8Array, E>) {
        const aside = path.join(incoming, NodeCrypto.randomUUID())
        const hash = NodeCrypto.createHash("sha256")
        let size = 0
        const counted = Stream.mapEffect(bytes, (chunk) => {
          size += chunk.length
          hash.update(chunk)
          return size <= maxBytes ? Effect.succeed(chunk) : Effect.fail(new ContentTooLarge({ limit: maxBytes }))
        })
        const keep = Effect.gen(function* () {
          yield* Stream.run(counted, fs.sink(aside))
          const name = hashOf(hash.digest("hex"))
          yield* fs.makeDirectory(path.dirname(placeOf(name)), { recursive: true })
          yield* fs.rename(aside, placeOf(name))
          return name
        })
        return yield* keep.pipe(
          Effect.onError(() => Effect.ignore(fs.remove(aside, { force: true }))),
          Effect.catchTag("PlatformError", (cause) => Effect.fail(new ContentUnavailable({ cause })))
        )
      })

      const find = Effect.fn("ContentStore.find")((hash: ContentHash) =>
        fs.exists(placeOf(hash)).pipe(
          Effect.map((exists) => (exists ? Option.some(placeOf(hash)) : Option.none())),
          Effect.mapError((cause) => new ContentUnavailable({ cause }))
        )
      )

      const remove = Effect.fn("ContentStore.remove")((hash: ContentHash) =>
        Effect.mapError(fs.remove(placeOf(hash), { force: true }), (cause) => new ContentUnavailable({ cause }))
      )

      return ContentStore.of({ put, find, remove })
    })
  )

/** Deletes what was begun more than an hour ago: nobody is still writing it. */
const deleteAbandoned = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const now = yield* Clock.currentTimeMillis
  for (const name of yield* fs.readDirectory(folder)) {
    const { mtime } = yield* fs.stat(path.join(folder, name))
    const isAbandoned = Option.exists(mtime, (time) => now - time.getTime() > Duration.toMillis("1 hour"))
    if (isAbandoned) yield* fs.remove(path.join(folder, name))
  }
})

const hashOf = Schema.decodeSync(ContentHash)
