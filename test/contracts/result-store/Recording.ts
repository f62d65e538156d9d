/** How facts are recorded. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, type Schema } from "effect"
import { Outcome } from "../../../src/domain/Facts.ts"
import { ImageId } from "../../../src/domain/Identifiers.ts"
import type { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { failed, said, serviceId } from "../../support/Facts.ts"
import { hostileText } from "../../support/HostileText.ts"
import { answer, cropAnswer, derived, factsAbout, known, personsAt, saveBoxes } from "../../support/Stores.ts"

const unknownImage = ImageId.make(2 ** 52)
const fibers = Array.from({ length: 8 }, (_, i) => i)

export const recording = (it: Vitest.MethodsNonLive<ResultStore | Progress>) => {
  it.effect("raises the revision by one for each new answer", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip", "yolov8", "clip")
      assert.strictEqual((yield* factsAbout(id)).revision, 0)
      const records = [answer(id, "yolov8"), answer(id, "blip", failed("refused"))]
      assert.deepStrictEqual(yield* store.record(records), records)
      const facts = yield* factsAbout(id)
      assert.strictEqual(facts.revision, 2)
      assert.deepStrictEqual(
        facts.results.map(({ outcome, service }) => ({ outcome, service })),
        [
          { outcome: failed("refused"), service: serviceId("blip") },
          { outcome: said(), service: serviceId("yolov8") }
        ]
      )
    })
  )

  it.effect("changes nothing when an answer comes again", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip")
      yield* store.record([answer(id, "blip", said({ label: "first" }))])
      const before = yield* factsAbout(id)
      assert.deepStrictEqual(yield* store.record([answer(id, "blip", failed())]), [])
      assert.deepStrictEqual(yield* factsAbout(id), before)
    })
  )

  it.effect("takes the first of two answers in one batch", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [a, b] = [yield* known("blip", "clip"), yield* known("blip")]
      const first = answer(a, "blip", said({ label: "first" }))
      const batch = [answer(b, "blip"), first, answer(a, "blip", failed()), answer(a, "clip")]
      assert.deepStrictEqual(yield* store.record(batch), [batch[0]!, first, batch[3]!])
      assert.strictEqual((yield* factsAbout(a)).revision, 2)
      assert.deepStrictEqual((yield* factsAbout(a)).results[0]!.outcome, first.outcome)
    })
  )

  it.effect("records a job once, however many record it at the same time", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip")
      const each = yield* Effect.forEach(fibers, () => store.record([answer(id, "blip")]), { concurrency: "unbounded" })
      assert.strictEqual(each.flat().length, 1)
      assert.strictEqual((yield* factsAbout(id)).revision, 1)
    })
  )

  it.effect("counts every answer of batches that share images in different orders", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const ids = yield* Effect.forEach(fibers, () => known())
      yield* Effect.forEach(
        fibers,
        (i) => store.record((i % 2 === 0 ? ids : ids.toReversed()).map((id) => answer(id, `service_${i}`))),
        { concurrency: "unbounded" }
      )
      const facts = yield* store.facts(ids)
      assert.deepStrictEqual(
        facts.map(({ results, revision }) => [results.length, Number(revision)]),
        ids.map(() => [8, 8])
      )
    })
  )

  it.effect("shows all facts of a revision or none, while others record", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known()
      const services = Array.from({ length: 30 }, (_, i) => `service_${i}`)
      const watch = Effect.gen(function* () {
        const seen = [yield* factsAbout(id)]
        while (seen.at(-1)!.revision < services.length) seen.push(yield* factsAbout(id))
        return seen
      })
      const record = Effect.forEach(services, (service) => store.record([answer(id, service)]), { concurrency: 3 })
      const [seen] = yield* Effect.all([watch, record], { concurrency: "unbounded" })
      assert.isTrue(seen.every(({ results, revision }) => results.length === revision))
    })
  )

  it.effect("rejects all of a batch with an image that is not known", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip")
      const error = yield* Effect.flip(store.record([answer(id, "blip"), answer(unknownImage, "blip")]))
      assert.strictEqual(error.reason._tag, "StoreRejected")
      assert.strictEqual((yield* factsAbout(id)).revision, 0)
    })
  )

  it.effect("rejects what it cannot hold, and nothing else", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip")
      const bottomless = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as Schema.Json
      const error = yield* Effect.flip(store.record([answer(id, "blip", { _tag: "Success", data: bottomless })]))
      assert.strictEqual(error.reason._tag, "StoreRejected")
      assert.strictEqual((yield* store.record([answer(id, "blip")])).length, 1)
    })
  )

  it.effect.prop(
    "keeps an outcome whole, with U+FFFD for what no database holds",
    [Outcome, hostileText],
    ([outcome, text]) =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const id = yield* known()
        const hostile: Outcome = { _tag: "Success", data: { [text]: [text, { text }] } }
        yield* store.record([answer(id, "any", outcome), answer(id, "hostile", hostile)])
        const stored = (yield* factsAbout(id)).results.map(({ outcome }) => outcome)
        assert.deepStrictEqual(stored, [holdable(outcome), holdable(hostile)])
      }),
    { arbitrary: { runs: 50 } }
  )

  it.effect("records answers about crops of boxes that are there", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("yolov8")
      const [here, gone] = personsAt([0, 0, 50, 90], [300, 0, 50, 90])
      yield* store.record([answer(id, "yolov8")])
      yield* saveBoxes([derived(id, 1, [here!])])
      const batch = [
        cropAnswer(id, here!, "pose"),
        cropAnswer(id, gone!, "pose"),
        cropAnswer(id, here!, "face", failed())
      ]
      assert.deepStrictEqual(yield* store.recordCrops([...batch, batch[0]!]), [batch[0]!, batch[2]!])
      assert.deepStrictEqual(yield* store.recordCrops(batch), [])
      const facts = yield* factsAbout(id)
      assert.strictEqual(facts.revision, 3)
      assert.deepStrictEqual(
        facts.crops,
        [batch[2]!, batch[0]!].map(({ boxId, outcome, region, service }) => ({ boxId, service, region, outcome }))
      )
    })
  )

  it.effect("takes workers of any name (B51)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip")
      const record = { ...answer(id, "blip"), workerId: "worker of a long name ".repeat(100) }
      assert.deepStrictEqual(yield* store.record([record]), [record])
    })
  )

  it.effect("drops crops of images that are not known", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [box] = personsAt([0, 0, 50, 90])
      assert.deepStrictEqual(yield* store.recordCrops([cropAnswer(unknownImage, box!, "pose")]), [])
    })
  )

  it.effect("does nothing for no records", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      assert.deepStrictEqual(yield* store.record([]), [])
      assert.deepStrictEqual(yield* store.recordCrops([]), [])
      assert.deepStrictEqual(yield* store.facts([]), [])
    })
  )
}

/** The value as JSON, with U+FFFD for NUL and for halves of surrogate pairs. A failure without reply has none, not null. */
const holdable = (value: unknown): unknown => {
  if (typeof value === "string") return value.replace(/[\0\p{Surrogate}]/gu, "\ufffd")
  if (Array.isArray(value)) return value.map(holdable)
  if (typeof value === "number") return value + 0
  if (typeof value !== "object" || value === null) return value
  const parts = Object.entries(value).map(([key, part]) => [holdable(key), holdable(part)] as const)
  const isSilent = "_tag" in value && value._tag === "Failure" && "data" in value && value.data === null
  return Object.fromEntries(isSilent ? parts.filter(([key]) => key !== "data") : parts)
}
