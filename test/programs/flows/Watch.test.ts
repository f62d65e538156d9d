/** Submitting pictures as they appear, in memory. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ImageReference } from "../../../src/domain/ImageReference.ts"
import { PictureVersion } from "../../../src/domain/ImageReference.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import { watch } from "../../../src/programs/flows/Watch.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../../src/services/ImageSource.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { serviceId } from "../../support/Facts.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import { answer } from "../../support/Stores.ts"

const services = ["blip", "yolov8"].map((id) => ServiceCatalog.get(ServiceCatalog.standard, serviceId(id)))

/** Pictures by path: the version of what is there, or `undefined` while it is half-written. */
const pictures = new Map<string, string | undefined>()

const surroundings = Layer.mergeAll(
  MemoryResultStore.layer,
  MemoryMessageBroker.layer,
  MemoryWorkerRegistry.layer,
  Layer.mock(Archive, {}),
  Layer.succeed(Catalog, services),
  Layer.mock(ImageSource, {
    load: ({ filename }) => {
      const version = pictures.get(filename)
      return version === undefined
        ? Effect.fail(new ImageSourceError({ reason: new Unusable({ image: filename, detail: "is damaged" }) }))
        : Effect.succeed(sourceImage({ filename, width: 8, height: 8, version: PictureVersion.make(version) }))
    }
  })
)

describe("watch", () => {
  it.effect("asks once about a picture, waits for one that is half-written, and asks anew about one that changed", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const store = yield* ResultStore
      const queue = yield* Queue.unbounded<ImageReference>()
      const stopped = yield* Deferred.make<void>()
      const watching = yield* watch(Stream.fromQueue(queue), { services, group: "new", lane: "bulk" }).pipe(
        Effect.ensuring(Deferred.succeed(stopped, undefined)),
        Effect.forkChild
      )
      const depth = broker.depth("queue_blip")
      const appear = (filename: string, seconds = 3) =>
        Effect.andThen(
          Queue.offer(queue, { filename, path: `/in/${filename}` }),
          Effect.repeat(TestClock.adjust("1 second"), { times: seconds })
        )
      pictures.set("a.jpg", "1")
      yield* appear("a.jpg")
      assert.strictEqual(yield* depth, 1)
      yield* appear("a.jpg")
      assert.strictEqual(yield* depth, 1)

      pictures.set("b.jpg", undefined)
      yield* appear("b.jpg")
      assert.strictEqual(yield* depth, 1)
      pictures.set("b.jpg", "1")
      yield* Effect.repeat(TestClock.adjust("1 second"), { times: 10 })
      assert.strictEqual(yield* depth, 2)

      pictures.set("never.jpg", undefined)
      yield* appear("never.jpg", 90)
      assert.strictEqual(yield* depth, 2)

      const [image] = yield* store.submit([{ reference: { filename: "a.jpg", path: "/in/a.jpg" }, services: [] }])
      const { imageId } = image!
      const picture = { version: PictureVersion.make("1"), isTurned: false }
      yield* store.record([{ ...answer(imageId, "blip"), picture }])
      yield* appear("a.jpg")
      assert.strictEqual(yield* depth, 2)
      pictures.set("a.jpg", "2")
      yield* appear("a.jpg")
      assert.strictEqual(yield* depth, 3)

      yield* Fiber.interrupt(watching)
      assert.isTrue(yield* Deferred.isDone(stopped))
    }).pipe(Effect.provide(surroundings))
  )
})
