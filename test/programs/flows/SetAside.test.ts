import { assert, describe, it } from "@effect/vitest"
import { Array, Deferred, Effect, Fiber, Layer, Option, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Strategy } from "../../../src/domain/Harmonization.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { hintQueue, JobJson } from "../../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { stages } from "../../../src/domain/Staleness.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import * as Hints from "../../../src/programs/flows/Hints.ts"
import * as Pipeline from "../../../src/programs/flows/Pipeline.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore, ResultStoreError, StoreRejected } from "../../../src/services/ResultStore.ts"
import { object, palette, said, serviceId } from "../../support/Facts.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import { answer, factsAbout } from "../../support/Stores.ts"

const catalog = ["colors", "detectron2", "yolov8"].map((id) =>
  ServiceCatalog.get(ServiceCatalog.standard, serviceId(id))
)

const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** A strategy that gives up on pictures in which something is named `deep`, and how often it did. */
const failing = () => {
  const count = { tried: 0 }
  const strategy: Strategy = {
    ...Strategies.defaultStrategy,
    harmonize: (input) => {
      if (input.detections.some(({ label }) => label === "deep")) {
        count.tried++
        throw new RangeError("Maximum call stack size exceeded")
      }
      return Strategies.defaultStrategy.harmonize(input)
    }
  }
  return { count, strategy }
}

/** A store that refuses each crop's answer that is a reply. */
const withoutReplies = Layer.effect(
  ResultStore,
  Effect.map(ResultStore, (store) => ({
    ...store,
    recordCrops: (crops: Parameters<typeof store.recordCrops>[0]) =>
      crops.some(({ outcome }) => outcome.data !== undefined)
        ? Effect.fail(new ResultStoreError({ reason: new StoreRejected({ cause: "value too long" }) }))
        : store.recordCrops(crops)
  }))
).pipe(Layer.provideMerge(MemoryResultStore.layer))

const world = (store: Layer.Layer<ResultStore | Progress> = MemoryResultStore.layer) =>
  Layer.mergeAll(
    store,
    MemoryMessageBroker.layer,
    MemoryServiceSwitch.layer,
    MemoryWorkerRegistry.layer,
    Layer.succeed(Catalog, catalog),
    Layer.mock(ImageSource, { lend: (_, use) => use(picture) }),
    Layer.mock(Cropper, {
      open: () => Effect.succeed((box) => Effect.succeed({ image: picture, region: { ...box } as never }))
    }),
    Layer.mock(Inference, {
      analyze: () => Effect.succeed({ data: said(palette).data! }),
      isHealthy: () => Effect.succeed(true)
    })
  )

/** An image in which a detector saw something of that name. */
const seen = Effect.fnUntraced(function* (label: string) {
  const store = yield* ResultStore
  const reference = { filename: label, path: `/${label}.jpg` }
  const [image] = yield* store.submit([{ reference, services: [serviceId("yolov8")] }])
  yield* store.record([answer(image!.imageId, "yolov8", said(object(label, [10, 20, 40, 30], 0.9)))])
  return image!.imageId
})

const postprocessing = (strategy: Strategy) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const running = yield* Pipeline.postprocess({ strategy, stages, sweepEvery: "5 seconds", stop }).pipe(
      Stream.runDrain,
      Effect.forkChild
    )
    return Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running))
  })

const pass = (seconds: number) => Effect.repeat(TestClock.adjust("250 millis"), { times: 4 * seconds })

describe("what cannot be derived", () => {
  it.effect("is set aside, costs no other image, and is tried again only when there is more to derive from", () => {
    const { count, strategy } = failing()
    return Effect.gen(function* () {
      const store = yield* ResultStore
      const broker = yield* MessageBroker
      const [bad, good] = [yield* seen("deep"), yield* seen("dog")]
      const end = yield* postprocessing(strategy)
      yield* pass(20)
      // Once for each stage that harmonizes, and once more because they were first tried with the other image.
      assert.isAtMost(count.tried, 4)
      const tried = count.tried
      assert.strictEqual((yield* Progress.use((progress) => progress.counts({ _tag: "All" }))).done, 2)
      assert.lengthOf((yield* store.records([good]))[0]!.boxes, 1)
      yield* pass(120)
      assert.strictEqual(count.tried, tried)
      for (const stage of stages) assert.strictEqual((yield* broker.statistics(hintQueue[stage])).dead, 0)

      yield* store.record([answer(bad, "detectron2", said())])
      yield* pass(20)
      assert.isAbove(count.tried, tried)
      yield* end
    }).pipe(Effect.provide(world()))
  })

  it.effect("costs none of the many images that are derived with it", () => {
    const { count, strategy } = failing()
    return Effect.gen(function* () {
      const store = yield* ResultStore
      const before = yield* Effect.forEach(Array.range(1, 50), (i) => seen(`dog ${i}`))
      const bad = yield* seen("deep")
      const after = yield* Effect.forEach(Array.range(51, 100), (i) => seen(`dog ${i}`))
      const all = [...before, bad, ...after]
      yield* Hints.tell(all.map((imageId) => ({ imageId, stages: ["harmonize"], headers: {} })))
      const end = yield* postprocessing(strategy)
      yield* pass(20)
      assert.isAtMost(count.tried, 4)
      for (const { boxes, consensus } of yield* store.records([...before, ...after])) {
        assert.lengthOf(boxes, 1)
        assert.isTrue(Option.isSome(consensus))
      }
      yield* end
    }).pipe(Effect.provide(world()))
  })

  it.effect("is derived after it was forgotten, by an algorithm that can", () => {
    const { strategy } = failing()
    return Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* seen("deep")
      const end = yield* postprocessing(strategy)
      yield* pass(20)
      assert.strictEqual((yield* store.records([id]))[0]!.consensus._tag, "None")
      yield* end
      yield* store.forget({ which: "failed", scope: { _tag: "All" } })
      const endMended = yield* postprocessing(Strategies.defaultStrategy)
      yield* pass(20)
      assert.strictEqual((yield* store.records([id]))[0]!.consensus._tag, "Some")
      yield* endMended
    }).pipe(Effect.provide(world()))
  })
})

describe("the answer about a crop that the store refuses", () => {
  it.effect("is stored as a failure", () =>
    Effect.gen(function* () {
      const id = yield* seen("dog")
      const end = yield* postprocessing(Strategies.defaultStrategy)
      yield* pass(20)
      const { crops } = yield* factsAbout(id)
      assert.deepStrictEqual(
        crops.map(({ outcome, service }) => [service, outcome._tag === "Failure" ? outcome.class : outcome._tag]),
        [["colors", "unreadable-reply"]]
      )
      yield* end
    }).pipe(Effect.provide(world(withoutReplies)))
  )
})

/** A job that is a dead letter, and another that was lost; how many are in the queue after a while, and once it was replayed. */
const swept = Effect.fnUntraced(function* (isLost: boolean) {
  const store = yield* ResultStore
  const broker = yield* MessageBroker
  const service = ServiceCatalog.get(catalog, serviceId("yolov8"))
  const reference = { filename: "a.jpg", path: "/a.jpg" }
  const [image] = yield* Effect.forEach([reference, { ...reference, path: "/b.jpg" }], (reference) =>
    Effect.map(store.submit([{ reference, services: [service.id] }]), ([image]) => image!.imageId)
  )
  const body = Schema.encodeSync(JobJson)({
    version: 1,
    imageId: image as ImageId,
    service: service.id,
    image: reference
  })
  yield* broker.publish([{ queue: service.queue, body }])
  yield* Effect.scoped(
    Effect.gen(function* () {
      const { deliveries } = yield* broker.subscribe(service.queue, { prefetch: 1 })
      const [delivery] = yield* Stream.runCollect(Stream.take(deliveries, 1))
      yield* delivery!.settle({ _tag: "DeadLetter", reason: "killed its worker" })
    })
  )
  const end = yield* Effect.provideService(postprocessing(Strategies.defaultStrategy), MessageBroker, {
    ...broker,
    deadLetters: (queue, limit) =>
      Effect.map(broker.deadLetters(queue, limit), (letters) =>
        isLost ? letters.map((letter) => ({ ...letter, isLost })) : letters
      )
  })
  yield* pass(60)
  const inQueue = yield* broker.statistics(service.queue)
  assert.strictEqual(inQueue.dead, 1)
  yield* broker.replay(service.queue, "all")
  const replayed = yield* broker.statistics(service.queue)
  yield* end
  return [inQueue.ready, replayed.ready]
})

describe("a job that is a dead letter", () => {
  it.effect("is not put again by the sweep, until somebody replays it", () =>
    Effect.gen(function* () {
      // Only the other image's job, whose message was lost.
      assert.deepStrictEqual(yield* swept(false), [1, 2])
    }).pipe(Effect.provide(world()))
  )

  it.effect("is put again by the sweep when it is one because its queue was gone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* swept(true), [2, 3])
    }).pipe(Effect.provide(world()))
  )
})
