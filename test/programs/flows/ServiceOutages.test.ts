/** What happens to images while a service they are asked of is away, however few they are. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import type { Tuning } from "../../../src/domain/Tuning.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import * as Heartbeat from "../../../src/programs/flows/Heartbeat.ts"
import { worker } from "../../../src/programs/flows/Pipeline.ts"
import { submit } from "../../../src/programs/flows/Submit.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference, InferenceError, Unavailable } from "../../../src/services/Inference.ts"
import { CurrentTuning, type CurrentTuningShape } from "../../../src/services/Tunings.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import { label, said, serviceId } from "../../support/Facts.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import { factsAbout } from "../../support/Stores.ts"

type Sign = NonNullable<Unavailable["sign"]>

/** A service, which may have a page for its health, and how it fails on a picture now, if it does: a duration is when it is to be asked again. `asked` has every request. */
interface Clip {
  readonly health: string | undefined
  fails: (filename: string) => Sign | Duration.Duration | undefined
  isHealthy: boolean
  readonly asked: Array<string>
}

const world = (clip: Clip) =>
  Layer.mergeAll(
    MemoryResultStore.layer,
    MemoryMessageBroker.layer,
    MemoryServiceSwitch.layer,
    Heartbeat.layer({ workerId: "w1", host: "h", version: "v" }).pipe(Layer.provideMerge(MemoryWorkerRegistry.layer)),
    Layer.succeed(Catalog, [serviceOf(clip)]),
    Layer.mock(ImageSource, {
      lend: (reference, use) => use(sourceImage({ filename: reference.filename, width: 640, height: 480 })),
      load: ({ filename }) => Effect.succeed(sourceImage({ filename, width: 640, height: 480 }))
    }),
    Layer.mock(Inference, {
      analyze: ({ id }, handover) =>
        Effect.suspend(() => {
          const filename = handover._tag === "Upload" ? handover.image.filename : ""
          clip.asked.push(filename)
          const sign = clip.fails(filename)
          return sign === undefined
            ? Effect.succeed({ data: said(label("dog", 0.9)).data! })
            : Effect.fail(
                new InferenceError({
                  reason: new Unavailable({
                    service: id,
                    detail: "away",
                    ...(Duration.isDuration(sign) ? { retryAfter: sign } : { sign })
                  })
                })
              )
        }),
      isHealthy: () => Effect.sync(() => clip.isHealthy)
    })
  )

const serviceOf = ({ health }: Pick<Clip, "health">): ServiceCatalog.Service => ({
  ...ServiceCatalog.get(ServiceCatalog.standard, serviceId("clip")),
  health,
  concurrency: 1
})

/** Works on images of these names. */
const worked = Effect.fnUntraced(function* (clip: Clip, ...filenames: ReadonlyArray<string>) {
  const services = [serviceOf(clip)]
  const ids = new Map<string, ImageId>()
  const add = Effect.fnUntraced(function* (filename: string) {
    const references = Stream.make({ filename, path: `/${filename}` })
    const [known] = yield* Stream.runCollect(submit(references, { services }))
    ids.set(filename, known!.imageId)
  })
  yield* Effect.forEach(filenames, add)
  const stop = yield* Deferred.make<void>()
  const running = yield* worker(services, { workerId: "w1", stop }).pipe(Stream.runDrain, Effect.forkChild)
  /** What is known of an image: nothing while it is owed. */
  const outcome = Effect.fnUntraced(function* (filename: string) {
    const { results } = yield* factsAbout(ids.get(filename)!)
    return results.map(({ outcome }) => (outcome._tag === "Failure" ? outcome.reason : outcome._tag))
  })
  return { add, outcome, end: Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running)) }
})

/** Lets time pass in steps. */
const pass = (seconds: number) => Effect.repeat(TestClock.adjust("1 second"), { times: seconds })

const leftAlone = Effect.map(
  WorkerRegistry.use(({ workers }) => workers),
  (workers) =>
    workers.flatMap(({ activities }) => activities.flatMap(({ breaker }) => (breaker ? [breaker.reason] : [])))
)

const hour = 3600

describe("one image whose service is away (issue 12)", () => {
  for (const sign of ["Unreached", "Unserving", "BrokenOff"] as const) {
    for (const health of ["/health", undefined]) {
      it.effect(`is kept for an hour and answered then: ${sign}, ${health ?? "no page for health"}`, () => {
        const clip: Clip = { health, fails: () => sign, isHealthy: health === undefined, asked: [] }
        return Effect.gen(function* () {
          const { end, outcome } = yield* worked(clip, "a")
          yield* pass(60)
          assert.deepStrictEqual(yield* leftAlone, [
            health === undefined ? "clip is unavailable: away" : "clip does not say that it is well"
          ])
          yield* pass(hour)
          assert.deepStrictEqual(yield* outcome("a"), [])
          // Where health says nothing, the image itself is tried twice a minute.
          assert.isAtMost(clip.asked.length, health === undefined ? 130 : 1)
          clip.fails = () => undefined
          clip.isHealthy = true
          yield* pass(60)
          assert.deepStrictEqual(yield* outcome("a"), ["Success"])
          assert.deepStrictEqual(yield* leftAlone, [])
          yield* end
        }).pipe(Effect.provide(world(clip)))
      })
    }
  }

  it.effect("is kept while the service says that it is well and serves nothing", () => {
    const clip: Clip = { health: "/health", fails: () => "Unserving", isHealthy: true, asked: [] }
    return Effect.gen(function* () {
      const { end, outcome } = yield* worked(clip, "a")
      yield* pass(hour)
      assert.deepStrictEqual(yield* outcome("a"), [])
      yield* end
    }).pipe(Effect.provide(world(clip)))
  })
})

describe("a service whose breaker is tuned while programs run (issue 12, B20)", () => {
  it.effect("is left alone after so many failures, and looked at as often as it is said then", () => {
    let looks = 0
    const clip: Clip = {
      health: "/health",
      fails: () => Duration.seconds(1),
      get isHealthy() {
        looks++
        return false
      },
      asked: []
    }
    return Effect.gen(function* () {
      const tuning = yield* SubscriptionRef.make<Tuning>({ threshold: 100, probe: 300 })
      const current: CurrentTuningShape = {
        of: () => SubscriptionRef.get(tuning),
        until: (_, holds) => SubscriptionRef.changes(tuning).pipe(Stream.filter(holds), Stream.take(1), Stream.runDrain)
      }
      const { end } = yield* worked(clip, "a", "b", "c").pipe(Effect.provideService(CurrentTuning, current))
      yield* pass(10)
      assert.deepStrictEqual(yield* leftAlone, [])
      assert.isAtLeast(clip.asked.length, 20)

      yield* SubscriptionRef.set(tuning, { threshold: 2, probe: 300 })
      yield* pass(2)
      assert.lengthOf(yield* leftAlone, 1)
      const asked = clip.asked.length
      yield* pass(hour)
      // After 1, 2, 4 … 256 seconds, and then every five minutes.
      assert.isAtMost(looks, 25)

      yield* SubscriptionRef.set(tuning, { probe: 2 })
      const before = looks
      yield* pass(1)
      assert.strictEqual(looks, before + 1)
      yield* pass(60)
      assert.isAtLeast(looks, before + 25)
      assert.lengthOf(clip.asked, asked)
      yield* end
    }).pipe(Effect.provide(world(clip)))
  })
})

describe("a picture that ends its service each time", () => {
  /** The service is gone for 10 seconds after it was given the picture. */
  const killed = (clip: Clip, poison: string) => {
    let gone = 0
    return Effect.gen(function* () {
      clip.fails = (filename) => {
        if (filename === poison) {
          gone = 10
          clip.isHealthy = false
          return "BrokenOff"
        }
        return gone > 0 ? "Unreached" : undefined
      }
      yield* Effect.sleep("1 second").pipe(
        Effect.andThen(
          Effect.sync(() => {
            gone = Math.max(0, gone - 1)
            clip.isHealthy = gone === 0
          })
        ),
        Effect.forever,
        Effect.forkScoped
      )
    })
  }

  it.effect("fails after its fifth attempt, and the others are answered", () => {
    const clip: Clip = { health: undefined, fails: () => undefined, isHealthy: true, asked: [] }
    return Effect.gen(function* () {
      yield* killed(clip, "poison")
      const { add, end, outcome } = yield* worked(clip, "a", "poison", "b", "c")
      yield* pass(60)
      for (const name of ["d", "e", "f", "g"]) {
        yield* add(name)
        yield* pass(120)
      }
      for (const name of ["a", "b", "c", "d", "e", "f", "g"]) {
        assert.deepStrictEqual(yield* outcome(name), ["Success"], name)
      }
      assert.deepStrictEqual(yield* outcome("poison"), ["clip is unavailable: away (tried 5 times)"])
      yield* end
    }).pipe(Effect.scoped, Effect.provide(world(clip)))
  })

  it.effect("fails alone where the service says in between that it is well", () => {
    const clip: Clip = { health: "/health", fails: () => undefined, isHealthy: true, asked: [] }
    return Effect.gen(function* () {
      yield* killed(clip, "poison")
      const { end, outcome } = yield* worked(clip, "poison")
      yield* pass(600)
      assert.deepStrictEqual(yield* outcome("poison"), ["clip is unavailable: away (tried 5 times)"])
      // The first time nothing was known of the service.
      assert.isAtMost(clip.asked.length, 7)
      yield* end
    }).pipe(Effect.scoped, Effect.provide(world(clip)))
  })
})

describe("a service that says for minutes that it is asked too much (issue 12, A10)", () => {
  it.effect("fails no image, is asked seldom meanwhile, and answers about all afterwards", () => {
    const clip: Clip = { health: "/health", fails: () => Duration.seconds(30), isHealthy: true, asked: [] }
    return Effect.gen(function* () {
      const names = Array.from({ length: 72 }, (_, i) => `${i}`)
      const { end, outcome } = yield* worked(clip, ...names)
      yield* pass(600)
      for (const name of names) assert.deepStrictEqual(yield* outcome(name), [], name)
      assert.isAtMost(clip.asked.length, 72 * 20)
      clip.fails = () => undefined
      yield* pass(120)
      for (const name of names) assert.deepStrictEqual(yield* outcome(name), ["Success"], name)
      yield* end
    }).pipe(Effect.provide(world(clip)))
  })
})
