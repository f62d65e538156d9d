import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ServiceId } from "../../../src/domain/Identifiers.ts"
import { hintQueue } from "../../../src/domain/Messages.ts"
import { get, standard } from "../../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import { sweep, type SweepOptions } from "../../../src/programs/flows/Sweep.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import { consensusOf, factsOf, serviceId } from "../../support/Facts.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"
import { answer, derived } from "../../support/Stores.ts"

const services = ["blip", "clip", "ocr"].map((id) => get(standard, serviceId(id)))
const [blip, clip, ocr] = services.map(({ id }) => id) as [ServiceId, ServiceId, ServiceId]

const surroundings = Layer.mergeAll(
  Layer.succeed(Catalog, services),
  MemoryMessageBroker.layer,
  MemoryResultStore.layer,
  MemoryServiceSwitch.layer,
  MemoryWorkerRegistry.layer
)

/** Makes images known whose jobs were lost. */
const lost = (count: number, prefix = "image") =>
  ResultStore.use((store) =>
    store.submit(
      Array.from({ length: count }, (_, i) => ({
        reference: { filename: `${prefix} ${i}.jpg`, path: `/${prefix} ${i}.jpg` },
        services: [blip, clip, ocr]
      }))
    )
  )

const sweeperOf = Effect.fnUntraced(function* (looksAfter: Pick<SweepOptions, "stages" | "algorithms">) {
  const stop = yield* Deferred.make<void>()
  const options = { every: "30 seconds", stop, ...looksAfter } as const
  const running = yield* Effect.forkChild(Stream.runDrain(sweep(options)), { startImmediately: true })
  return {
    kill: Fiber.interrupt(running),
    stop: Deferred.succeed(stop, undefined).pipe(Effect.andThen(Fiber.join(running)))
  }
})

const sweeper = sweeperOf({ stages: [], algorithms: { harmonize: "", consensus: "", enrich: "" } })

/** Lets time pass in steps that are shorter than what happens in it. */
const pass = (minutes: number, before: Effect.Effect<unknown, unknown, WorkerRegistry> = Effect.void) =>
  Effect.repeat(Effect.andThen(Effect.orDie(before), TestClock.adjust("5 seconds")), { times: 12 * minutes })

/** How many jobs wait for each of the services. */
const waiting = Effect.flatMap(MessageBroker, (broker) =>
  Effect.forEach(services, ({ queue }) => Effect.map(broker.statistics(queue), ({ ready }) => ready))
)

const beat = (workerId: string, activity: { readonly inFlight: number; readonly until?: Date }) =>
  WorkerRegistry.use((registry) =>
    registry.beat({
      workerId,
      host: "h",
      version: "v",
      activities: [
        {
          step: clip,
          handled: 0,
          inFlight: activity.inFlight,
          ...(activity.until === undefined ? {} : { delayed: { count: 1, until: activity.until } })
        }
      ]
    })
  )

describe("the sweep", () => {
  it.effect("asks one question from time to time while nothing is left to do, and takes no duty", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const asked = { unfinished: 0 }
      const idle = Layer.merge(
        Layer.mock(ResultStore, {
          unfinished: (algorithms) =>
            Effect.tap(
              store.unfinished(algorithms),
              Effect.sync(() => asked.unfinished++)
            )
        }),
        Layer.mock(WorkerRegistry, {
          lead: (_duty, _holder, time) => (Duration.isZero(time) ? Effect.succeed(false) : Effect.die("takes a duty"))
        })
      )
      const { stop } = yield* Effect.provide(sweeper, idle)
      yield* TestClock.adjust("29 seconds")
      yield* Effect.repeat(TestClock.adjust("1 second"), { times: 120 })
      yield* stop
      assert.strictEqual(asked.unfinished, 5)
    }).pipe(Effect.provide(surroundings))
  )

  it.effect(
    "publishes what idle services owe once, however many images that are, and nothing for one that is off",
    () =>
      Effect.gen(function* () {
        yield* lost(3500)
        yield* ServiceSwitch.use((switches) => switches.pause({ step: ocr, by: "b", reason: "r" }))
        const { stop } = yield* sweeper
        yield* pass(3)
        assert.deepStrictEqual(yield* waiting, [3500, 3500, 0])
        yield* stop
      }).pipe(Effect.provide(surroundings))
  )

  it.effect("is done by one program at a time, and by another when that has stopped or died", () =>
    Effect.gen(function* () {
      yield* lost(1200)
      const sweepers = yield* Effect.forEach([1, 2, 3], () => sweeper)
      yield* pass(3)
      assert.deepStrictEqual(yield* waiting, [1200, 1200, 1200])
      const broker = yield* MessageBroker
      const lose = Effect.forEach(services, ({ queue }) =>
        Effect.scoped(
          Effect.flatMap(broker.subscribe(queue, { prefetch: 1200 }), ({ deliveries }) =>
            deliveries.pipe(
              Stream.take(1200),
              Stream.runForEach(({ settle }) => settle({ _tag: "Ack" }))
            )
          )
        )
      )
      for (const end of [sweepers[0]!.kill, sweepers[1]!.stop]) {
        yield* end
        yield* lose
        yield* pass(2)
        assert.deepStrictEqual(yield* waiting, [1200, 1200, 1200])
      }
      yield* sweepers[2]!.kill
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("asks again neither what another program has in hand nor what it sent to wait", () =>
    Effect.gen(function* () {
      yield* lost(2)
      const { kill } = yield* sweeper
      yield* pass(5, beat("w1", { inFlight: 2 }))
      assert.deepStrictEqual(yield* waiting, [2, 0, 2])
      yield* pass(5, beat("w1", { inFlight: 0, until: new Date(20 * 60_000) }))
      assert.deepStrictEqual(yield* waiting, [2, 0, 2])
      // It died; what it sent to wait comes back.
      yield* pass(9)
      assert.deepStrictEqual(yield* waiting, [2, 0, 2])
      yield* pass(5)
      assert.deepStrictEqual(yield* waiting, [2, 2, 2])
      yield* kill
    }).pipe(Effect.provide(surroundings))
  )

  it.effect(
    "asks a service that left the catalog for nothing, and for all it owes when it is back (issue 12, A6)",
    () =>
      Effect.gen(function* () {
        yield* lost(2)
        const without = yield* sweeper.pipe(Effect.provideService(Catalog, services.slice(0, 2)))
        yield* pass(3)
        assert.deepStrictEqual(yield* waiting, [2, 2, 0])
        yield* without.stop
        const { kill } = yield* sweeper
        yield* pass(3)
        assert.deepStrictEqual(yield* waiting, [2, 2, 2])
        yield* kill
      }).pipe(Effect.provide(surroundings))
  )

  it.effect("feeds a stage that is busy with what another algorithm derived, and with nothing that is on its way", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const broker = yield* MessageBroker
      const images = yield* lost(4)
      yield* store.record(images.map(({ imageId }) => answer(imageId, "clip")))
      yield* store.save({ boxes: images.slice(1).map(({ imageId }) => derived(imageId, 1, [], "old")) })
      const algorithms = { harmonize: "new", consensus: "", enrich: "" }
      const busy = { step: "harmonize", handled: 0, inFlight: 1 } as const
      const beating = WorkerRegistry.use((registry) =>
        registry.beat({ workerId: "w1", host: "h", version: "v", activities: [busy] })
      )
      yield* beating
      const { stop } = yield* sweeperOf({ stages: ["harmonize"], algorithms })
      yield* Effect.repeat(Effect.andThen(Effect.orDie(beating), TestClock.adjust("1 second")), { times: 10 })
      assert.strictEqual((yield* broker.statistics(hintQueue.harmonize)).ready, 3)
      yield* stop
    }).pipe(Effect.provide(surroundings))
  )

  it.effect.each([
    { harmonizing: "on", hints: [3, 0] },
    { harmonizing: "switched off", hints: [3, 3] }
  ])("has both derived anew with the boxes, while harmonizing is $harmonizing", ({ harmonizing, hints }) =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const broker = yield* MessageBroker
      const images = yield* lost(3)
      yield* store.record(images.map(({ imageId }) => answer(imageId, "clip")))
      yield* store.save({
        boxes: images.map(({ imageId }) => derived(imageId, 1, [], "old")),
        consensus: images.map(({ imageId }) => derived(imageId, 1, consensusOf(factsOf({})), "old"))
      })
      if (harmonizing === "switched off") {
        yield* ServiceSwitch.use((switches) =>
          switches.pause({ step: "harmonize", by: "somebody", reason: "a reason" })
        )
      }
      const algorithms = { harmonize: "new", consensus: "new new", enrich: "" }
      const stages = ["harmonize", "consensus"] as const
      const { stop } = yield* sweeperOf({ stages, algorithms })
      const waiting = Effect.forEach(stages, (stage) =>
        Effect.map(broker.statistics(hintQueue[stage]), ({ ready }) => ready)
      )
      yield* pass(1 / 6)
      assert.deepStrictEqual(yield* waiting, hints)

      // Somebody has harmonized who does not vote.
      yield* store.save({ boxes: images.map(({ imageId }) => derived(imageId, 1, [], "new")) })
      yield* pass(2)
      assert.isAtLeast((yield* waiting)[1]!, 3)
      yield* stop
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("leaves alone what was made known since the last time, which may be about to be published", () =>
    Effect.gen(function* () {
      const { kill } = yield* sweeper
      yield* TestClock.adjust("59 seconds")
      yield* lost(1, "new")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* waiting, [0, 0, 0])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* waiting, [1, 1, 1])
      yield* kill
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("goes on to the last image while many that it hinted at wait for a picture that is away", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const broker = yield* MessageBroker
      const images = yield* lost(2500)
      yield* store.record(images.map(({ imageId }) => answer(imageId, "clip")))
      yield* store.save({ boxes: images.map(({ imageId }) => derived(imageId, 1, [], "a")) })
      const hinted = new Set<string>()
      const { deliveries } = yield* broker.subscribe(hintQueue.enrich, { prefetch: 32 })
      yield* deliveries.pipe(
        Stream.runForEach((delivery) => {
          hinted.add(delivery.body)
          return delivery.settle(Settlement.Retry({ after: Duration.hours(1) }))
        }),
        Effect.forkScoped
      )
      const algorithms = { harmonize: "a", consensus: "a", enrich: "a" }
      const { stop } = yield* sweeperOf({ stages: ["enrich"], algorithms })
      yield* pass(3)
      assert.strictEqual(hinted.size, images.length)
      yield* stop
    }).pipe(Effect.scoped, Effect.provide(surroundings))
  )
})
