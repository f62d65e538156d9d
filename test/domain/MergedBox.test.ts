import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import type { BoxId } from "../../src/domain/Identifiers.ts"
import * as MergedBox from "../../src/domain/MergedBox.ts"
import { boxesOf, facts, factsOf, object, said } from "../support/Facts.ts"

const provenance = { algorithm: "quorum@1{}", resultIds: [12, 11] }

/** Any box that JSON can hold: it has no `-0`. */
const anyBox = Arbitrary.map(Arbitrary.schema(MergedBox.MergedBox), (box): MergedBox.MergedBox =>
  JSON.parse(JSON.stringify(box))
)

const throughJson = (box: MergedBox.MergedBox) =>
  MergedBox.fromData(JSON.parse(JSON.stringify(MergedBox.toData(box, provenance))))

describe("name", () => {
  it("names a box by concept and position", () => {
    const [box] = boxesOf(factsOf({ yolov8: said(object("Hot_Dog", [1.4, 2.6, 30, 40], 0.9)) }))
    assert.strictEqual(box?.id as string, "hot-dog_1_3_30_40")
    assert.deepStrictEqual({ ...box?.box }, { x: 1, y: 3, width: 30, height: 40 })
  })

  it("gives a box the same name when another service confirms it", () => {
    const dog = said(object("dog", [0, 0, 100, 100], 0.9))
    assert.strictEqual(boxesOf(factsOf({ yolov8: dog }))[0]?.id, boxesOf(factsOf({ yolov8: dog, rtdetr: dog }))[0]?.id)
  })

  it("tells boxes apart that agree in concept and position", () => {
    const [box] = boxesOf(factsOf({ yolov8: said(object("dog", [0, 0, 100, 100], 0.9)) }))
    const named = MergedBox.name({ boxes: [box!, box!], rejected: [] })
    assert.deepStrictEqual<unknown>(
      named.map(({ id }) => id),
      ["dog_0_0_100_100", "dog_0_0_100_100_2"]
    )
  })

  it("knows one zero", () => {
    const x = BoundingBox.round({ x: -0.3, y: -0.3, width: 10, height: 10 }).x
    assert.isTrue(Object.is(x, 0))
  })

  it.prop("gives the boxes of an image different names", [facts], ([facts]) => {
    const boxes = boxesOf(facts)
    assert.strictEqual(new Set(boxes.map(({ id }) => id)).size, boxes.length)
  })
})

describe("merged data", () => {
  it("spells a box as the specification does, with what explains it added", () => {
    const dog = said(object("puppy", [0, 0, 100, 100], 0.9))
    const [box] = boxesOf(factsOf({ yolov8: dog, rtdetr: dog, detectron2: said() }))
    const { evidence, reason, ...data } = MergedBox.toData(box!, provenance)
    const bbox = { x: 0, y: 0, width: 100, height: 100 }
    assert.closeTo(evidence, 0.99, 1e-12)
    assert.isNotEmpty(reason)
    assert.deepStrictEqual(data, {
      cluster_id: "dog_0_0_100_100",
      concept: "dog",
      label: "puppy",
      merged_bbox: bbox,
      detection_count: 2,
      avg_confidence: 0.9,
      status: "confirmed",
      contributing_services: ["rtdetr", "yolov8"],
      dissenters: ["detectron2"],
      detections: [
        { service: "rtdetr", index: 0, concept: "dog", label: "puppy", bbox, confidence: 0.9 },
        { service: "yolov8", index: 0, concept: "dog", label: "puppy", bbox, confidence: 0.9 }
      ],
      harmonization_algorithm: "quorum@1{}",
      source_result_ids: [12, 11]
    })
  })

  it.prop("loses nothing of a box", [anyBox], ([box]) => {
    assert.deepStrictEqual(Result.getOrThrow(throughJson(box)), box)
  })

  it.prop("is what the schema makes of a box", [anyBox], ([box]) => {
    const encoded = Schema.encodeSync(MergedBox.MergedBoxData)({ mergedBox: box, ...provenance })
    assert.deepStrictEqual(MergedBox.toData(box, provenance), encoded)
  })

  it.prop("loses nothing of the boxes of an image", [facts], ([facts]) => {
    for (const box of boxesOf(facts)) assert.deepStrictEqual(Result.getOrThrow(throughJson(box)), box)
  })

  it("is refused with a reason when it is not that of a box", () => {
    const data = { cluster_id: "dog_1", label: "dog" }
    const problem = Result.getOrThrow(Result.flip(MergedBox.fromData(data)))
    assert.include(problem.message, "concept")
  })

  it("is named in words to people", () => {
    const inWords = (id: string) => MergedBox.inWords(id as BoxId)
    assert.strictEqual(inWords("zebra_291_347_418_345"), "zebra at 291, 347")
    assert.strictEqual(inWords("traffic-light_0_7_10_20_2"), "traffic light at 0, 7")
    assert.strictEqual(inWords("something else"), "something else")
  })
})
