/** How often it is asked about a crop. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import { hintQueue } from "../../../src/domain/Messages.ts"
import { postprocess } from "../../../src/programs/flows/Pipeline.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../../src/services/ImageSource.ts"
import { Inference, InferenceError, Unavailable } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { object, said, serviceId } from "../../support/Facts.ts"
import * as MemoryServers from "../../support/MemoryServers.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import { answer, factsAbout } from "../../support/Stores.ts"

/** A picture, and a service that never answers in time. */
interface World {
  picture: ReturnType<typeof sourceImage>
  isUsable: boolean
}

const world = (own: World) =>
  Layer.mergeAll(
    MemoryServers.layer("colors", "yolov8"),
    Layer.mock(Cropper, {
      open: (image) => Effect.succeed((box) => Effect.succeed({ image, region: imageBox(box) }))
    }),
    Layer.mock(ImageSource, {
      lend: ({ filename }, use) =>
        Effect.gen(function* () {
          if (own.isUsable) return yield* use(own.picture)
          return yield* new ImageSourceError({ reason: new Unusable({ image: filename, detail: "is no picture" }) })
        })
    }),
    Layer.mock(Inference, {
      analyze: ({ id: service }) =>
        Effect.fail(new InferenceError({ reason: new Unavailable({ service, detail: "no answer in time" }) })),
      isHealthy: () => Effect.succeed(true)
    })
  )

describe("attempts at a crop", () => {
  it.effect("begin anew after its picture was none", () => {
    const own: World = { picture: sourceImage({ filename: "a.jpg", width: 640, height: 480 }), isUsable: true }
    return Effect.gen(function* () {
      const store = yield* ResultStore
      const broker = yield* MessageBroker
      const [image] = yield* store.submit([
        { reference: { filename: "a.jpg", path: "/a.jpg" }, services: [serviceId("yolov8")] }
      ])
      const { imageId } = image!
      const dog = answer(imageId, "yolov8", said(object("dog", [10, 20, 40, 30], 0.9)))
      const seen = Effect.gen(function* () {
        yield* store.see(imageId, own.picture)
        yield* store.record([dog])
        yield* broker.publish([{ queue: hintQueue.harmonize, body: JSON.stringify({ version: 1, image_id: imageId }) }])
      })
      const pass = (seconds: number) => Effect.repeat(TestClock.adjust("500 millis"), { times: 2 * seconds })
      const reasons = Effect.map(factsAbout(imageId), ({ crops }) =>
        crops.map(({ outcome }) => (outcome._tag === "Failure" ? outcome.reason : outcome._tag))
      )
      const stop = yield* Deferred.make<void>()
      const running = yield* postprocess({
        strategy: Strategies.defaultStrategy,
        stages: ["harmonize", "enrich"],
        sweepEvery: "1 hour",
        stop
      }).pipe(Stream.runDrain, Effect.forkChild)
      yield* seen
      yield* pass(40)
      assert.deepStrictEqual(yield* reasons, [])
      own.isUsable = false
      yield* pass(80)
      assert.deepStrictEqual(yield* reasons, ["a.jpg is no picture"])

      own.isUsable = true
      own.picture = { ...own.picture, version: "another" as typeof own.picture.version }
      yield* seen
      yield* pass(10)
      assert.deepStrictEqual(yield* reasons, [])
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.interrupt(running)
    }).pipe(Effect.provide(world(own)))
  })
})
