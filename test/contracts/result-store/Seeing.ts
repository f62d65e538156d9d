/** Which picture is where an image is read from. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Option } from "effect"
import { PictureVersion } from "../../../src/domain/ImageReference.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { consensusOf, factsOf, serviceId } from "../../support/Facts.ts"
import {
  answer,
  cropAnswer,
  derived,
  factsAbout,
  known,
  personsAt,
  saveBoxes,
  saveConsensus
} from "../../support/Stores.ts"

const [box] = personsAt([0, 0, 50, 90])
const beach = { version: PictureVersion.make("1-beach"), isTurned: false }
const dog = { version: PictureVersion.make("1-dog"), isTurned: false }

/** An image with an answer about the beach, and all that is derived from it. */
const analyzed = Effect.gen(function* () {
  const store = yield* ResultStore
  const id = yield* known("blip", "clip")
  yield* store.record([{ ...answer(id, "blip"), picture: beach }])
  yield* saveBoxes([derived(id, 1, [box!])])
  yield* store.recordCrops([cropAnswer(id, box!, "colors")])
  yield* saveConsensus([derived(id, 2, consensusOf(factsOf({})))])
  return id
})

export const seeing = (it: Vitest.MethodsNonLive<ResultStore>) => {
  it.effect("keeps everything as long as the picture is the same", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* analyzed
      assert.isFalse(yield* store.see(id, beach))
      yield* store.record([{ ...answer(id, "clip"), picture: beach }])
      const facts = yield* factsAbout(id)
      assert.deepStrictEqual([facts.results.length, facts.crops.length, Number(facts.revision)], [2, 1, 3])
    })
  )

  it.effect("forgets everything about another picture, and owes it again", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* analyzed
      assert.isTrue(yield* store.see(id, dog))
      const [record] = yield* store.records([id])
      const { facts } = record!
      assert.deepStrictEqual([facts.results, facts.crops, record!.boxes], [[], [], []])
      assert.deepStrictEqual(record!.consensus, Option.none())
      assert.strictEqual(Number(facts.revision), 4)
      const [owed] = yield* store.owed({ scope: { _tag: "Images", ids: [id] }, limit: 1 })
      assert.deepStrictEqual(owed!.owed, [serviceId("blip"), serviceId("clip")])
      assert.isFalse(yield* store.see(id, dog))
      yield* store.record([{ ...answer(id, "blip"), picture: dog }])
      assert.lengthOf((yield* factsAbout(id)).results, 1)
    })
  )

  it.effect("never has answers about two pictures side by side", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* analyzed
      yield* store.record([{ ...answer(id, "clip"), picture: dog }])
      assert.deepStrictEqual((yield* factsAbout(id)).results, [])
      yield* store.record([
        { ...answer(id, "blip"), picture: dog },
        { ...answer(id, "clip"), picture: dog }
      ])
      assert.lengthOf((yield* factsAbout(id)).results, 2)
    })
  )

  it.effect("takes answers from before for those about a turned picture as it was stored, and only for those", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const before = (isTurned: boolean) =>
        Effect.gen(function* () {
          const id = yield* known("blip")
          yield* store.record([answer(id, "blip")])
          const isForgotten = yield* store.see(id, { ...beach, isTurned })
          return [isForgotten, (yield* factsAbout(id)).results.length]
        })
      assert.deepStrictEqual(yield* before(false), [false, 1])
      assert.deepStrictEqual(yield* before(true), [true, 0])
      const fresh = yield* known("blip")
      assert.isFalse(yield* store.see(fresh, { ...beach, isTurned: true }))
      yield* store.record([{ ...answer(fresh, "blip"), picture: { ...beach, isTurned: true } }])
      assert.lengthOf((yield* factsAbout(fresh)).results, 1)
    })
  )
}
