/**
 * Pictures in a folder, each under the hash of its bytes.
 *
 * A file is written aside and moved to its place when it is whole, so what has a name is complete, and two that store the
 * same picture do not disturb each other. What a process left aside when it was killed is deleted by a later one.
 */
import {
  Clock,
  Duration,
  Effect,
  FileSystem,
  Layer,
  Option,
  Path,
  type PlatformError,
  Result,
  Schema,
  Stream
} from "effect"
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
      const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const incoming = path.join(folder, "incoming")
      yield* fs.makeDirectory(incoming, { recursive: true })
      yield* Effect.ignore(deleteAbandoned(incoming))

      const placeOf = (hash: ContentHash) => path.join(folder, hash.slice(0, 2), hash)

      const newFile = Effect.acquireRelease(
        Effect.sync(() => path.join(incoming, NodeCrypto.randomUUID())),
        (aside) => Effect.ignore(fs.remove(aside, { force: true }))
      )

      const receive = Effect.fn("ContentStore.receive")(function* <E>(bytes: Stream.Stream<Uint8Array, E>) {
        const aside = yield* newFile
        let size = 0
        const counted = Stream.mapEffect(bytes, (chunk) => {
          size += chunk.length
          return size <= maxBytes ? Effect.succeed(chunk) : Effect.fail(new ContentTooLarge({ limit: maxBytes }))
        })
        const file = yield* unlessBroken(fs.open(aside, { flag: "wx" }))
        yield* Stream.runForEach(counted, (chunk) => unlessBroken(file.writeAll(chunk)))
        return aside
      })

      const put = Effect.fn("ContentStore.put")(
        function* (bytes: Uint8Array) {
          const hash = hashOf(NodeCrypto.createHash("sha256").update(bytes).digest("hex"))
          const aside = yield* newFile
          yield* Effect.scoped(
            Effect.gen(function* () {
              const file = yield* fs.open(aside, { flag: "wx" })
              yield* file.writeAll(bytes)
              yield* file.sync
            })
          )
          yield* fs.makeDirectory(path.dirname(placeOf(hash)), { recursive: true })
          yield* fs.rename(aside, placeOf(hash))
          return { hash, path: placeOf(hash) }
        },
        Effect.scoped,
        unlessBroken
      )

      const find = Effect.fn("ContentStore.find")((hash: ContentHash) =>
        fs.exists(placeOf(hash)).pipe(
          Effect.map((exists) => (exists ? Option.some(placeOf(hash)) : Option.none())),
          unlessBroken
        )
      )

      const remove = Effect.fn("ContentStore.remove")(function* <E>(
        hash: ContentHash,
        isUsed: Effect.Effect<boolean, E>
      ) {
        const aside = path.join(incoming, hash)
        const back = Effect.ignore(fs.rename(aside, placeOf(hash)))
        const isGone = yield* fs.rename(placeOf(hash), aside).pipe(
          Effect.as(true),
          Effect.catchIf(
            ({ reason }) => reason._tag === "NotFound",
            () => Effect.succeed(false)
          ),
          unlessBroken
        )
        if (!isGone) return
        yield* (yield* Effect.onError(isUsed, () => back)) ? back : Effect.ignore(fs.remove(aside, { force: true }))
      }, Effect.uninterruptible)

      const putBefore = (age: Duration.Duration) =>
        Stream.fromIterableEffect(fs.readDirectory(folder)).pipe(
          Stream.filter((part) => /^[0-9a-f]{2}$/.test(part)),
          Stream.mapEffect((part) => olderThan(path.join(folder, part), age)),
          Stream.flattenIterable,
          Stream.filterMap((name) =>
            Option.match(decodeHash(name), { onNone: () => Result.failVoid, onSome: Result.succeed })
          ),
          Stream.mapError((cause) => new ContentUnavailable({ cause })),
          Stream.provideContext(context)
        )

      return ContentStore.of({ receive, put, find, remove, putBefore })
    })
  )

const unlessBroken = Effect.mapError((cause: PlatformError.PlatformError) => new ContentUnavailable({ cause }))

/** Deletes what was begun more than an hour ago: no writer is left. */
const deleteAbandoned = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const name of yield* olderThan(folder, Duration.hours(1))) yield* fs.remove(path.join(folder, name))
})

/** The files of a folder that were last written longer ago than that. */
const olderThan = Effect.fnUntraced(function* (folder: string, age: Duration.Duration) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.filter(yield* fs.readDirectory(folder), (name) =>
    fs.stat(path.join(folder, name)).pipe(
      Effect.map(({ mtime }) => Option.exists(mtime, (time) => now - time.getTime() > Duration.toMillis(age))),
      // Whoever deleted it meanwhile.
      Effect.orElseSucceed(() => false)
    )
  )
})

const hashOf = Schema.decodeSync(ContentHash)
const decodeHash = Schema.decodeOption(ContentHash)
