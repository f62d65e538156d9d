/** What happens to crops while a service that wants them is down. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import { hintQueue } from "../../../src/domain/Messages.ts"
import { postprocess } from "../../../src/programs/flows/Pipeline.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference, InferenceError, Unavailable } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { object, palette, said, serviceId } from "../../support/Facts.ts"
import * as MemoryServers from "../../support/MemoryServers.ts"
import { fixture } from "../../support/Replies.ts"
import { answer, factsAbout } from "../../support/Stores.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** Services of which face fails while it is down, and always on a crop of the height `bad`; `asked` counts requests to it. */
const world = (faces: { isDown: boolean; bad?: number; asked: number }) =>
  Layer.mergeAll(
    MemoryServers.layer("colors", "face", "yolov8"),
    Layer.mock(ImageSource, { lend: (_, use) => use(picture) }),
    Layer.mock(Cropper, {
      open: () =>
        Effect.succeed((box) => Effect.succeed({ image: { ...picture, height: box.height }, region: imageBox(box) }))
    }),
    Layer.mock(Inference, {
      analyze: ({ id }, image) => {
        if (id === "colors") return Effect.succeed({ data: said(palette).data! })
        faces.asked++
        return faces.isDown || (image._tag === "Upload" && image.image.height === faces.bad)
          ? Effect.fail(new InferenceError({ reason: new Unavailable({ service: id, detail: "HTTP 503" }) }))
          : Effect.succeed({ data: fixture("face") })
      },
      isHealthy: () => Effect.sync(() => !faces.isDown)
    })
  )

/** Postprocesses so many images, each with one person in it. */
const postprocessed = Effect.fnUntraced(function* (images: number) {
  const store = yield* ResultStore
  const broker = yield* MessageBroker
  const ids: Array<number> = []
  for (let i = 1; i <= images; i++) {
    const [image] = yield* store.submit([
      { reference: { filename: `${i}.jpg`, path: `/${i}.jpg` }, services: [serviceId("yolov8")] }
    ])
    const { imageId } = image!
    ids.push(imageId)
    yield* store.record([answer(imageId, "yolov8", said(object("person", [10, 20, 40, 30 + i], 0.9)))])
    yield* broker.publish([{ queue: hintQueue.harmonize, body: JSON.stringify({ version: 1, image_id: imageId }) }])
  }
  const stop = yield* Deferred.make<void>()
  const strategy = Strategies.defaultStrategy
  const running = yield* postprocess({
    strategy,
    stages: ["harmonize", "enrich"],
    sweepEvery: "30 seconds",
    stop
  }).pipe(Stream.runDrain, Effect.forkChild)
  const outcomes = Effect.fnUntraced(function* (service: string) {
    const facts = yield* Effect.forEach(ids, (id) => factsAbout(id as never))
    return facts.flatMap(({ crops }) => crops.filter((crop) => crop.service === service).map(({ outcome }) => outcome))
  })
  return { outcomes, end: Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running)) }
})

/** Lets time pass in small steps. */
const pass = (seconds: number) => Effect.repeat(TestClock.adjust("500 millis"), { times: 2 * seconds })

describe("crops of a service that is down", () => {
  it.effect("are kept however long that takes, while the other services go on, and asked when it is well", () => {
    const faces = { isDown: true, asked: 0 }
    return Effect.gen(function* () {
      const { end, outcomes } = yield* postprocessed(12)
      yield* pass(900)
      assert.strictEqual((yield* outcomes("colors")).length, 12)
      assert.deepStrictEqual(yield* outcomes("face"), [])
      assert.isAtMost(faces.asked, 12 + 5)
      faces.isDown = false
      yield* pass(120)
      assert.deepStrictEqual(
        (yield* outcomes("face")).map(({ _tag }) => _tag),
        Array.from({ length: 12 }, () => "Success")
      )
      yield* end
    }).pipe(Effect.provide(world(faces)))
  })

  it.effect(
    "that fails on one of them only have that one failed after its fifth attempt, and the others answered",
    () => {
      const faces = { isDown: false, bad: 32, asked: 0 }
      return Effect.gen(function* () {
        const { end, outcomes } = yield* postprocessed(3)
        yield* pass(30)
        assert.deepStrictEqual(
          (yield* outcomes("face")).map(({ _tag }) => _tag),
          ["Success", "Success"]
        )
        yield* pass(120)
        const [, failed, ...others] = yield* outcomes("face")
        assert.deepInclude(failed, { class: "unavailable", reason: "face is unavailable: HTTP 503 (tried 5 times)" })
        assert.deepStrictEqual(
          others.map(({ _tag }) => _tag),
          ["Success"]
        )
        assert.strictEqual(faces.asked, 2 + 5)
        yield* end
      }).pipe(Effect.provide(world(faces)))
    }
  )
})
