import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Layer, Stream } from "effect"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { postprocess, worker } from "../../../src/programs/flows/Pipeline.ts"
import * as Heartbeat from "../../../src/programs/flows/Heartbeat.ts"
import { Inference, InferenceError, Unavailable } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import { object, serviceId } from "../../support/Facts.ts"

const names = ["yolov8", "rtdetr", "colors", "face"]
const catalog = ServiceCatalog.standard.filter(({ id }) => names.includes(id))
const rtdetr = serviceId("rtdetr")

/** Detectors that see one person. The first question about an image finds rtdetr busy. */
const inference = Layer.sync(Inference, () => {
  let isFirst = true
  return {
    isHealthy: () => Effect.succeed(true),
    analyze: ({ id, kind }) =>
      Effect.suspend(() => {
        if (id === "rtdetr" && isFirst) {
          isFirst = false
          return Effect.fail(new InferenceError({ reason: new Unavailable({ service: id, detail: "busy" }) }))
        }
        const predictions = kind === "spatial" ? [object("person", [10, 10, 20, 30], 0.9)] : []
        return Effect.succeed({ data: { service: id, status: "success", predictions } })
      })
  }
})

/** Workers and stages in this process, as `npm start` has them. */
const running = Layer.effectDiscard(
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const strategy = Strategies.defaultStrategy
    const stages = ["harmonize", "consensus", "enrich"] as const
    const streams = [
      ...catalog.map((service) => worker([service], { workerId: "w1", stop })),
      postprocess({ strategy, stages, sweepEvery: "1 minute", stop })
    ]
    yield* Stream.runDrain(Stream.mergeAll(streams, { concurrency: "unbounded" })).pipe(Effect.forkScoped)
  })
).pipe(Layer.provide(Heartbeat.layer({ workerId: "w1", host: "here", version: "1" })))

const server = running.pipe(Layer.provideMerge(ApiServers.layer({ catalog, inference })))

layer(server, { excludeTestServices: true })("a running pipeline", (it) => {
  /** Submits a picture and follows the events until its image is done. */
  const submitted = Effect.fnUntraced(function* (color: string) {
    const api = yield* ApiServers.client
    const { moment } = yield* api.images.search({ query: { limit: 1 } })
    const payload = ApiServers.form(yield* ApiServers.picture(color), { services: "yolov8,rtdetr" })
    const { id } = yield* api.images.submit({ query: {}, headers: {}, payload })
    const look = api.images.get({ params: { id } })
    const done = Effect.gen(function* () {
      const events = yield* api.events.events({ headers: {}, query: { since: moment } })
      yield* events.pipe(
        Stream.filter((event) => "imageId" in event.data && event.data.imageId === id),
        Stream.mapEffect(() => look),
        Stream.takeUntil(({ status }) => status === "done"),
        Stream.runDrain
      )
      return yield* look
    })
    return { id, done }
  })

  it.effect("is followed by its events, from the submission to the end", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const { done, id } = yield* submitted("red")
      const image = yield* done
      assert.deepStrictEqual(
        image.boxes.map(({ concept, services }) => [concept as string, services]),
        [["person", [rtdetr, serviceId("yolov8")]]]
      )
      assert.deepStrictEqual(
        image.crops.map(({ service }) => service),
        [serviceId("colors"), serviceId("face")]
      )
      const { events } = yield* api.images.timeline({ params: { id } })
      const answers = new Map(
        events.flatMap((event) => (event._tag === "Answered" ? [[event.service as string, event] as const] : []))
      )
      assert.strictEqual(answers.get("yolov8")!.attempts, 1)
      assert.strictEqual(answers.get("rtdetr")!.attempts, 2)
      assert.isAtLeast(answers.get("rtdetr")!.handlingTime!, 0)
      const part = yield* api.images.crop({ params: { id, box: image.boxes[0]!.id } })
      assert.isNotEmpty(part)
    })
  )

  it.effect("holds what waits for a paused service, and goes on when it is resumed", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const switches = yield* ServiceSwitch
      const broker = yield* MessageBroker
      yield* api.pipeline.pause({ params: { step: rtdetr }, payload: { by: "Ada", reason: "a test" } })
      yield* switches.untilPaused(rtdetr)
      const { done, id } = yield* submitted("blue")
      const yolo = api.images.get({ params: { id } }).pipe(Effect.repeat({ until: ({ answered }) => answered === 1 }))
      assert.deepStrictEqual(
        (yield* yolo).results.map(({ service }) => service),
        [serviceId("yolov8")]
      )
      assert.strictEqual((yield* broker.statistics("queue_rtdetr")).ready, 1)
      const state = (yield* api.pipeline.services()).services.find(({ service }) => service === rtdetr)!
      assert.deepInclude(state.paused, { by: "Ada", reason: "a test" })
      yield* api.pipeline.resume({ params: { step: rtdetr } })
      assert.strictEqual((yield* done).answered, 2)
    })
  )
})
