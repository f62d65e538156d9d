import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Latch, Layer, Logger, Metric, Result, Stream } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import { published } from "../../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { stages } from "../../../src/domain/Staleness.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import { postprocess, worker } from "../../../src/programs/flows/Pipeline.ts"
import { consume } from "../../../src/programs/flows/Consume.ts"
import { makeKnown, submit } from "../../../src/programs/flows/Submit.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference, InferenceError, Unavailable } from "../../../src/services/Inference.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import { fixture } from "../../support/Replies.ts"
import { serviceId } from "../../support/Runs.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"

/** The value of a series as Prometheus reads it; 0 while it does not exist. */
const value = Effect.fnUntraced(function* (series: string) {
  const text = yield* PrometheusMetrics.format()
  const line = text.split("\n").find((line) => line.startsWith(`${series} `))
  return line === undefined ? 0 : Number(line.slice(series.length + 1))
})

/** Metrics of the test's own. */
const measured = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, Metric.MetricRegistry, new Map())

const memory = Layer.merge(MemoryMessageBroker.layer, MemoryServiceSwitch.layer)

describe("consuming a queue", () => {
  it.effect("counts what is in hand and how it is settled, and times the wait and the work", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make(false)
      const stop = yield* Deferred.make<void>()
      const broker = yield* MessageBroker
      const send = (body: string) => broker.publish([{ queue: "queue_ocr", body, headers: published(0) }])
      yield* TestClock.setTime(4000)
      yield* Effect.forEach(["Ack", "Retry", "DeadLetter"], send)
      const settlements: Readonly<Record<string, Settlement>> = {
        Ack: Settlement.Ack(),
        Retry: Settlement.Retry({ after: Duration.hours(1) }),
        DeadLetter: Settlement.DeadLetter({ reason: "no" })
      }
      const running = yield* consume({ queue: "queue_ocr", step: serviceId("ocr"), prefetch: 8, stop }, (deliveries) =>
        Stream.mapEffect(
          deliveries,
          (delivery) => Effect.andThen(gate.await, delivery.settle(settlements[delivery.body]!)),
          { concurrency: 8 }
        )
      ).pipe(Stream.runDrain, Effect.forkChild)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* value('windmill_in_flight{step="ocr"}'), 3)
      yield* gate.open
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* value('windmill_in_flight{step="ocr"}'), 0)
      for (const settlement of ["ack", "retry", "dead-letter"]) {
        assert.strictEqual(yield* value(`windmill_deliveries_total{step="ocr",settlement="${settlement}"}`), 1)
      }
      assert.strictEqual(yield* value('windmill_queue_wait_seconds_sum{step="ocr"}'), 12)
      assert.strictEqual(yield* value('windmill_handling_seconds_sum{step="ocr"}'), 6)

      // Another attempt is no wait of the queue.
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* value('windmill_queue_wait_seconds_count{step="ocr"}'), 3)
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(running)
    }).pipe(measured, Effect.provide(memory))
  )

  it.effect("holds nothing any more when its deliveries are dropped", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      yield* MessageBroker.use((broker) => broker.publish([{ queue: "queue_ocr", body: "a" }]))
      const running = yield* consume({ queue: "queue_ocr", step: serviceId("ocr"), prefetch: 8, stop }, (deliveries) =>
        Stream.mapEffect(deliveries, () => Effect.never)
      ).pipe(Stream.runDrain, Effect.forkChild)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* value('windmill_in_flight{step="ocr"}'), 1)
      yield* Fiber.interrupt(running)
      assert.strictEqual(yield* value('windmill_in_flight{step="ocr"}'), 0)
    }).pipe(measured, Effect.provide(memory))
  )
})

const catalog = Result.getOrThrow(ServiceCatalog.decode({ services: { yolov8: {}, face: {} } }))
const yolov8 = ServiceCatalog.find(catalog, "yolov8")!

const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** A pipeline in memory whose services do what they are told. */
const world = (analyze: Inference["Service"]["analyze"]) =>
  Layer.mergeAll(
    memory,
    MemoryResultStore.layer,
    MemoryWorkerRegistry.layer,
    Layer.succeed(Catalog, catalog),
    Layer.mock(Inference, { analyze, isHealthy: () => Effect.succeed(true) }),
    Layer.mock(ImageSource, { lend: (_, use) => use(picture), load: () => Effect.succeed(picture) }),
    Layer.mock(Cropper, {
      open: () => Effect.succeed((box) => Effect.succeed({ image: picture, region: imageBox(box) }))
    })
  )

const running = Effect.fnUntraced(function* () {
  const stop = yield* Deferred.make<void>()
  const options = { strategy: Strategies.defaultStrategy, stages, sweepEvery: "1 minute", stop } as const
  yield* Stream.merge(worker([yolov8], { workerId: "w", stop }), postprocess(options)).pipe(
    Stream.runDrain,
    Effect.forkChild
  )
})

/** Lets time pass, in small steps, until a series has a value; of a counter, at least that value. */
const until = (series: string, expected: number) =>
  TestClock.adjust("100 millis").pipe(
    Effect.andThen(value(series)),
    Effect.repeat({ until: (now) => isReached(series, now, expected), times: 2000 }),
    Effect.tap((now) => Effect.sync(() => assert.isTrue(isReached(series, now, expected), `${series} is ${now}`)))
  )

const isReached = (series: string, now: number, expected: number) =>
  series.includes("_total{") ? now >= expected : now === expected

describe("the pipeline", () => {
  it.effect("counts derivations, crops and what the sweep repairs", () =>
    Effect.gen(function* () {
      yield* makeKnown([{ filename: "a.jpg", path: "/a.jpg" }], { services: [yolov8] })
      yield* running()
      yield* until('windmill_sweep_repairs_total{step="yolov8"}', 1)
      yield* until('windmill_crops_total{service="face",outcome="succeeded"}', 1)
      yield* until('windmill_derivations_total{stage="harmonize",outcome="changed"}', 1)
      yield* until('windmill_derivations_total{stage="consensus",outcome="changed"}', 1)
      const skipped = 'windmill_derivations_total{stage="harmonize",outcome="skipped"}'
      const before = yield* value(skipped)
      const body = JSON.stringify({ version: 1, image_id: 1 })
      yield* MessageBroker.use((broker) => broker.publish([{ queue: "queue_bbox_merge", body }]))
      yield* until(skipped, before + 1)
    }).pipe(measured, Effect.provide(world(({ id }) => Effect.succeed({ data: fixture(id) }))))
  )

  it.effect("shows an open breaker until the service is well, and says both once", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => said.push(String(message)))])
      let isDown = true
      const analyze = ({ id }: ServiceCatalog.Service) =>
        isDown
          ? new InferenceError({ reason: new Unavailable({ service: id, detail: "HTTP 503" }) })
          : Effect.succeed({ data: fixture(id) })
      yield* Effect.gen(function* () {
        const images = Array.from({ length: 8 }, (_, i) => ({ filename: `${i}.jpg`, path: `/${i}.jpg` }))
        yield* Stream.runDrain(submit(Stream.fromIterable(images), { services: [yolov8] }))
        yield* running()
        yield* until('windmill_breaker_open{service="yolov8"}', 1)
        isDown = false
        yield* until('windmill_breaker_open{service="yolov8"}', 0)
        yield* until('windmill_deliveries_total{step="yolov8",settlement="ack"}', 8)
      }).pipe(Effect.provide(Layer.merge(world(analyze), logger)))
      assert.deepEqual(said, [
        "yolov8 is unavailable: HTTP 503; its queue is left alone until it is well",
        "yolov8 is well again; its queue is worked on"
      ])
    }).pipe(measured)
  )

  it.effect("shows that an answer under way has closed the breaker", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make(false)
      let asked = 0
      const analyze = ({ id }: ServiceCatalog.Service) => {
        asked++
        if (asked === 1) return Effect.as(gate.await, { data: fixture(id) })
        return asked <= 6
          ? new InferenceError({ reason: new Unavailable({ service: id, detail: "HTTP 503" }) })
          : Effect.succeed({ data: fixture(id) })
      }
      yield* Effect.gen(function* () {
        const images = Array.from({ length: 8 }, (_, i) => ({ filename: `${i}.jpg`, path: `/${i}.jpg` }))
        yield* Stream.runDrain(submit(Stream.fromIterable(images), { services: [yolov8] }))
        yield* running()
        yield* until('windmill_breaker_open{service="yolov8"}', 1)
        yield* gate.open
        yield* until('windmill_breaker_open{service="yolov8"}', 0)
      }).pipe(Effect.provide(world(analyze)))
    }).pipe(measured)
  )
})
