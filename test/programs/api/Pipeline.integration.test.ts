import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { hintQueue } from "../../../src/domain/Messages.ts"
import { NotFound, Unprocessable } from "../../../src/programs/api/definition/Problems.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import { failed, object, said, serviceId } from "../../support/Facts.ts"

const depth = (queue: string) => MessageBroker.use((broker) => broker.depth(queue))

/** Puts messages on a queue that are set aside at once. */
const bury = Effect.fnUntraced(function* (queue: string, ...bodies: ReadonlyArray<string>) {
  const broker = yield* MessageBroker
  yield* broker.publish(bodies.map((body) => ({ queue, body, headers: { traceparent: "t" } })))
  const { deliveries } = yield* broker.subscribe(queue, { prefetch: 10 })
  yield* Stream.runForEach(Stream.take(deliveries, bodies.length), (delivery) =>
    delivery.settle(Settlement.DeadLetter({ reason: `cannot be read: ${delivery.body}` }))
  )
}, Effect.scoped)

const ocr = serviceId("ocr")
const clip = serviceId("clip")

layer(ApiServers.layer(), { excludeTestServices: true })("the pipeline", (it) => {
  it.effect("shows the graph that the programs execute", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const { edges, nodes, strategy } = yield* api.pipeline.workflow()
      assert.strictEqual(nodes.length, 13 + 3)
      const to = (from: string) => edges.filter((edge) => edge.from === from).map(({ on, to }) => `${to} ${on}`)
      assert.deepStrictEqual(to("yolov8"), ["harmonize image", "consensus image"])
      assert.deepStrictEqual(to("harmonize"), ["enrich image"])
      assert.deepStrictEqual(to("consensus"), [])
      assert.deepStrictEqual(to("enrich"), ["colors crops", "face crops", "pose crops"])
      assert.includeMembers(to("face"), ["harmonize crops", "consensus crops"])
      assert.strictEqual(strategy.name, "quorum")
    })
  )

  it.effect("counts what is waiting, done and failed, by service, stage and group", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      yield* Archives.done("a.jpg", { yolov8: said(object("dog", [1, 2, 30, 40], 0.9)) }, { group: "counted" })
      yield* Archives.answered("b.jpg", { clip: failed() }, { group: "counted", unanswered: ["ocr"] })
      const { services, stages } = yield* api.pipeline.services()
      const state = services.find(({ service }) => service === ocr)!
      assert.deepInclude(state, { requested: 1, succeeded: 0, failed: 0, waiting: 1, kind: "specialized" })
      assert.instanceOf(state.oldest, Date)
      assert.deepInclude(
        services.find(({ service }) => service === clip),
        { requested: 1, failed: 1, waiting: 0, eta: 0 }
      )
      const answered = services.find(({ service }) => service === "yolov8")!
      assert.strictEqual(
        answered.history.reduce((sum, count) => sum + count, 0),
        1
      )
      assert.strictEqual(answered.rate, 0.1)
      assert.deepInclude(
        stages.find(({ stage }) => stage === "harmonize"),
        { waiting: 1, done: 1 }
      )
      const progress = yield* api.pipeline.progress()
      assert.deepInclude(progress, { images: 2, done: 1 })
      assert.deepStrictEqual(progress.groups, [{ group: "counted", images: 2, done: 1, failed: 1 }])
    })
  )

  it.effect("lists dead letters and puts them back", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      yield* bury("queue_ollama", "one", "two")
      yield* bury(hintQueue.harmonize, "three")
      const letters = yield* ApiServers.plain(api.pipeline.deadLetters({ query: {} }))
      assert.deepStrictEqual(
        letters.map(({ body, reason, step }) => [step as string, body, reason]),
        [
          ["ollama", "one", "cannot be read: one"],
          ["ollama", "two", "cannot be read: two"],
          ["harmonize", "three", "cannot be read: three"]
        ]
      )
      const step = serviceId("ollama")
      assert.lengthOf(yield* ApiServers.plain(api.pipeline.deadLetters({ query: { step, limit: 1 } })), 1)
      const first = yield* ApiServers.paged(api.pipeline.deadLetters({ query: { limit: 1, total: true } }))
      assert.deepStrictEqual(first, { deadLetters: [letters[0]!, letters[2]!], total: 3 })
      const ofStep = yield* ApiServers.paged(api.pipeline.deadLetters({ query: { step, limit: 1, total: true } }))
      assert.deepStrictEqual(ofStep, { deadLetters: [letters[0]!], total: 2 })
      const ids = [letters[1]!.id]
      assert.deepStrictEqual(yield* api.pipeline.replay({ payload: { step, ids } }), { count: 1 })
      assert.deepStrictEqual(yield* api.pipeline.replay({ payload: { step } }), { count: 1 })
      assert.strictEqual(yield* depth("queue_ollama"), 2)
      const third = [letters[2]!.id]
      assert.deepStrictEqual(yield* api.pipeline.drop({ payload: { step: "harmonize", ids: third } }), { count: 1 })
      assert.deepStrictEqual(yield* api.pipeline.deadLetters({ query: {} }), [])
      assert.strictEqual(yield* depth(hintQueue.harmonize), 0)
      const nobody = api.pipeline.replay({ payload: { step: serviceId("nobody") } })
      assert.instanceOf(yield* Effect.flip(nobody), NotFound)
    })
  )

  it.effect("changes how a service is asked, until it is reset", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const params = { service: ocr }
      const tuning = Effect.map(
        api.pipeline.services(),
        ({ services }) => services.find(({ service }) => service === ocr)!.tuning
      )
      assert.deepStrictEqual(yield* tuning, {})
      yield* api.pipeline.tune({ params, payload: { concurrency: 4, rate: 0.5 } })
      const changed = { concurrency: 8, rate: 0.5, attempts: 7 }
      assert.deepStrictEqual(yield* api.pipeline.tune({ params, payload: { concurrency: 8, attempts: 7 } }), changed)
      assert.deepStrictEqual(yield* tuning, changed)
      const other = { rate: null, attempts: null, threshold: 2, probe: 60 }
      assert.deepStrictEqual(yield* api.pipeline.tune({ params, payload: other }), {
        concurrency: 8,
        threshold: 2,
        probe: 60
      })
      assert.deepStrictEqual(yield* api.pipeline.untune({ params }), { wasTuned: true })
      assert.deepStrictEqual(yield* api.pipeline.untune({ params }), { wasTuned: false })
      assert.deepStrictEqual(yield* tuning, {})
      const unknown = { service: serviceId("nobody") }
      assert.instanceOf(yield* Effect.flip(api.pipeline.tune({ params: unknown, payload: {} })), NotFound)
    })
  )

  it.effect("says who paused a service and why, until it is resumed", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const switches = yield* ServiceSwitch
      const pause = yield* api.pipeline.pause({ params: { step: ocr }, payload: { by: "Ada", reason: "new model" } })
      assert.deepInclude(pause, { step: ocr, by: "Ada", reason: "new model" })
      yield* switches.untilPaused(ocr)
      const { services } = yield* api.pipeline.services()
      assert.deepStrictEqual(services.find(({ service }) => service === ocr)!.paused, pause)
      assert.deepStrictEqual(yield* api.pipeline.resume({ params: { step: ocr } }), { wasPaused: true })
      yield* switches.untilResumed(ocr)
      assert.deepStrictEqual(yield* api.pipeline.resume({ params: { step: ocr } }), { wasPaused: false })
      yield* api.pipeline.pause({ params: { step: "consensus" }, payload: { by: "Ada", reason: "" } })
      yield* switches.untilPaused("consensus")
      yield* api.pipeline.resume({ params: { step: "consensus" } })
      const nobody = api.pipeline.pause({ params: { step: serviceId("nobody") }, payload: { by: "Ada", reason: "" } })
      assert.instanceOf(yield* Effect.flip(nobody), NotFound)
    })
  )

  it.effect("shows the programs that run and what they do", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const registry = yield* WorkerRegistry
      const who = { workerId: "w1", host: "farm", version: "1.2.3" }
      const breaker = { reason: "HTTP 503", nextProbe: new Date("2026-01-01T00:00:00Z") }
      yield* registry.beat({ ...who, activities: [{ step: ocr, inFlight: 2, handled: 10, breaker }] })
      const [worker] = yield* api.pipeline.workers()
      assert.deepInclude(worker, { ...who, isAlive: true })
      assert.deepStrictEqual(worker!.activities, [{ step: ocr, inFlight: 2, handled: 10, breaker, rate: 0 }])
      const { services } = yield* api.pipeline.services()
      const state = services.find(({ service }) => service === ocr)!
      assert.deepInclude(state, { inFlight: 2, workers: 1, breakers: [{ workerId: "w1", on: "image", ...breaker }] })
      yield* registry.beat({ ...who, activities: [{ step: ocr, inFlight: 0, handled: 30 }] })
      const [later] = yield* api.pipeline.workers()
      assert.isAbove(later!.activities[0]!.rate, 0)
      yield* registry.leave("w1")
      assert.deepStrictEqual(yield* api.pipeline.workers(), [])
    })
  )

  it.effect("groups failures by service and class, with samples", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const ids = yield* Effect.forEach(
        Array.from({ length: 7 }, (_, i) => i),
        (i) => Archives.answered(`failure-${i}.jpg`, { metadata: failed("image") })
      )
      const group = (yield* api.pipeline.failures()).find(({ service }) => service === "metadata")!
      assert.deepInclude(group, { class: "image", count: 7 })
      assert.deepStrictEqual(
        group.samples.map(({ imageId }) => imageId),
        ids.toReversed().slice(0, 5)
      )
      assert.deepInclude(group.samples[0], { filename: "failure-6.jpg", reason: "It is image" })
    })
  )

  it.effect("tries again what failed, and only that", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const archive = yield* Archive
      const answers = { inception_v3: failed("refused"), nsfw2: failed("image"), blip: said() }
      const id = yield* Archives.answered("retry.jpg", answers, { group: "again" })
      yield* Archives.answered("other.jpg", { inception_v3: failed("refused") })
      const [inception, nsfw2] = [yield* depth("queue_inception_v3"), yield* depth("queue_nsfw2")]
      const retry = { group: "again", class: "refused" as const }
      assert.deepStrictEqual(yield* api.pipeline.retryFailed({ payload: { ...retry, dryRun: true } }), { count: 1 })
      assert.strictEqual(yield* depth("queue_inception_v3"), inception)
      assert.deepStrictEqual(yield* api.pipeline.retryFailed({ payload: retry }), { count: 1 })
      assert.strictEqual(yield* depth("queue_inception_v3"), inception + 1)
      assert.strictEqual(yield* depth("queue_nsfw2"), nsfw2)
      const left = yield* archive.search({ group: "again", error: "any" }, { limit: 10 })
      assert.deepStrictEqual(
        left.map(({ failed, id }) => [id, failed]),
        [[id, 1]]
      )
      const services = [serviceId("inception_v3")]
      assert.deepStrictEqual(yield* api.pipeline.retryFailed({ payload: { services } }), { count: 1 })
    })
  )

  it.effect("asks for answers that are missing, where nobody is about to give them", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      yield* Archives.answered("missing.jpg", { blip: said() }, { group: "missing", unanswered: ["pose"] })
      assert.strictEqual(yield* depth("queue_pose"), 0)
      assert.deepStrictEqual(yield* api.pipeline.runMissing({ payload: { group: "missing" } }), { count: 1 })
      assert.strictEqual(yield* depth("queue_pose"), 1)
      assert.deepStrictEqual(yield* api.pipeline.runMissing({ payload: { group: "missing" } }), { count: 0 })
      const named = { group: "missing", services: [serviceId("detectron2")] }
      assert.deepStrictEqual(yield* api.pipeline.runMissing({ payload: named }), { count: 0 })
      const added = { ...named, everyImage: true }
      assert.deepStrictEqual(yield* api.pipeline.runMissing({ payload: { ...added, dryRun: true } }), { count: 1 })
      assert.strictEqual(yield* depth("queue_detectron2"), 0)
      assert.deepStrictEqual(yield* api.pipeline.runMissing({ payload: added }), { count: 1 })
      assert.strictEqual(yield* depth("queue_detectron2"), 1)
      const nobody = api.pipeline.runMissing({ payload: { services: [serviceId("nobody")] } })
      assert.instanceOf(yield* Effect.flip(nobody), Unprocessable)
    })
  )

  it.effect("describes itself", () =>
    Effect.gen(function* () {
      const response = yield* ApiServers.request("/openapi.json")
      const spec = (yield* Effect.promise(() => response.json())) as {
        readonly openapi: string
        readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string }>>>>
      }
      assert.strictEqual(spec.openapi, "3.1.0")
      for (const [path, methods] of Object.entries(spec.paths)) {
        for (const [method, { summary }] of Object.entries(methods)) assert.isDefined(summary, `${method} ${path}`)
      }
    })
  )
})
