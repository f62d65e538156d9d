import { assert, describe, it } from "@effect/vitest"
import { PipelineEvent } from "../../../src/domain/PipelineEvent.ts"
import { revision } from "../../../src/domain/Staleness.ts"
import * as News from "../../../src/programs/views/News.ts"
import { answered, boxId, harmonized, imageId, serviceId } from "../../support/Runs.ts"

const fresh = News.start(new Map([[imageId(1), "beach.jpg"]]))

const after = (...events: ReadonlyArray<PipelineEvent>) =>
  events.reduce((state, event) => News.step(state, event), fresh)

describe("News", () => {
  it("remembers why a service has to be asked again until it answers", () => {
    const clip = serviceId("clip")
    const postponed = PipelineEvent.Postponed({ imageId: imageId(1), service: clip, reason: "busy" })
    assert.strictEqual(after(postponed, answered("ocr")).postponed.get(clip), "busy")
    assert.isFalse(after(postponed, answered("clip")).postponed.has(clip))
  })

  it("tells how the boxes of an image grew, and after whose answer", () => {
    const state = after(
      harmonized(["rtdetr"], 3),
      harmonized(["rtdetr", "yolov8"], 3, { changed: false }),
      harmonized(["detectron2", "rtdetr", "yolov8"], 4)
    )
    assert.strictEqual(state.harmonized, 1)
    assert.strictEqual(state.reharmonized, 2)
    assert.deepStrictEqual(state.moments, [
      { _tag: "Boxes", filename: "beach.jpg", before: undefined, after: 3, added: [serviceId("rtdetr")], services: 1 },
      { _tag: "Boxes", filename: "beach.jpg", before: 3, after: 4, added: [serviceId("detectron2")], services: 3 }
    ])
  })

  it("is not led back by an event that was overtaken", () => {
    const state = after(
      harmonized(["rtdetr", "yolov8"], 4, { revision: 2 }),
      harmonized(["rtdetr"], 3, { revision: 1 }),
      harmonized(["detectron2", "rtdetr", "yolov8"], 5, { revision: 3 })
    )
    const last = state.moments.at(-1)
    assert.strictEqual(state.momentCount, 2)
    assert.deepStrictEqual(last?._tag === "Boxes" && [last.before, last.after, last.added], [
      4,
      5,
      [serviceId("detectron2")]
    ])
  })

  it("reports failures of images and of crops, with the name of the image", () => {
    const state = after(
      answered("ocr", false, "cannot read"),
      PipelineEvent.Enriched({
        imageId: imageId(9),
        boxId: boxId("person_1"),
        service: serviceId("face"),
        succeeded: false
      })
    )
    assert.deepStrictEqual(state.moments, [
      { _tag: "Failed", filename: "beach.jpg", service: serviceId("ocr"), reason: "cannot read" },
      { _tag: "Failed", filename: "image 9", service: serviceId("face"), reason: "no reason given" }
    ])
  })

  it("counts votes and answers about crops", () => {
    const enriched = (id: string) =>
      PipelineEvent.Enriched({
        imageId: imageId(1),
        boxId: boxId("person_1"),
        service: serviceId(id),
        succeeded: true
      })
    const voted = PipelineEvent.Voted({
      imageId: imageId(1),
      revision: revision(1),
      services: 1,
      emojis: ["🧑"],
      changed: true
    })
    const state = after(enriched("face"), enriched("colors"), enriched("face"), voted)
    assert.deepStrictEqual(
      [...state.crops],
      [
        [serviceId("face"), 2],
        [serviceId("colors"), 1]
      ]
    )
    assert.strictEqual(state.voted, 1)
  })

  it("keeps the latest moments only, and how many there were", () => {
    const many = Array.from({ length: 120 }, (_, n) => answered("ocr", false, `failure ${n}`))
    const state = after(...many)
    assert.strictEqual(state.momentCount, 120)
    assert.isAtMost(state.moments.length, 50)
    assert.deepInclude(state.moments.at(-1), { reason: "failure 119" })
  })
})
