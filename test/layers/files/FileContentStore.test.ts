import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, FileSystem, Layer, Option, Path, Stream } from "effect"
import * as NodeCrypto from "node:crypto"
import * as FileContentStore from "../../../src/layers/files/FileContentStore.ts"
import { ContentStore, ContentTooLarge } from "../../../src/services/ContentStore.ts"

const bytes = (text: string) => Stream.make(...Array.from(text, (letter) => new TextEncoder().encode(letter)))

/** A test with a store of pictures of at most 10 bytes, and the folder. */
const withStore = <A, E>(
  test: (folder: string) => Effect.Effect<A, E, ContentStore | FileSystem.FileSystem | Path.Path>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    return yield* Effect.provide(test(folder), FileContentStore.layer({ folder, maxBytes: 10 }))
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer)))

const never = Effect.succeed(false)

describe("receive", () => {
  it.live("has the bytes in a file as long as the scope is open", () =>
    withStore((folder) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const fs = yield* FileSystem.FileSystem
        const text = yield* Effect.scoped(Effect.flatMap(store.receive(bytes("a picture")), fs.readFileString))
        assert.strictEqual(text, "a picture")
        assert.deepStrictEqual(yield* fs.readDirectory(`${folder}/incoming`), [])
      })
    )
  )

  it.live("keeps nothing of what is too large, or fails", () =>
    withStore((folder) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const fs = yield* FileSystem.FileSystem
        const receive = <E>(stream: Stream.Stream<Uint8Array, E>) => Effect.flip(Effect.scoped(store.receive(stream)))
        assert.instanceOf(yield* receive(bytes("eleven byte")), ContentTooLarge)
        assert.strictEqual(yield* receive(Stream.concat(bytes("begin"), Stream.fail("it broke"))), "it broke")
        assert.deepStrictEqual(yield* fs.readDirectory(`${folder}/incoming`), [])
        assert.deepStrictEqual(yield* fs.readDirectory(folder), ["incoming"])
      })
    )
  )
})

describe("put", () => {
  const picture = new TextEncoder().encode("a picture")

  it.live("keeps bytes under their hash, once", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const fs = yield* FileSystem.FileSystem
        const { hash, path } = yield* store.put(picture)
        assert.strictEqual(hash, NodeCrypto.createHash("sha256").update("a picture").digest("hex"))
        assert.deepStrictEqual(yield* store.put(picture), { hash, path })
        assert.deepStrictEqual(yield* store.find(hash), Option.some(path))
        assert.strictEqual(yield* fs.readFileString(path), "a picture")
        yield* store.remove(hash, never)
        yield* store.remove(hash, never)
        assert.deepStrictEqual(yield* store.find(hash), Option.none())
      })
    )
  )

  it.live("takes the same picture from many at once", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const kept = yield* Effect.all(
          Array.from({ length: 20 }, () => store.put(picture)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(kept.map(({ hash }) => hash)).size, 1)
      })
    )
  )
})

describe("remove", () => {
  it.live("gives back what turns out to be used, also when nobody can say", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const { hash, path } = yield* store.put(new TextEncoder().encode("a picture"))
        yield* store.remove(hash, Effect.map(Effect.orDie(store.find(hash)), Option.isNone))
        assert.deepStrictEqual(yield* store.find(hash), Option.some(path))
        assert.strictEqual(yield* Effect.flip(store.remove(hash, Effect.fail("no answer"))), "no answer")
        assert.deepStrictEqual(yield* store.find(hash), Option.some(path))
      })
    )
  )
})

describe("putBefore", () => {
  it.live("names what nobody has put for that long", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const fs = yield* FileSystem.FileSystem
        const old = yield* store.put(new TextEncoder().encode("old"))
        yield* store.put(new TextEncoder().encode("new"))
        const earlier = new Date(Date.now() - 2 * 60 * 60 * 1000)
        yield* fs.utimes(old.path, earlier, earlier)
        assert.deepStrictEqual(yield* Stream.runCollect(store.putBefore(Duration.hours(1))), [old.hash])
        yield* store.put(new TextEncoder().encode("old"))
        assert.deepStrictEqual(yield* Stream.runCollect(store.putBefore(Duration.hours(1))), [])
      })
    )
  )
})

describe("the layer", () => {
  it.live("deletes what an earlier process left unfinished, not what another is writing", () =>
    withStore((folder) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        const place = (name: string) => path.join(folder, "incoming", name)
        yield* fs.writeFileString(place("old"), "begun")
        yield* fs.writeFileString(place("new"), "begun")
        const earlier = new Date(Date.now() - 2 * 60 * 60 * 1000)
        yield* fs.utimes(place("old"), earlier, earlier)
        yield* Effect.scoped(Layer.build(Layer.fresh(FileContentStore.layer({ folder, maxBytes: 10 }))))
        assert.deepStrictEqual(yield* fs.readDirectory(path.join(folder, "incoming")), ["new"])
      })
    )
  )
})
