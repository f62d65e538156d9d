/** How often services are asked for each answer when the sweep looks while much is in hand (issue 12, A8: at most 1.01). */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { stages } from "../../../src/domain/Staleness.ts"
import * as Heartbeat from "../../../src/programs/flows/Heartbeat.ts"
import { postprocess, worker } from "../../../src/programs/flows/Pipeline.ts"
import { submit } from "../../../src/programs/flows/Submit.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { object, palette, said, serviceId } from "../../support/Facts.ts"
import * as MemoryServers from "../../support/MemoryServers.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import { factsAbout } from "../../support/Stores.ts"

const catalog = ["colors", "yolov8"].map((id) => ServiceCatalog.get(ServiceCatalog.standard, serviceId(id)))
const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** What all programs share; `asked` counts requests, each of which takes 25 seconds. */
const shared = (own: { asked: number }) =>
  Layer.mergeAll(
    MemoryServers.layer("colors", "yolov8"),
    Layer.mock(ImageSource, { lend: (_, use) => use(picture), load: () => Effect.succeed(picture) }),
    Layer.mock(Cropper, {
      open: () => Effect.succeed((box) => Effect.succeed({ image: picture, region: imageBox(box) }))
    }),
    Layer.mock(Inference, {
      analyze: ({ id }) =>
        Effect.sync(() => own.asked++).pipe(
          Effect.andThen(Effect.sleep("25 seconds")),
          Effect.as({ data: said(id === "colors" ? palette : object("dog", [10, 20, 40, 30], 0.9)).data! })
        ),
      isHealthy: () => Effect.succeed(true)
    })
  )

/** A program that says of itself what it does. */
const program = <A, E, R>(workerId: string, stream: Stream.Stream<A, E, R>) =>
  Stream.runDrain(stream).pipe(
    Effect.provide(Layer.fresh(Heartbeat.layer({ workerId, host: "h", version: "v" }))),
    (running) => Effect.forkChild(running, { startImmediately: true })
  )

/** Has a worker and two postprocessors work on 24 images until all is answered. Answers about images and crops. */
const answered = Effect.gen(function* () {
  const references = Array.from({ length: 24 }, (_, i) => ({ filename: `${i}.jpg`, path: `/${i}.jpg` }))
  const images = yield* Stream.runCollect(submit(Stream.fromIterable(references), { services: catalog }))
  const stop = yield* Deferred.make<void>()
  const strategy = Strategies.defaultStrategy
  const running = [
    yield* program("worker", worker(catalog, { workerId: "worker", stop })),
    yield* program("first", postprocess({ strategy, stages, sweepEvery: "30 seconds", stop })),
    yield* program("second", postprocess({ strategy, stages, sweepEvery: "30 seconds", stop }))
  ]
  yield* Effect.repeat(TestClock.adjust("1 second"), { times: 1200 })
  const facts = yield* Effect.forEach(images, ({ imageId }) => factsAbout(imageId))
  yield* Deferred.succeed(stop, undefined)
  yield* Effect.repeat(TestClock.adjust("1 second"), { times: 60 })
  yield* Fiber.joinAll(running)
  return facts.flatMap(({ crops, results }) => [...results, ...crops]).length
})

/** A broker that says of every queue that nothing is in it, as RabbitMQ does of a quorum queue whose leader is slow. */
const forgetful = Layer.effect(
  MessageBroker,
  Effect.map(MessageBroker, (broker) => MessageBroker.of({ ...broker, depth: () => Effect.succeed(0) }))
)

/** Two services about each image, and a crop of each. */
const expected = 24 * 3

describe("a service of 25 seconds that two postprocessors look after", () => {
  it.effect("is asked once for each answer", () => {
    const own = { asked: 0 }
    return Effect.gen(function* () {
      assert.strictEqual(yield* answered, expected)
      assert.isAtMost(own.asked / expected, 1.01)
    }).pipe(Effect.provide(shared(own)))
  })

  it.effect("is asked once for each answer while the broker says that nothing waits", () => {
    const own = { asked: 0 }
    return Effect.gen(function* () {
      assert.strictEqual(yield* answered, expected)
      assert.isAtMost(own.asked / expected, 1.01)
    }).pipe(Effect.provide(forgetful.pipe(Layer.provideMerge(shared(own)))))
  })
})
