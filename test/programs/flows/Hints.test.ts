import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Derive from "../../../src/domain/Derive.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import { hintQueue } from "../../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { type Stage, stages } from "../../../src/domain/Staleness.ts"
import * as Workflow from "../../../src/domain/Workflow.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import { tell } from "../../../src/programs/flows/Hints.ts"
import { postprocess } from "../../../src/programs/flows/Pipeline.ts"
import { submit } from "../../../src/programs/flows/Submit.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import { answer, known } from "../../support/Stores.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"

/** A store that notes how many derivations each save brought. */
const saves: Array<number> = []
const store = Layer.sync(ResultStore, () => {
  const inner = MemoryResultStore.make()
  return {
    ...inner,
    save: (derived) => {
      saves.push(derived.boxes?.length ?? 0)
      return inner.save(derived)
    }
  }
})

const pause = (step: Stage) =>
  ServiceSwitch.use((switches) => switches.pause({ step, by: "a test", reason: "a reason" }))

const derivations = () => saves.reduce((sum, count) => sum + count, 0)

/** Time in small steps, so that what waits can begin to wait again. */
const aWhile = Effect.repeat(TestClock.adjust("50 millis"), { times: 20 })

const surroundings = Layer.mergeAll(
  store,
  MemoryMessageBroker.layer,
  MemoryServiceSwitch.layer,
  MemoryWorkerRegistry.layer,
  Layer.succeed(Catalog, ServiceCatalog.standard),
  Layer.mock(Inference, {}),
  Layer.mock(ImageSource, {}),
  Layer.mock(Cropper, {})
)

describe("hints", () => {
  it.effect("about one image are one derivation, and none when nothing is stale (B20)", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const stop = yield* Deferred.make<void>()
      const id = yield* known("yolov8")
      yield* (yield* ResultStore).record([answer(id, "yolov8")])
      const hint = { queue: hintQueue.harmonize, body: JSON.stringify({ version: 1, image_id: id }) }
      yield* broker.publish(Array.from({ length: 40 }, () => hint))
      const running = yield* postprocess({
        strategy: Strategies.defaultStrategy,
        stages: ["harmonize"],
        sweepEvery: "1 minute",
        stop
      }).pipe(Stream.runDrain, Effect.forkChild)
      yield* aWhile
      assert.strictEqual(derivations(), 1)
      yield* broker.publish([hint, hint])
      yield* aWhile
      assert.strictEqual(derivations(), 1)
      assert.strictEqual(yield* broker.depth(hintQueue.harmonize), 0)
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(running)
    }).pipe(Effect.provide(surroundings))
  )
})

describe("a service that a postprocessor does not know", () => {
  it.effect("is left out, until another one knows it, and is not left out again", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("yolov8", "rtdetr")
      yield* store.record([answer(id, "yolov8"), answer(id, "rtdetr")])
      const before = derivations()
      const runWith = Effect.fnUntraced(function* (catalog: ServiceCatalog.ServiceCatalog) {
        const stop = yield* Deferred.make<void>()
        const running = yield* postprocess({
          strategy: Strategies.defaultStrategy,
          stages,
          sweepEvery: "1 second",
          stop
        }).pipe(Stream.runDrain, Effect.provideService(Catalog, catalog), Effect.forkChild)
        yield* Effect.repeat(aWhile, { times: 30 })
        yield* Deferred.succeed(stop, undefined)
        yield* Fiber.join(running)
        const { derivation } = Option.getOrThrow(yield* store.boxes(id))
        return [derivation.algorithm, derivations() - before]
      })
      const { harmonize } = Derive.keys(Strategies.defaultStrategy, ServiceCatalog.standard)
      const lacking = ServiceCatalog.standard.filter(({ id }) => id !== "rtdetr")
      yield* tell([{ imageId: id, stages: Workflow.follows.answer, headers: {} }])
      assert.deepStrictEqual(yield* runWith(lacking), [`${harmonize} without rtdetr`, 1])
      assert.deepStrictEqual(yield* runWith(lacking), [`${harmonize} without rtdetr`, 1])
      assert.deepStrictEqual(yield* runWith(ServiceCatalog.standard), [harmonize, 2])
      assert.deepStrictEqual(yield* runWith(lacking), [harmonize, 2])
    }).pipe(Effect.provide(surroundings))
  )
})

describe("one hint", () => {
  it.effect("leads to all that is derived from the same facts, stored at once", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const broker = yield* MessageBroker
      const stop = yield* Deferred.make<void>()
      const id = yield* known("yolov8")
      yield* store.record([answer(id, "yolov8")])
      const before = saves.length
      yield* tell([{ imageId: id, stages: Workflow.follows.answer, headers: {} }])
      assert.strictEqual(yield* broker.depth(hintQueue.consensus), 0)
      const running = yield* postprocess({
        strategy: Strategies.defaultStrategy,
        stages,
        sweepEvery: "1 hour",
        stop
      }).pipe(Stream.runDrain, Effect.forkChild)
      yield* aWhile
      assert.strictEqual(saves.length, before + 1)
      const algorithms = Derive.keys(Strategies.defaultStrategy, ServiceCatalog.standard)
      assert.deepStrictEqual(yield* store.facts([id], algorithms), [])
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(running)
    }).pipe(Effect.provide(surroundings))
  )

  it.effect.each<[string, ReadonlyArray<Stage>]>([
    ["is passed on to voting by whoever harmonizes alone", ["harmonize"]],
    ["waits at voting while that is switched off", stages]
  ])("%s", ([, only]) =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const store = yield* ResultStore
      const stop = yield* Deferred.make<void>()
      if (only === stages) yield* pause("consensus")
      const id = yield* known("yolov8")
      yield* store.record([answer(id, "yolov8")])
      yield* tell([{ imageId: id, stages: Workflow.follows.answer, headers: {} }])
      const running = yield* postprocess({
        strategy: Strategies.defaultStrategy,
        stages: only,
        sweepEvery: "1 hour",
        stop
      }).pipe(Stream.runDrain, Effect.forkChild)
      yield* aWhile
      assert.isTrue(Option.isSome(yield* store.boxes(id)))
      assert.strictEqual(yield* broker.depth(hintQueue.consensus), 1)
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(running)
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("is not enough while harmonizing is switched off", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const id = yield* known("yolov8")
      yield* pause("harmonize")
      yield* tell([{ imageId: id, stages: Workflow.follows.answer, headers: {} }])
      const depths = yield* Effect.forEach(Workflow.follows.answer, (stage) => broker.depth(hintQueue[stage]))
      assert.deepStrictEqual(depths, [1, 1])
    }).pipe(Effect.provide(surroundings))
  )
})

describe("submit", () => {
  it.effect("asks for just what has no answer, whatever was submitted since (B45, B46)", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const services = ["clip", "yolov8"].map((id) => ServiceCatalog.find(ServiceCatalog.standard, id)!)
      const references = ["a", "b", "c"].map((name) => ({ filename: name, path: `/${name}` }))
      const submitAll = Stream.runCollect(submit(Stream.make(...references), { services }))
      const images = yield* submitAll
      // The first is left incomplete, the second unanswered, the last is complete: its id is the highest with answers.
      const results = yield* ResultStore
      yield* results.record([answer(images[0]!.imageId, "clip")])
      yield* results.record(["clip", "yolov8"].map((service) => answer(images[2]!.imageId, service)))
      const again = yield* submitAll
      assert.deepStrictEqual(
        again.map(({ isNew, owed }) => [isNew, owed.map(String)]),
        [
          [false, ["yolov8"]],
          [false, ["clip", "yolov8"]],
          [false, []]
        ]
      )
      const depths = yield* Effect.forEach(services, ({ queue }) => broker.depth(queue))
      assert.deepStrictEqual(depths, [3 + 1, 3 + 2])
    }).pipe(Effect.provide(surroundings))
  )
})
