import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { get, standard } from "../../../src/domain/ServiceCatalog.ts"
import * as PgTunings from "../../../src/layers/postgres/PgTunings.ts"
import * as PgWorkerRegistry from "../../../src/layers/postgres/PgWorkerRegistry.ts"
import type { StepName } from "../../../src/domain/StepName.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { CurrentTuning, Tunings } from "../../../src/services/Tunings.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import * as Databases from "../../support/Databases.ts"
import { serviceId } from "../../support/Facts.ts"

const clip = serviceId("clip")
const face = serviceId("face")

const surroundings = Layer.mergeAll(PgTunings.layer, PgWorkerRegistry.layer).pipe(
  Layer.provideMerge(Databases.client),
  Layer.merge(
    Layer.succeed(
      Catalog,
      [clip, face].map((id) => get(standard, id))
    )
  )
)

/** What a program keeps to that starts now. */
const program = Effect.map(Layer.build(Layer.fresh(PgTunings.current)), Context.get(CurrentTuning))

const works = (workerId: string, ...steps: ReadonlyArray<StepName>) =>
  WorkerRegistry.use((registry) =>
    registry.beat({
      workerId,
      host: "farm",
      version: "1",
      activities: steps.map((step) => ({ step, inFlight: 0, handled: 0 }))
    })
  )

layer(surroundings, { excludeTestServices: true })("tunings", (it) => {
  it.effect(
    "are changed part by part, known to programs within a second or two, and to later ones, until they are reset",
    () =>
      Effect.gen(function* () {
        const tunings = yield* Tunings
        const running = yield* program
        assert.deepStrictEqual(yield* running.of(clip), {})
        yield* tunings.change(clip, { concurrency: 4, attempts: 3 })
        const changed = yield* tunings.change(clip, { concurrency: 6 })
        assert.deepStrictEqual(changed, { concurrency: 6, attempts: 3 })
        assert.deepStrictEqual(yield* tunings.all, new Map([[clip, changed]]))
        yield* running.until(clip, ({ concurrency }) => concurrency === 6).pipe(Effect.timeout("5 seconds"))
        assert.deepStrictEqual(yield* running.of(clip), changed)
        assert.deepStrictEqual(yield* Effect.flatMap(program, ({ of }) => of(clip)), changed)
        const fewer = yield* tunings.change(clip, { concurrency: null, rate: null, threshold: 2 })
        assert.deepStrictEqual(fewer, { attempts: 3, threshold: 2 })
        assert.isTrue(yield* tunings.reset(clip))
        assert.isFalse(yield* tunings.reset(clip))
        assert.deepStrictEqual(yield* tunings.change(clip, { probe: null }), {})
        assert.isFalse(yield* tunings.reset(clip))
        yield* running.until(clip, ({ concurrency }) => concurrency === undefined).pipe(Effect.timeout("5 seconds"))
      })
  )

  it.effect("part a rate among the programs that are alive and ask the service, about whole images or crops", () =>
    Effect.gen(function* () {
      const tunings = yield* Tunings
      yield* tunings.change(clip, { rate: 12 })
      yield* tunings.change(face, { rate: 12 })
      yield* works("a", clip)
      yield* works("b", clip, face)
      yield* works("c", "harmonize", "enrich")
      yield* works("d", serviceId("ocr"))
      const running = yield* program
      assert.deepStrictEqual(yield* running.of(clip), { rate: 6 })
      assert.deepStrictEqual(yield* running.of(face), { rate: 6 })
      yield* WorkerRegistry.use((registry) => registry.leave("a"))
      yield* running.until(clip, ({ rate }) => rate === 12).pipe(Effect.timeout("5 seconds"))
      for (const id of ["b", "c", "d"]) yield* WorkerRegistry.use((registry) => registry.leave(id))
      yield* tunings.reset(clip)
      yield* tunings.reset(face)
    })
  )
})
