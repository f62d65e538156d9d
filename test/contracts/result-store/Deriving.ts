/** How derived facts are replaced. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import type { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { boxesOf, consensusOf, facts as anyFacts, factsOf, failed, label, said } from "../../support/Facts.ts"
import {
  answer,
  cropAnswer,
  derived,
  factsAbout,
  known,
  personsAt,
  saveBoxes,
  saveConsensus,
  saveEnrichment
} from "../../support/Stores.ts"

const [left, middle, right] = personsAt([0, 0, 50, 90], [300, 0, 50, 90], [600, 0, 50, 90])
const horse = consensusOf(factsOf({ clip: said(label("horse", 0.9)), blip: said(label("horse", 0.9)) }))
const nothing = consensusOf(factsOf({}))

/** A known image with as many answers. */
const answeredTimes = Effect.fnUntraced(function* (count: number) {
  const store = yield* ResultStore
  const id = yield* known()
  yield* store.record(Array.from({ length: count }, (_, i) => answer(id, `service_${i}`)))
  return id
})

const boxIds = Effect.fnUntraced(function* (id: ImageId) {
  const stored = yield* (yield* ResultStore).boxes(id)
  return Option.map(stored, ({ value }) => value.map(({ id }) => id))
})

const consensusOfImage = Effect.fnUntraced(function* (id: ImageId) {
  const [record] = yield* (yield* ResultStore).records([id])
  return record!.consensus
})

export const deriving = (it: Vitest.MethodsNonLive<ResultStore | Progress>) => {
  it.effect("stores boxes in their order, with what they were derived from", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* answeredTimes(2)
      assert.deepStrictEqual(yield* store.boxes(id), Option.none())
      const save = derived(id, 2, [right!, left!, middle!])
      assert.deepStrictEqual(yield* saveBoxes([save]), [id])
      assert.deepStrictEqual(yield* store.boxes(id), Option.some(save))
      const [record] = yield* store.records([id])
      assert.deepStrictEqual(record!.boxes, save.value)
    })
  )

  it.effect("takes no detections for an answer", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* answeredTimes(2)
      yield* saveBoxes([derived(id, 1, [left!])])
      assert.deepStrictEqual(yield* saveBoxes([derived(id, 2, [])]), [id])
      assert.deepStrictEqual(yield* store.boxes(id), Option.some(derived(id, 2, [])))
    })
  )

  it.effect("keeps what is of a later revision, or of the same by the same algorithm", () =>
    Effect.gen(function* () {
      const id = yield* answeredTimes(3)
      yield* saveBoxes([derived(id, 2, [left!], "a")])
      assert.deepStrictEqual(yield* saveBoxes([derived(id, 1, [right!], "b")]), [])
      assert.deepStrictEqual(yield* saveBoxes([derived(id, 2, [right!], "a")]), [])
      assert.deepStrictEqual(yield* boxIds(id), Option.some([left!.id]))
      assert.deepStrictEqual(yield* saveBoxes([derived(id, 2, [right!], "b")]), [id])
      assert.deepStrictEqual(yield* boxIds(id), Option.some([right!.id]))

      yield* saveConsensus([derived(id, 2, horse, "a")])
      assert.deepStrictEqual(yield* saveConsensus([derived(id, 1, nothing, "b")]), [])
      assert.deepStrictEqual(yield* saveConsensus([derived(id, 2, nothing, "a")]), [])
      assert.deepStrictEqual(yield* consensusOfImage(id), Option.some(horse))
      assert.deepStrictEqual(yield* saveConsensus([derived(id, 2, nothing, "b")]), [id])
      assert.deepStrictEqual(yield* consensusOfImage(id), Option.some(nothing))
    })
  )

  it.effect("stores what several stages derived at once, each under its own condition", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [id, other] = yield* Effect.all([answeredTimes(3), answeredTimes(3)])
      yield* saveConsensus([derived(id, 3, nothing)])
      const changed = yield* store.save({
        boxes: [derived(id, 2, [left!]), derived(other, 2, [right!])],
        consensus: [derived(id, 2, horse), derived(other, 2, horse)],
        enrichment: [derived(other, 2, undefined)]
      })
      assert.deepStrictEqual(changed, { boxes: [id, other], consensus: [other] })
      assert.deepStrictEqual(yield* boxIds(id), Option.some([left!.id]))
      assert.deepStrictEqual(yield* consensusOfImage(id), Option.some(nothing))
      assert.deepStrictEqual(yield* consensusOfImage(other), Option.some(horse))
      yield* saveEnrichment([derived(other, 3, undefined)])
      yield* saveBoxes([derived(other, 3, [right!])])
      const staleFor = { harmonize: "test@1", consensus: "test@1", enrich: "test@1" }
      assert.deepStrictEqual((yield* store.facts([id, other], { enrich: "test@1" })).length, 1)
      assert.lengthOf(yield* store.facts([id, other], staleFor), 2)
    })
  )

  it.effect("names only images for which something changed", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const ids = yield* Effect.all([answeredTimes(2), answeredTimes(2), answeredTimes(2), answeredTimes(2)])
      yield* saveBoxes(ids.map((id) => derived(id, 1, [left!, right!])))
      const next = [
        derived(ids[0], 2, [left!, right!]),
        derived(ids[1], 2, [left!]),
        derived(ids[2], 2, [right!, left!]),
        derived(ids[3], 2, [left!, { ...right!, reason: "for another reason" }])
      ]
      assert.deepStrictEqual(yield* saveBoxes(next), [ids[1], ids[2], ids[3]])
      for (const one of next) assert.deepStrictEqual(yield* store.boxes(one.imageId), Option.some(one))

      yield* saveConsensus(ids.map((id) => derived(id, 1, horse)))
      const changed = yield* saveConsensus([derived(ids[0], 2, horse), derived(ids[1], 2, nothing)])
      assert.deepStrictEqual(changed, [ids[1]])
    })
  )

  it.effect("keeps the crops of a box that is derived again, and no others (B08)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* answeredTimes(1)
      yield* saveBoxes([derived(id, 1, [left!, right!])])
      yield* store.recordCrops([cropAnswer(id, left!, "pose"), cropAnswer(id, right!, "pose", failed())])
      const { crops } = yield* factsAbout(id)
      yield* saveBoxes([derived(id, 3, [middle!, left!])])
      assert.deepStrictEqual(
        (yield* factsAbout(id)).crops,
        crops.filter(({ boxId }) => boxId === left!.id)
      )
      yield* saveBoxes([derived(id, 3, [right!], "another")])
      assert.deepStrictEqual((yield* factsAbout(id)).crops, [])
      assert.strictEqual((yield* factsAbout(id)).revision, 3)
    })
  )

  it.effect("keeps the later of two that race, in whichever order they come", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const ids = yield* Effect.forEach(Array.from({ length: 10 }), () => answeredTimes(8))
      const writers = Array.from({ length: 8 }, (_, i) =>
        saveBoxes(
          (i % 2 === 0 ? ids : ids.toReversed()).map((id) => derived(id, i + 1, i === 7 ? [left!, right!] : [middle!]))
        )
      )
      yield* Effect.all(writers, { concurrency: "unbounded" })
      const stored = yield* Effect.forEach(ids, (id) => store.boxes(id))
      assert.deepStrictEqual(
        stored,
        ids.map((id) => Option.some(derived(id, 8, [left!, right!])))
      )
    })
  )

  it.effect("leaves no crop without its box when both are written at the same time (B08)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* answeredTimes(1)
      const boxes = [left!, middle!, right!]
      yield* saveBoxes([derived(id, 1, boxes)])
      const crops = Effect.forEach(
        Array.from({ length: 12 }, (_, i) => i),
        (i) => store.recordCrops(boxes.map((box) => cropAnswer(id, box, `service_${i}`))),
        { concurrency: 3 }
      )
      const saves = Effect.forEach(
        Array.from({ length: 12 }, (_, i) => i),
        (i) => saveBoxes([derived(id, i + 2, [boxes[i % 3]!])])
      )
      const [recorded] = yield* Effect.all([crops, saves], { concurrency: "unbounded" })
      const facts = yield* factsAbout(id)
      assert.strictEqual(facts.revision, 1 + recorded.flat().length)
      assert.isTrue(facts.crops.every(({ boxId }) => boxId === boxes[11 % 3]!.id))
    })
  )

  it.effect.prop(
    "gives back any boxes and any consensus as they were",
    [anyFacts],
    ([facts]) =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const id = yield* answeredTimes(1)
        const [boxes, consensus] = [boxesOf(facts), consensusOf(facts)]
        yield* saveBoxes([derived(id, 1, boxes)])
        yield* saveConsensus([derived(id, 1, consensus)])
        const [record] = yield* store.records([id])
        assert.deepStrictEqual(record!.boxes, boxes)
        assert.deepStrictEqual(record!.consensus, Option.some(consensus))
        // What is equal is not written again: not even by way of the store's own form of numbers.
        assert.deepStrictEqual(yield* saveBoxes([derived(id, 2, boxes)]), [])
        assert.deepStrictEqual(yield* saveConsensus([derived(id, 2, consensus)]), [])
      }),
    { arbitrary: { runs: 30 } }
  )

  it.effect("does nothing for what is not known, and for nothing", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const unknown = (2 ** 52) as ImageId
      assert.deepStrictEqual(yield* saveBoxes([derived(unknown, 1, [left!])]), [])
      assert.deepStrictEqual(yield* saveConsensus([derived(unknown, 1, horse)]), [])
      yield* saveEnrichment([derived(unknown, 1, undefined)])
      yield* store.setAside("enrich", [derived(unknown, 1, "too deep")])
      yield* store.setAside("enrich", [])
      assert.deepStrictEqual(yield* saveBoxes([]), [])
      assert.deepStrictEqual(yield* saveConsensus([]), [])
      yield* saveEnrichment([])
    })
  )
}
