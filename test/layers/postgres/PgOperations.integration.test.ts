import { PgClient } from "@effect/sql-pg"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schedule } from "effect"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import type { Request } from "../../../src/domain/Operation.ts"
import * as Derive from "../../../src/domain/Derive.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { stages } from "../../../src/domain/Staleness.ts"
import * as PgOperations from "../../../src/layers/postgres/PgOperations.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Operations, Withdrawals } from "../../../src/services/Operations.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as Archives from "../../support/Archives.ts"
import * as Databases from "../../support/Databases.ts"
import { failed, label, object, said, serviceId } from "../../support/Facts.ts"
import { answer } from "../../support/Stores.ts"

const surroundings = Layer.mergeAll(PgOperations.layer, Layer.succeed(Catalog, ServiceCatalog.standard)).pipe(
  Layer.provideMerge(Databases.store)
)

const person = object("person", [100, 200, 300, 400], 0.9)
const yolov8 = serviceId("yolov8")
const rtdetr = serviceId("rtdetr")
const clip = serviceId("clip")

/** Takes all steps of an operation, a few images at a time. Returns the images of each. */
const takeAll = Effect.fnUntraced(function* (request: Request, limit = 2) {
  const operations = yield* Operations
  const { id } = yield* operations.begin(request, "Ada")
  const steps: Array<ReadonlyArray<ImageId>> = []
  while (true) {
    const step = yield* operations.step(id, limit)
    if (Option.isNone(step)) return { id, steps }
    steps.push(step.value.images)
  }
})

const operation = (id: Parameters<Operations["Service"]["find"]>[0]) =>
  Operations.use((operations) => Effect.map(operations.find(id), Option.getOrThrow))

const isOwed = (id: ImageId, service = yolov8) => ResultStore.use((store) => store.isOwed(id, service))
const repliesOf = (id: ImageId) =>
  ResultStore.use((store) =>
    Effect.map(store.facts([id]), ([facts]) =>
      facts!.results.map(({ isRenewed = false, outcome, service }) => [service, outcome.data, isRenewed])
    )
  )

describe("operations in PostgreSQL", () => {
  layer(surroundings, { excludeTestServices: true })((it) => {
    it.effect("keeps an answer that is asked for again until the new one takes its place", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const store = yield* ResultStore
        const before = said(person)
        const ids = yield* Effect.forEach([1, 2, 3], (i) =>
          Archives.answered(`again ${i}.jpg`, { yolov8: before, rtdetr: before }, { group: "again" })
        )
        const other = yield* Archives.answered("other.jpg", { yolov8: before }, { group: "others" })
        const request = { kind: "rerun", services: [yolov8], group: "again" } as const
        assert.strictEqual(yield* operations.count(request), 3)
        const { id, steps } = yield* takeAll(request)
        assert.deepStrictEqual(steps, [ids.slice(0, 2), ids.slice(2)])
        assert.isFalse(yield* isOwed(other))
        assert.strictEqual(yield* operations.count(request), 0)
        for (const imageId of ids) {
          assert.isTrue(yield* isOwed(imageId))
          assert.isFalse(yield* isOwed(imageId, rtdetr))
          assert.deepStrictEqual(yield* repliesOf(imageId), [
            ["rtdetr", before.data, false],
            ["yolov8", before.data, true]
          ])
        }
        assert.isFalse(yield* operations.finish(id))
        assert.deepInclude(yield* operation(id), { state: "running", total: 3, done: 0, underway: 3, by: "Ada" })
        const counts = yield* Progress.use((progress) => progress.counts({ _tag: "Images", ids }))
        assert.deepInclude(counts.services[1], { service: yolov8, requested: 3, succeeded: 0 })

        const after = said(label("cat"))
        const [first] = ids as [ImageId, ImageId, ImageId]
        // Two messages that ask for the same, answered together.
        assert.lengthOf(yield* store.record([answer(first, "yolov8", after), answer(first, "yolov8", before)]), 1)
        assert.deepStrictEqual((yield* repliesOf(first))[1], ["yolov8", after.data, false])
        assert.lengthOf(yield* store.record([answer(first, "yolov8", before)]), 0)
        assert.deepInclude(yield* operation(id), { done: 1, underway: 2 })
        yield* store.record(ids.map((imageId) => answer(imageId, "yolov8", after)))
        assert.isTrue(yield* operations.finish(id))
        assert.deepInclude(yield* operation(id), { state: "done", total: 3, done: 3, underway: 0 })
        const [facts] = yield* store.facts([first])
        assert.strictEqual(facts!.revision, 3)
      })
    )

    it.effect("asks only for what was answered before a moment", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const sql = yield* PgClient.PgClient
        const old = yield* Archives.answered("old.jpg", { clip: said() }, { group: "ages" })
        yield* Archives.answered("new.jpg", { clip: said() }, { group: "ages" })
        yield* sql`UPDATE results SET result_created = '2020-01-01' WHERE image_id = ${old}`
        const request = { kind: "rerun", services: [clip], group: "ages", before: new Date("2020-06-01") } as const
        assert.strictEqual(yield* operations.count(request), 1)
        assert.deepStrictEqual((yield* takeAll(request)).steps, [[old]])
      })
    )

    it.effect("asks about crops again, which the stage is told by the revision", () =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const imageId = yield* Archives.done("crops.jpg", { yolov8: said(person), rtdetr: said(person) })
        const [before] = yield* store.facts([imageId])
        const face = serviceId("face")
        const { id } = yield* takeAll({ kind: "rerun", services: [face], ids: [imageId] })
        const [facts] = yield* store.facts([imageId])
        assert.strictEqual(facts!.revision, before!.revision + 1)
        const again = facts!.crops.filter(({ isRenewed }) => isRenewed === true)
        assert.deepStrictEqual(
          again.map(({ service }) => service),
          [face]
        )
        const [crop] = again
        const outcome = said(label("face"))
        yield* store.recordCrops([{ ...crop!, imageId, outcome }])
        const [after] = yield* store.facts([imageId])
        assert.deepStrictEqual(after!.crops.find(({ service }) => service === face)!.outcome, outcome)
        assert.deepInclude(yield* operation(id), { done: 1, underway: 0 })
      })
    )

    it.effect("counts the old answers again when it is stopped, and takes no further step", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const store = yield* ResultStore
        const ids = yield* Effect.forEach([1, 2, 3], (i) =>
          Archives.answered(`stopped ${i}.jpg`, { yolov8: said(person) }, { group: "stopped" })
        )
        const { id } = yield* operations.begin({ kind: "rerun", services: [yolov8], group: "stopped" }, "Ada")
        yield* operations.step(id, 2)
        yield* store.record([answer(ids[0]!, "yolov8", failed())])
        assert.isTrue(yield* operations.stop(id))
        assert.isFalse(yield* operations.stop(id))
        assert.isTrue(Option.isNone(yield* operations.step(id, 2)))
        assert.deepStrictEqual(yield* Effect.forEach(ids, (imageId) => isOwed(imageId)), [false, false, false])
        assert.deepInclude(yield* operation(id), { state: "stopped", done: 1, underway: 0 })
        assert.notInclude(
          (yield* operations.running).map((running) => running.id),
          id
        )
      })
    )

    it.effect("withdraws what is owed, keeps what is recorded, and lets it be asked for again", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const store = yield* ResultStore
        const imageId = yield* Archives.answered(
          "owing.jpg",
          { yolov8: said(person) },
          { group: "owing", unanswered: ["clip", "ocr"] }
        )
        yield* takeAll({ kind: "rerun", services: [yolov8], group: "owing" })
        const request = { kind: "withdraw", services: [yolov8, clip], group: "owing" } as const
        assert.strictEqual(yield* operations.count(request), 2)
        const { id } = yield* takeAll(request)
        assert.isTrue(yield* operations.finish(id))
        assert.deepInclude(yield* operation(id), { state: "done", done: 2 })
        const owed = store.owed({ scope: { _tag: "Images", ids: [imageId] }, limit: 1 })
        assert.deepStrictEqual(
          (yield* owed).map(({ owed }) => owed),
          [[serviceId("ocr")]]
        )
        assert.deepStrictEqual(yield* repliesOf(imageId), [["yolov8", said(person).data, false]])
        yield* takeAll({ kind: "withdraw", group: "owing" })
        assert.deepStrictEqual(yield* owed, [])
        // An answer that was on its way is a fact like any other.
        yield* store.record([answer(imageId, "ocr")])
        yield* store.request([imageId], [clip])
        assert.isTrue(yield* isOwed(imageId, clip))
      })
    )

    it.effect("marks for another derivation, without touching what is stored", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const store = yield* ResultStore
        const imageId = yield* Archives.done("computed.jpg", { yolov8: said(person), rtdetr: said(person) })
        const stored = yield* store.boxes(imageId)
        const algorithms = Derive.keys(Strategies.defaultStrategy, ServiceCatalog.standard)
        const staleOf = Effect.forEach(stages, (stage) =>
          Effect.map(store.stale(stage, { algorithm: algorithms[stage], by: "algorithm", limit: 1000 }), (images) =>
            images.some((image) => image.imageId === imageId)
          )
        )
        assert.deepStrictEqual(yield* staleOf, [false, false, false])
        const { id } = yield* takeAll({ kind: "recompute", stages: ["harmonize", "consensus"], ids: [imageId] })
        assert.deepStrictEqual(yield* staleOf, [true, true, false])
        assert.deepStrictEqual(
          Option.map(yield* store.boxes(imageId), ({ value }) => value),
          Option.map(stored, ({ value }) => value)
        )
        assert.isFalse(yield* operations.finish(id))
        yield* Archives.derive(imageId)
        assert.deepStrictEqual(yield* staleOf, [false, false, false])
        assert.isTrue(yield* operations.finish(id))
      })
    )

    it.effect("deletes images that were known before a moment, and none that came after it began", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const store = yield* ResultStore
        const group = "to go"
        const ids = yield* Effect.forEach([1, 2, 3], (i) =>
          Archives.answered(`gone ${i}.jpg`, { clip: said() }, { group })
        )
        assert.strictEqual(yield* operations.count({ kind: "delete", group, before: new Date("2020-01-01") }), 0)
        const { id } = yield* operations.begin({ kind: "delete", group }, "Ada")
        const late = yield* Archives.answered("late.jpg", { clip: said() }, { group })
        yield* operations.step(id, 2)
        assert.deepInclude(yield* operation(id), { total: 3, done: 2 })
        yield* operations.step(id, 2)
        yield* operations.finish(id)
        assert.deepInclude(yield* operation(id), { state: "done", total: 3, done: 3 })
        assert.deepStrictEqual(
          (yield* store.records([...ids, late])).map(({ imageId }) => imageId),
          [late]
        )
      })
    )

    it.effect("lists operations, newest first", () =>
      Effect.gen(function* () {
        const operations = yield* Operations
        const [first, second] = yield* operations.list({ limit: 2 })
        assert.isAbove(first!.id, second!.id)
        assert.deepStrictEqual((yield* operations.list({ before: first!.id, limit: 1 }))[0]!.id, second!.id)
      })
    )
  })

  it.live("tells programs until when jobs may have been withdrawn", () =>
    Effect.gen(function* () {
      const withdrawals = Effect.map(Layer.build(Layer.fresh(PgOperations.current)), Context.get(Withdrawals))
      const until = yield* withdrawals
      assert.isUndefined(yield* until)
      yield* takeAll({ kind: "withdraw", services: [clip] })
      yield* Effect.repeat(until, {
        until: (moment) => moment !== undefined,
        times: 1000,
        schedule: Schedule.spaced("10 millis")
      })
      const later = yield* yield* withdrawals
      assert.isAbove(later ?? 0, Date.now())
    }).pipe(Effect.scoped, Effect.provide(surroundings))
  )
})
