/** Operations as they run: with the steps of the pipeline around them, a broker in memory and a real database. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schedule, Stream } from "effect"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import type { OperationId } from "../../../src/domain/Operation.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import * as PgOperations from "../../../src/layers/postgres/PgOperations.ts"
import * as Operate from "../../../src/programs/flows/Operate.ts"
import { postprocess, worker } from "../../../src/programs/flows/Pipeline.ts"
import * as Submit from "../../../src/programs/flows/Submit.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { Withdrawals } from "../../../src/services/Operations.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as Databases from "../../support/Databases.ts"
import { label, said, serviceId } from "../../support/Facts.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const clip = ServiceCatalog.get(ServiceCatalog.standard, serviceId("clip"))

/** What clip says now, and how often it was asked. */
const model = { word: "cat", asked: 0 }

const surroundings = Layer.mergeAll(
  Layer.succeed(Catalog, [clip]),
  MemoryMessageBroker.layer,
  MemoryServiceSwitch.layer,
  MemoryWorkerRegistry.layer,
  Layer.mock(Cropper, {}),
  Layer.mock(ImageSource, { lend: (_, use) => use(sourceImage({ filename: "a.jpg", width: 9, height: 9 })) }),
  Layer.mock(Inference, {
    analyze: () =>
      Effect.sync(() => {
        model.asked++
        return { data: said(label(model.word, 0.9)).data! }
      })
  }),
  Layer.mergeAll(PgOperations.layer, PgOperations.current).pipe(Layer.provideMerge(Databases.store))
)

const soon = Schedule.spaced("20 millis")

const submit = (group: string, count: number) =>
  Stream.runCollect(
    Submit.submit(
      Stream.range(1, count).pipe(Stream.map((i) => ({ filename: `${i}.jpg`, path: `/${group}/${i}.jpg` }))),
      { services: [clip], group }
    )
  ).pipe(Effect.map((images) => images.map(({ imageId }) => imageId)))

/** Runs the programs for as long as the work takes. */
const running = <A, E, R>(work: Effect.Effect<A, E, R>, options: { readonly worker: boolean }) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const strategy = Strategies.defaultStrategy
    const programs = yield* Effect.forkChild(
      Effect.all(
        [
          Stream.runDrain(postprocess({ strategy, stages: ["harmonize", "consensus"], sweepEvery: "1 minute", stop })),
          Stream.runDrain(Operate.operate({ stop })),
          ...(options.worker ? [Stream.runDrain(worker([clip], { workerId: "w", stop }))] : [])
        ],
        { concurrency: "unbounded" }
      )
    )
    const result = yield* work
    yield* Deferred.succeed(stop, undefined)
    yield* Fiber.join(programs)
    return result
  })

const untilDone = (id: OperationId) =>
  Effect.repeat(Operate.find(id), { until: ({ state }) => state === "done", schedule: soon })

/** What clip's answers and the votes say about the images. */
const words = (ids: ReadonlyArray<ImageId>) =>
  ResultStore.use((store) =>
    Effect.map(store.records(ids), (records) =>
      records.map(({ consensus, facts }) => ({
        answers: facts.results.map(({ outcome }) => /"label":"(\w+)"/.exec(JSON.stringify(outcome))![1]),
        votes: JSON.stringify(consensus).includes(model.word)
      }))
    )
  )

layer(surroundings, { excludeTestServices: true })("an operation", (it) => {
  it.effect("has a service answer again, and what follows derived again, while old answers are there to be seen", () =>
    Effect.gen(function* () {
      const ids = yield* submit("changed", 5)
      const store = yield* ResultStore
      const settled = Effect.repeat(words(ids), {
        until: (all) => all.every(({ votes }) => votes),
        schedule: soon
      })
      yield* running(settled, { worker: true })
      assert.strictEqual(model.asked, 5)
      model.word = "dog"
      const request = { kind: "rerun", services: [clip.id], group: "changed" } as const
      assert.strictEqual(yield* Operate.count(request), 5)
      const { id } = yield* Operate.begin(request, "Ada")
      const asked = Effect.repeat(store.owed({ scope: { _tag: "Images", ids }, limit: 9 }), {
        until: (owed) => owed.length === 5,
        schedule: soon
      })
      yield* running(asked, { worker: false })
      assert.deepStrictEqual(
        (yield* words(ids)).map(({ answers }) => answers),
        ids.map(() => ["cat"])
      )
      const done = yield* running(untilDone(id), { worker: true })
      assert.deepInclude(done, { total: 5, done: 5, by: "Ada" })
      assert.deepStrictEqual(
        (yield* words(ids)).map(({ answers }) => answers),
        ids.map(() => ["dog"])
      )
      assert.strictEqual(model.asked, 10)
      yield* running(settled, { worker: true })
    })
  )

  it.effect("has messages skipped of what it withdraws, which can be asked for again", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const store = yield* ResultStore
      const ids = yield* submit("mistaken", 5)
      assert.strictEqual((yield* broker.statistics(clip.queue)).ready, 5)
      const asked = model.asked
      const { id } = yield* Operate.begin({ kind: "withdraw", group: "mistaken" }, "Ada")
      assert.deepInclude(yield* running(untilDone(id), { worker: false }), { total: 5, done: 5 })
      yield* Effect.repeat(yield* Withdrawals, { until: (moment) => moment !== undefined, schedule: soon })
      const settled = Effect.repeat(broker.statistics(clip.queue), {
        until: ({ ready, unsettled }) => ready + unsettled === 0,
        schedule: soon
      })
      yield* running(settled, { worker: true })
      assert.strictEqual(model.asked, asked)

      yield* store.request(ids, [clip.id])
      yield* Submit.publishOwed(yield* store.owed({ scope: { _tag: "Images", ids }, limit: 5 }))
      yield* running(Effect.andThen(settled, settled), { worker: true })
      assert.strictEqual(model.asked, asked + 5)
    })
  )

  it.effect("derives again what it is told to", () =>
    Effect.gen(function* () {
      const ids = yield* submit("derived", 5)
      const answered = Effect.repeat(words(ids), { until: (all) => all.every(({ votes }) => votes), schedule: soon })
      yield* running(answered, { worker: true })
      const { id } = yield* Operate.begin({ kind: "recompute", stages: ["consensus"], group: "derived" }, "Ada")
      assert.deepInclude(yield* running(untilDone(id), { worker: false }), { total: 5, done: 5 })
    })
  )

  it.effect(
    "is refused when it does not say from which images it takes what they have, or names a service there is not",
    () =>
      Effect.gen(function* () {
        const refused = (request: Parameters<typeof Operate.begin>[0]) =>
          Effect.map(Effect.flip(Operate.begin(request, "Ada")), ({ message }) => message)
        assert.match(yield* refused({ kind: "delete" }), /Say which images/)
        assert.match(yield* refused({ kind: "withdraw" }), /Say what is to be withdrawn/)
        assert.match(yield* refused({ kind: "rerun", services: [serviceId("clap")] }), /Unknown: clap/)
      })
  )
})
