import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Things from "../../../src/domain/consensus/Things.ts"
import { anyScene, box, type Edges, seed, shuffled } from "../../support/Scenes.ts"

const seen = (observer: string, edges: Edges, confidence?: number): Things.Seen => ({
  observer,
  box: imageBox(box(edges)),
  confidence
})

/** Scenes as the boxes of objects are: crowds, chains, nests, repetitions. */
const sightings = anyScene.pipe(
  Arbitrary.map(({ detections }) =>
    detections.map(({ box, confidence, service }): Things.Seen => ({ observer: service, box, confidence }))
  )
)

const essence = (things: ReadonlyArray<Things.Thing<Things.Seen>>) =>
  things.map(({ box, evidence }) => JSON.stringify([box, evidence])).sort()

describe("of", () => {
  it("is one thing for a face in the whole image and in two overlapping crops", () => {
    const things = Things.of([
      seen("face", [100, 100, 40, 50], 0.9),
      seen("face person_1", [101, 99, 40, 50], 0.8),
      seen("face person_2", [99, 101, 41, 50], 0.7),
      seen("face person_2", [300, 100, 40, 50], 0.6)
    ])
    assert.deepStrictEqual(
      things.map(({ seen }) => seen.map(({ observer }) => observer)),
      [["face", "face person_1", "face person_2"], ["face person_2"]]
    )
  })

  it("is two things for two faces that one observer sees", () => {
    const twice = [seen("face", [100, 100, 40, 50], 0.9), seen("face", [112, 100, 40, 50], 0.8)]
    assert.lengthOf(Things.of([...twice, ...twice.map((each) => ({ ...each, observer: "face person_1" }))]), 2)
  })

  it.prop("does not depend on the order of what was seen", [sightings, seed], ([all, seed]) => {
    assert.deepStrictEqual(essence(Things.of(shuffled(all, seed))), essence(Things.of(all)))
  })

  it.prop("is the same again when one observer sees the things", [sightings], ([all]) => {
    const things = Things.of(all)
    const again = things.map(({ box, evidence }) => ({ observer: "one", box, confidence: evidence }))
    assert.deepStrictEqual(essence(Things.of(again)), essence(things))
  })

  it.prop(
    "does not count what is seen once more, exactly, by another observer",
    [sightings, Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })))],
    ([all, which]) => {
      const things = Things.of(all)
      if (things.length === 0) return
      const { box } = things[which % things.length]!
      const count = Things.of([...all, { observer: "another", box, confidence: 0 }]).length
      assert.isAtMost(count, things.length)
    }
  )

  it.prop("has every thing seen at least once, and nothing in two", [sightings], ([all]) => {
    const members = Things.of(all).flatMap(({ seen }) => seen)
    assert.strictEqual(new Set(members).size, members.length)
    for (const member of members) assert.include(all, member)
  })
})
