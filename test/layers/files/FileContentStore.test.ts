import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option, Path, Stream } from "effect"
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

describe("put", () => {
  it.live("keeps bytes under their hash, once", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const fs = yield* FileSystem.FileSystem
        const hash = yield* store.put(bytes("a picture"))
        assert.strictEqual(hash, NodeCrypto.createHash("sha256").update("a picture").digest("hex"))
        assert.strictEqual(yield* store.put(bytes("a picture")), hash)
        const path = yield* Effect.flatMap(store.find(hash), Effect.fromOption)
        assert.strictEqual(yield* fs.readFileString(path), "a picture")
        yield* store.remove(hash)
        yield* store.remove(hash)
        assert.deepStrictEqual(yield* store.find(hash), Option.none())
      })
    )
  )

  it.live("keeps nothing of what is too large, or fails", () =>
    withStore((folder) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        assert.instanceOf(yield* Effect.flip(store.put(bytes("eleven byte"))), ContentTooLarge)
        const broken = Stream.concat(bytes("begin"), Stream.fail("it broke"))
        assert.strictEqual(yield* Effect.flip(store.put(broken)), "it broke")
        assert.deepStrictEqual(yield* fs.readDirectory(path.join(folder, "incoming")), [])
        assert.deepStrictEqual(yield* fs.readDirectory(folder), ["incoming"])
      })
    )
  )

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

  it.live("takes the same picture from many at once", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const hashes = yield* Effect.all(
          Array.from({ length: 20 }, () => store.put(bytes("the same"))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(hashes).size, 1)
      })
    )
  )
})
