import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { PipelineEvent } from "../../../src/domain/PipelineEvent.ts"
import { revision } from "../../../src/domain/Staleness.ts"
import * as RunProgress from "../../../src/programs/views/RunProgress.ts"
import { answered, boxId, harmonized, imageId, progressOf, serviceId } from "../../support/Runs.ts"

const fresh = RunProgress.start({
  at: 0,
  filenames: new Map([[imageId(1), "beach.jpg"]]),
  progress: progressOf()
})

const after = (...events: ReadonlyArray<PipelineEvent>) =>
  events.reduce((state, event) => RunProgress.step(state, event, 0), fresh)

const service = (state: RunProgress.RunProgress, id: string) =>
  Option.getOrThrow(Option.fromUndefinedOr(state.services.find((each) => each.service === id)))

describe("RunProgress", () => {
  it("counts answers", () => {
    const clip = service(after(answered("clip"), answered("clip"), answered("clip", false), answered("ocr")), "clip")
    assert.strictEqual(clip.succeeded, 2)
    assert.strictEqual(clip.failed, 1)
    assert.strictEqual(RunProgress.answered(clip), 3)
    assert.strictEqual(RunProgress.waiting(clip), 1)
  })

  it("believes the store rather than the events", () => {
    const counted = RunProgress.observe(
      after(answered("clip"), answered("clip")),
      progressOf({ done: 2, services: [{ service: serviceId("clip"), requested: 4, succeeded: 1, failed: 3 }] }),
      10
    )
    assert.strictEqual(counted.done, 2)
    assert.strictEqual(service(counted, "clip").succeeded, 1)
    const late = RunProgress.step(counted, answered("clip"), 20)
    assert.strictEqual(RunProgress.answered(service(late, "clip")), 4)
  })

  it("remembers why a service has to be asked again until it answers", () => {
    const postponed = PipelineEvent.Postponed({ imageId: imageId(1), service: serviceId("clip"), reason: "busy" })
    assert.strictEqual(service(after(postponed), "clip").postponed, "busy")
    assert.strictEqual(service(RunProgress.observe(after(postponed), progressOf(), 1), "clip").postponed, "busy")
    assert.isUndefined(service(after(postponed, answered("clip")), "clip").postponed)
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
    assert.strictEqual(state.failedCrops, 1)
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

  describe("rates", () => {
    const counts = (clip: number, ocr: number, done: number) =>
      progressOf({
        images: 20,
        done,
        services: [
          { service: serviceId("clip"), requested: 20, succeeded: clip, failed: 0 },
          { service: serviceId("ocr"), requested: 20, succeeded: ocr, failed: 0 }
        ]
      })
    const started = RunProgress.start({ at: 5000, filenames: new Map(), progress: counts(4, 4, 2) })

    it("are unknown in the first second", () => {
      const state = RunProgress.observe(started, counts(10, 10, 5), 5900)
      assert.isUndefined(RunProgress.imageRate(state))
      assert.isUndefined(RunProgress.secondsLeft(state))
    })

    it("leave out what earlier runs did, and the slowest service decides when it ends", () => {
      const state = RunProgress.observe(started, counts(12, 8, 4), 7000)
      assert.strictEqual(RunProgress.serviceRate(state, service(state, "clip")), 4)
      assert.strictEqual(RunProgress.serviceRate(state, service(state, "ocr")), 2)
      assert.strictEqual(RunProgress.imageRate(state), 1)
      assert.strictEqual(RunProgress.secondsLeft(state), 6)
    })

    it("say nothing about the end while a service with work gives no answers", () => {
      assert.isUndefined(RunProgress.secondsLeft(RunProgress.observe(started, counts(12, 4, 4), 7000)))
    })

    it("go by the images once nothing is owed", () => {
      const state = RunProgress.observe(started, counts(20, 20, 10), 7000)
      assert.strictEqual(RunProgress.secondsLeft(state), 2.5)
      assert.strictEqual(RunProgress.secondsLeft(RunProgress.observe(started, counts(20, 20, 20), 7000)), 0)
    })

    it("forget what is long past", () => {
      const burst = RunProgress.observe(started, counts(20, 4, 2), 6000)
      const calm = Array.from({ length: 40 }, (_, n) => 6500 + n * 500).reduce(
        (state, at) => RunProgress.observe(state, counts(20, 4, 2), at),
        burst
      )
      assert.strictEqual(RunProgress.serviceRate(calm, service(calm, "clip")), 0)
    })
  })
})
