/** Where the pixels of crops come from, and what is recorded when they cannot be had. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import sharp from "sharp"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import type { ImageReference } from "../../../src/domain/ImageReference.ts"
import { hintQueue } from "../../../src/domain/Messages.ts"
import * as SharpCropper from "../../../src/layers/pictures/SharpCropper.ts"
import * as ImageSources from "../../support/ImageSources.ts"
import { postprocess } from "../../../src/programs/flows/Pipeline.ts"
import { ImageSource, ImageSourceError, Unreachable } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { object, palette, said, serviceId } from "../../support/Facts.ts"
import { serve } from "../../support/HttpServers.ts"
import * as MemoryServers from "../../support/MemoryServers.ts"
import { answer, factsAbout } from "../../support/Stores.ts"

/** The sizes of the crops that services were shown. */
const shown: Array<readonly [number, number]> = []

const surroundings = Layer.mergeAll(
  MemoryServers.layer("colors", "yolov8"),
  SharpCropper.layer,
  Layer.mock(Inference, {
    analyze: (_, image) =>
      Effect.promise(async () => {
        const { height, width } = await sharp(image._tag === "Upload" ? image.image.bytes : undefined).metadata()
        shown.push([width, height])
        return { data: said(palette).data! }
      })
  })
)

/** Postprocesses an image on which a dog was seen, in the background. */
const postprocessed = Effect.fnUntraced(function* (reference: ImageReference) {
  const store = yield* ResultStore
  const broker = yield* MessageBroker
  const [image] = yield* store.submit([{ reference, services: [serviceId("yolov8")] }])
  const { imageId } = image!
  yield* store.record([answer(imageId, "yolov8", said(object("dog", [10, 20, 40, 30], 0.9)))])
  yield* broker.publish([{ queue: hintQueue.harmonize, body: JSON.stringify({ version: 1, image_id: imageId }) }])
  const stop = yield* Deferred.make<void>()
  const strategy = Strategies.defaultStrategy
  const running = yield* postprocess({
    strategy,
    stages: ["harmonize", "enrich"],
    sweepEvery: "1 minute",
    stop
  }).pipe(Stream.runDrain, Effect.forkChild)
  return { imageId, end: Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running)) }
})

const outcomesOf = (id: ImageId) => Effect.map(factsAbout(id), ({ crops }) => crops.map(({ outcome }) => outcome))

describe("crops", () => {
  it.live("are cut from a picture that is nowhere on this machine (B41)", () =>
    Effect.gen(function* () {
      const picture = yield* Effect.promise(() =>
        sharp({ create: { width: 100, height: 80, channels: 3, background: "teal" } })
          .png()
          .toBuffer()
      )
      const port = yield* serve((_, response) => void response.writeHead(200).end(picture))
      const { end, imageId } = yield* postprocessed({ filename: "a.png", url: `http://127.0.0.1:${port}/a.png` })
      const outcomes = yield* Effect.repeat(outcomesOf(imageId), {
        until: (outcomes) => outcomes.length > 0,
        schedule: Schedule.spaced("10 millis")
      })
      assert.deepStrictEqual(
        outcomes.map(({ _tag }) => _tag),
        ["Success"]
      )
      assert.deepStrictEqual(shown, [[40, 30]])
      yield* end
    }).pipe(
      Effect.scoped,
      Effect.provide(ImageSources.layer().pipe(Layer.provide(NodeServices.layer), Layer.merge(surroundings)))
    )
  )

  it.effect("of a picture that cannot be read here are recorded as failed, with the reason (B41)", () =>
    Effect.gen(function* () {
      const { end, imageId } = yield* postprocessed({ filename: "a.png", path: "/elsewhere/a.png" })
      const outcomes = yield* Effect.andThen(TestClock.adjust("1 second"), outcomesOf(imageId)).pipe(
        Effect.repeat({ until: (outcomes) => outcomes.length > 0 })
      )
      assert.deepStrictEqual(
        outcomes.map((outcome) => (outcome._tag === "Failure" ? [outcome.class, outcome.reason] : outcome._tag)),
        [["unavailable", "a.png cannot be reached: no such file (tried 5 times)"]]
      )
      yield* end
    }).pipe(
      Effect.provide(
        Layer.merge(
          surroundings,
          Layer.mock(ImageSource, {
            lend: ({ filename }) =>
              Effect.fail(
                new ImageSourceError({ reason: new Unreachable({ image: filename, detail: "no such file" }) })
              )
          })
        )
      )
    )
  )
})
