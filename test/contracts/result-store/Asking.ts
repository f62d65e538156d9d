/** What can be asked of the store. */
import { assert, type Vitest } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import type { ImageId, ServiceId } from "../../../src/domain/Identifiers.ts"
import type { PictureVersion } from "../../../src/domain/ImageReference.ts"
import { type Stage, stages } from "../../../src/domain/Staleness.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { consensusOf, factsOf, failed, serviceId } from "../../support/Facts.ts"
import {
  answer,
  cropAnswer,
  derived,
  factsAbout,
  freshPath,
  known,
  personsAt,
  saveBoxes,
  saveConsensus,
  saveEnrichment
} from "../../support/Stores.ts"

const [left, right] = personsAt([0, 0, 50, 90], [300, 0, 50, 90])
const consensus = consensusOf(factsOf({}))
const unknown = (2 ** 52) as ImageId

/** Stores what a stage derives, whatever it is. */
const runStage = Effect.fnUntraced(function* (stage: Stage, id: ImageId, revision: number, algorithm = "test@1") {
  switch (stage) {
    case "harmonize":
      return void (yield* saveBoxes([derived(id, revision, [left!], algorithm)]))
    case "consensus":
      return void (yield* saveConsensus([derived(id, revision, consensus, algorithm)]))
    case "enrich":
      return yield* saveEnrichment([derived(id, revision, undefined, algorithm)])
  }
})

/** Those of the images that are stale for the stage, by both ways to ask. */
const staleAmong = Effect.fnUntraced(function* (
  stage: Stage,
  ids: ReadonlyArray<ImageId>,
  algorithm = "test@1",
  services?: ReadonlyArray<ServiceId>
) {
  const store = yield* ResultStore
  const after = (Math.min(...ids) - 1) as ImageId
  const found = yield* store.stale(stage, { algorithm, services, after, limit: 1000 })
  const listed = found.map(({ imageId }) => imageId).filter((id) => ids.includes(id))
  const facts = yield* store.facts(ids, { [stage]: algorithm, services })
  assert.deepStrictEqual(
    listed,
    facts.map(({ imageId }) => imageId)
  )
  return listed
})

const owedAmong = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const owed = yield* (yield* ResultStore).owed({ scope: { _tag: "Images", ids }, limit: 1000 })
  return owed.map(({ imageId, owed }) => [imageId, owed] as const)
})

export const asking = (it: Vitest.MethodsNonLive<ResultStore | Progress>) => {
  it.effect.each(stages)("finds images stale for a stage until its run of their revision (%s)", (stage) =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const ids = yield* Effect.all([known(), known(), known()])
      assert.deepStrictEqual(yield* staleAmong(stage, ids), [])
      yield* store.record(ids.map((id) => answer(id, "blip")))
      assert.deepStrictEqual(yield* staleAmong(stage, ids), ids)
      yield* runStage(stage, ids[0], 1)
      yield* runStage(stage, ids[2], 1)
      assert.deepStrictEqual(yield* staleAmong(stage, ids), [ids[1]])
      yield* store.record([answer(ids[0], "clip")])
      assert.deepStrictEqual(yield* staleAmong(stage, ids), [ids[0], ids[1]])
      yield* runStage(stage, ids[0], 2)
      assert.deepStrictEqual(yield* staleAmong(stage, ids), [ids[1]])
    })
  )

  it.effect.each(stages)("finds what another algorithm derived (%s)", (stage) =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const ids = yield* Effect.all([known(), known(), known(), known()])
      yield* store.record(ids.map((id) => answer(id, "blip")))
      for (const [i, algorithm] of ["a", "b", "c"].entries()) yield* runStage(stage, ids[i]!, 1, algorithm)
      assert.deepStrictEqual(yield* staleAmong(stage, ids, "b"), [ids[0], ids[2], ids[3]])
      yield* runStage(stage, ids[2], 1, "b")
      assert.deepStrictEqual(yield* staleAmong(stage, ids, "b"), [ids[0], ids[3]])
    })
  )

  it.effect.each(stages)("finds what was derived without answers, for those who can read them (%s)", (stage) =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const progress = yield* Progress
      const ids = yield* Effect.all([known(), known(), known(), known()])
      yield* store.record(ids.map((id) => answer(id, "blip")))
      const keys = ["a", "a without clip,ocr", "a without pose", "ab without pose"]
      for (const [i, key] of keys.entries()) yield* runStage(stage, ids[i]!, 1, key)
      const staleFor = (...services: ReadonlyArray<string>) => staleAmong(stage, ids, "a", services.map(serviceId))
      assert.deepStrictEqual(yield* staleFor("blip", "ocr", "pose"), [ids[1], ids[2], ids[3]])
      assert.deepStrictEqual(yield* staleFor("blip", "pose"), [ids[2], ids[3]])
      assert.deepStrictEqual(yield* staleFor("blip"), [ids[3]])
      assert.deepStrictEqual(yield* staleAmong(stage, ids, "a"), [ids[1], ids[2], ids[3]])

      const algorithms = { harmonize: "a", consensus: "a", enrich: "a", services: [serviceId("ocr")] }
      const { stale } = yield* progress.counts({ _tag: "Images", ids }, algorithms)
      assert.deepStrictEqual(stale, { harmonize: 4, consensus: 4, enrich: 4, [stage]: 2 })
    })
  )

  it.effect("pages through stale and owing images in the order of their ids", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const ids = yield* Effect.forEach(Array.from({ length: 7 }), () => known("blip"))
      yield* store.record(ids.map((id) => answer(id, "other")))
      // Every other image is stale by its algorithm alone.
      for (const id of ids.filter((_, i) => i % 2 === 1)) yield* runStage("harmonize", id, 1, "old")
      let after = (ids[0]! - 1) as ImageId
      for (const expected of [ids.slice(0, 3), ids.slice(3, 6)]) {
        const stale = yield* store.stale("harmonize", { algorithm: "new", after, limit: 3 })
        const owed = yield* store.owed({ scope: { _tag: "All" }, after, limit: 3 })
        assert.deepStrictEqual(
          [stale, owed].map((page) => page.map(({ imageId }) => imageId)),
          [expected, expected]
        )
        after = expected.at(-1)!
      }
    })
  )

  it.effect("tells which stages must run for some image, whether any lacks an answer, and which is the newest", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const algorithms = { harmonize: "test@1", consensus: "test@1", enrich: "test@1" }
      const id = yield* known("blip")
      const before = yield* store.unfinished(algorithms)
      assert.isTrue(before.lacksAnswers)
      assert.deepStrictEqual(before.newest, Option.some(id))
      yield* store.record([answer(id, "blip")])
      assert.deepStrictEqual((yield* store.unfinished(algorithms)).stages, new Set(stages))
      for (const stage of stages) yield* runStage(stage, id, 1)
      for (const stage of stages) {
        const others = yield* store.unfinished({ ...algorithms, [stage]: "another@1" })
        assert.isTrue(others.stages.has(stage))
      }
    })
  )

  it.effect("tells with stale and owing images the trace they belong to", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const reference = { filename: "a.jpg", path: freshPath() }
      const [image] = yield* store.submit([{ reference, services: [serviceId("blip")], traceParent: "00-trace-01" }])
      const { imageId } = image!
      yield* store.record([answer(imageId, "other")])
      const after = (imageId - 1) as ImageId
      const traceParent = Option.some("00-trace-01")
      const stale = yield* store.stale("enrich", { algorithm: "a", after, limit: 1 })
      assert.deepStrictEqual(stale, [{ imageId, traceParent }])
      const owed = yield* store.owed({ scope: { _tag: "All" }, after, limit: 1 })
      assert.deepStrictEqual(owed, [{ imageId, reference, owed: [serviceId("blip")], isNew: false, traceParent }])
    })
  )

  it.effect("owes an answer until there is one, of either kind", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [a, b] = yield* Effect.all([known("blip", "clip"), known("blip")])
      const other = yield* known("blip")
      assert.isTrue(yield* store.isOwed(a, serviceId("blip")))
      yield* store.record([answer(a, "blip"), answer(b, "blip", failed()), answer(other, "clip")])
      assert.isFalse(yield* store.isOwed(a, serviceId("blip")))
      assert.isFalse(yield* store.isOwed(b, serviceId("blip")))
      assert.deepStrictEqual(yield* owedAmong([a, b]), [[a, [serviceId("clip")]]])
    })
  )

  it.effect("tells what is outstanding about an image, and that nothing was answered lately", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("yolov8", "rtdetr", "blip")
      const before = Option.getOrThrow(yield* store.outstanding(id))
      assert.deepStrictEqual(before.services, ["blip", "rtdetr", "yolov8"].map(serviceId))
      yield* store.record([answer(id, "yolov8"), answer(id, "blip", failed())])
      const after = Option.getOrThrow(yield* store.outstanding(id))
      assert.deepStrictEqual(after.services, [serviceId("rtdetr")])
      assert.isBelow(Duration.toSeconds(after.quietFor), 60)
      assert.isTrue(Option.isNone(yield* store.outstanding(unknown)))
    })
  )

  it.effect("forgets failures of the services and images it is told", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [a, b] = yield* Effect.all([known("blip", "clip", "ocr"), known("blip")])
      yield* store.record([answer(a, "blip", failed()), answer(a, "clip", failed()), answer(a, "ocr")])
      yield* store.record([answer(b, "blip", failed())])
      const blip = { scope: { _tag: "Images", ids: [a] }, steps: [serviceId("blip")] } as const
      assert.strictEqual(yield* store.forget({ which: "failed", ...blip }), 1)
      assert.strictEqual(yield* store.forget({ which: "failed", ...blip }), 0)
      assert.deepStrictEqual(yield* owedAmong([a, b]), [[a, [serviceId("blip")]]])
      assert.strictEqual((yield* factsAbout(a)).revision, 4)
      yield* store.record([answer(a, "blip")])
      assert.deepStrictEqual(yield* owedAmong([a, b]), [])
      assert.isAtLeast(yield* store.forget({ which: "failed", scope: { _tag: "All" } }), 2)
      assert.deepStrictEqual(yield* owedAmong([a, b]), [
        [a, [serviceId("clip")]],
        [b, [serviceId("blip")]]
      ])
    })
  )

  it.effect("says what it takes to ask about crops while enriching has to run", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("yolov8")
      const croppable = store.croppable(id, { enrich: "test@1" })
      assert.deepStrictEqual(yield* croppable, Option.none())
      yield* store.record([answer(id, "yolov8")])
      assert.deepStrictEqual(yield* croppable, Option.none())
      yield* saveBoxes([derived(id, 1, [left!, right!])])
      yield* store.recordCrops([cropAnswer(id, left!, "pose"), cropAnswer(id, left!, "face", failed())])
      const found = Option.getOrThrow(yield* croppable)
      assert.deepStrictEqual(Option.some(found.reference), yield* store.reference(id))
      assert.deepStrictEqual(Option.some(found.boxes), yield* store.boxes(id))
      assert.isUndefined(found.picture)
      assert.sameMembers(
        found.crops.map(({ boxId, service }) => `${boxId} ${service}`),
        [`${left!.id} face`, `${left!.id} pose`]
      )
      assert.isTrue(found.crops.every(({ isRenewed }) => isRenewed !== true))
      yield* store.see(id, { version: "seen" as PictureVersion, isTurned: false })
      assert.strictEqual(Option.getOrThrow(yield* croppable).picture, "seen")
      yield* runStage("enrich", id, 3)
      assert.deepStrictEqual(yield* croppable, Option.none())
      assert.isTrue(Option.isSome(yield* store.croppable(id, { enrich: "test@2" })))
    })
  )

  it.effect("forgets failures about crops, so that the image is enriched again", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known()
      yield* store.record([answer(id, "yolov8")])
      yield* saveBoxes([derived(id, 1, [left!, right!])])
      yield* store.recordCrops([cropAnswer(id, left!, "pose", failed()), cropAnswer(id, right!, "pose")])
      yield* runStage("enrich", id, 3)
      assert.strictEqual(yield* store.forget({ which: "failed", scope: { _tag: "Images", ids: [id] } }), 1)
      const facts = yield* factsAbout(id)
      assert.deepStrictEqual([facts.crops.map(({ boxId }) => boxId), Number(facts.revision)], [[right!.id], 4])
      assert.deepStrictEqual(yield* staleAmong("enrich", [id]), [id])
    })
  )

  it.effect("leaves alone what a stage set aside until more is known, the algorithm changes, or it is forgotten", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("blip")
      yield* store.record([answer(id, "blip")])
      yield* saveBoxes([derived(id, 1, [left!])])
      yield* store.record([answer(id, "clip")])
      yield* store.setAside("harmonize", [derived(id, 2, "too deep")])
      assert.deepStrictEqual(yield* staleAmong("harmonize", [id]), [])
      assert.deepStrictEqual(yield* store.facts([id], { harmonize: "test@1" }), [])
      assert.deepStrictEqual(yield* staleAmong("consensus", [id]), [id])
      const boxes = Option.getOrThrow(yield* store.boxes(id))
      assert.deepStrictEqual(
        boxes.value.map(({ id }) => id),
        [left!.id]
      )

      assert.lengthOf(yield* store.facts([id], { harmonize: "test@2" }), 1)
      assert.lengthOf(yield* store.facts([id], { harmonize: "test@1", consensus: "test@1" }), 1)
      yield* store.record([answer(id, "ocr")])
      assert.deepStrictEqual(yield* staleAmong("harmonize", [id]), [id])
      // Too late: there is more to derive from.
      yield* saveBoxes([derived(id, 3, [right!])])
      yield* store.setAside("harmonize", [derived(id, 2, "too deep")])
      const scope = { _tag: "Images", ids: [id] } as const
      assert.strictEqual(yield* store.forget({ which: "failed", scope }), 0)

      yield* store.setAside("consensus", [derived(id, 3, "too deep")])
      assert.strictEqual(yield* store.forget({ which: "failed", scope, steps: ["harmonize", serviceId("blip")] }), 0)
      assert.deepStrictEqual(yield* staleAmong("consensus", [id]), [])
      assert.strictEqual(yield* store.forget({ which: "failed", scope, steps: ["consensus"] }), 1)
      assert.strictEqual(yield* store.forget({ which: "failed", scope }), 0)
      assert.deepStrictEqual(yield* staleAmong("consensus", [id]), [id])
      assert.strictEqual((yield* factsAbout(id)).revision, 4)
    })
  )

  it.effect("counts how far images are, and calls them done when nothing is left to do", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const progress = yield* Progress
      const [a, b] = yield* Effect.all([known("blip", "yolov8"), known("blip")])
      const scope = { _tag: "Images", ids: [a, b] } as const
      yield* store.record([answer(a, "blip"), answer(a, "yolov8", failed()), answer(a, "unasked")])
      yield* saveBoxes([derived(a, 3, [left!, right!])])
      yield* store.recordCrops([cropAnswer(a, left!, "pose")])
      assert.deepStrictEqual(yield* progress.counts(scope), {
        images: 2,
        answered: 1,
        done: 0,
        services: [
          { service: serviceId("blip"), requested: 2, succeeded: 1, failed: 0, failedCrops: 0 },
          { service: serviceId("unasked"), requested: 0, succeeded: 1, failed: 0, failedCrops: 0 },
          { service: serviceId("yolov8"), requested: 1, succeeded: 0, failed: 1, failedCrops: 0 }
        ],
        stale: { harmonize: 1, consensus: 1, enrich: 1 },
        boxes: 2,
        crops: 1
      })
      for (const stage of stages) {
        assert.strictEqual((yield* progress.counts(scope)).done, 0)
        yield* runStage(stage, a, 4)
      }
      assert.strictEqual((yield* progress.counts(scope)).done, 1)
      yield* store.record([answer(b, "blip", failed())])
      for (const stage of stages) yield* runStage(stage, b, 1)
      assert.strictEqual((yield* progress.counts(scope)).done, 2)
      const all = yield* progress.counts({ _tag: "All" })
      assert.isAtLeast(all.done, 2)
    })
  )

  it.effect("tells where an image is read from", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const references = [
        { filename: "a.jpg", path: freshPath() },
        { filename: "b.jpg", path: freshPath(), url: "http://x/b.jpg" },
        { filename: "c.jpg", url: `http://x${freshPath()}` }
      ]
      const images = yield* store.submit(references.map((reference) => ({ reference, services: [] })))
      const found = yield* Effect.forEach(images, ({ imageId }) => store.reference(imageId))
      assert.deepStrictEqual(found, references.map(Option.some))
      assert.deepStrictEqual(yield* store.reference(unknown), Option.none())
    })
  )

  it.effect("tells everything about images that are known, in the order of their ids", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [a, b] = yield* Effect.all([known("blip"), known()])
      yield* store.record([answer(a, "blip")])
      for (const stage of stages) yield* runStage(stage, a, 1)
      const records = yield* store.records([b, unknown, a])
      const facts = yield* store.facts([a, b, unknown])
      assert.deepStrictEqual(
        records.map(({ boxes, consensus, facts, imageId }) => ({ imageId, facts, boxes, consensus })),
        [
          { imageId: a, facts: facts[0]!, boxes: [left!], consensus: Option.some(consensus) },
          { imageId: b, facts: facts[1]!, boxes: [], consensus: Option.none() }
        ]
      )
      assert.deepStrictEqual(yield* store.boxes(unknown), Option.none())
    })
  )
}
