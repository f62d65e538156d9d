import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as Replay from "../../../src/dashboard/image/Replay.ts"
import type { Image } from "../../../src/domain/archive/Image.ts"
import * as Derive from "../../../src/domain/Derive.ts"
import type { ImageFacts } from "../../../src/domain/Facts.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Workflow from "../../../src/domain/Workflow.ts"
import { facts, factsOf, failed, object, said, serviceId } from "../../support/Facts.ts"

const strategy = Strategies.defaultStrategy
const standard = ServiceCatalog.standard
const catalog = Replay.catalogOf(Workflow.graph(standard, Derive.keys(strategy, standard)))

/** The image as the API shows it, with one answer per second in the order of the facts. */
const imageOf = (self: ImageFacts): Image => {
  const { boxes } = Derive.boxes(Derive.observe(self, standard), strategy)
  const created = (second: number) => new Date(Duration.toMillis(Duration.seconds(second)))
  return {
    id: self.imageId,
    filename: "a.jpg",
    created: created(0),
    status: "done",
    revision: self.revision,
    requested: self.requested.length,
    owed: [],
    answered: self.results.length,
    failed: 0,
    services: self.requested,
    results: self.results.map((result, i) => ({ ...result, created: created(i), workerId: "worker" })),
    crops: self.crops.map((result, i) => ({ ...result, created: created(self.results.length + i) })),
    boxes,
    corrections: [],
    enrichments: [],
    derivations: [],
    underived: []
  }
}

const frameAt = (image: Image, count: number) => {
  const answers = Replay.answersOf(image, catalog)
  return Replay.frameAt(image, answers, count, catalog, strategy)
}

describe("Replay", () => {
  it.prop("ends with what the programs derive, and what is stored", [facts], ([self]) => {
    const image = imageOf(self)
    const frame = frameAt(image, image.results.length + image.crops.length)
    const observation = Derive.observe(self, standard)
    assert.deepStrictEqual(frame.boxes, Derive.boxes(observation, strategy).boxes)
    assert.deepStrictEqual(frame.consensus, Derive.consensus(observation, strategy))
    assert.deepStrictEqual(frame.enrichments, Derive.enrichments(observation))
    assert.isTrue(Replay.isSame(frame.boxes, image.boxes))
  })

  it("knows nothing of answers that have not come yet", () => {
    const image = imageOf(
      factsOf({
        detectron2: said(object("dog", [0, 0, 50, 50], 0.9)),
        rtdetr: said(object("dog", [1, 0, 50, 50], 0.8)),
        yolov8: said()
      })
    )
    const voters = [0, 1, 2, 3].map((count) => frameAt(image, count).boxes.map(({ services }) => services))
    assert.deepStrictEqual(voters, [
      [],
      [["detectron2"]],
      [["detectron2", "rtdetr"]],
      [["detectron2", "rtdetr"]]
    ] as never)
    assert.deepStrictEqual(frameAt(image, 2).boxes[0]!.dissenters, [])
    assert.deepStrictEqual(frameAt(image, 3).boxes[0]!.dissenters, ["yolov8"] as never)
    assert.isFalse(Replay.isSame(frameAt(image, 2).boxes, image.boxes))
  })

  it("orders answers by when they came, and tells detectors from the others", () => {
    const image = imageOf(factsOf({ yolov8: said(), clip: failed(), ocr: said() }))
    const late = { ...image, results: image.results.toReversed() }
    const order = Replay.answersOf(late, catalog)
    assert.deepStrictEqual(
      order.map(({ result }) => result.service),
      Replay.answersOf(image, catalog).map(({ result }) => result.service)
    )
    assert.deepStrictEqual(
      order.filter(({ isDetector }) => isDetector).map(({ result }) => result.service),
      ["yolov8"] as never
    )
  })
})

describe("strategyOf", () => {
  it("builds every strategy with its own options", () => {
    for (const name of Strategies.names) {
      const built = Replay.strategyOf(name)
      assert.strictEqual(built.name, name)
      assert.deepStrictEqual(Replay.strategyOf(name, built.options).options, built.options)
    }
  })

  it("falls back to the default where there is no such strategy, or not with these options", () => {
    assert.strictEqual(Replay.strategyOf("nobody"), strategy)
    assert.strictEqual(Replay.strategyOf("nms", { overlapIou: 7 }), strategy)
  })

  it("knows whose answers it cannot read", () => {
    const image = imageOf(
      factsOf({ yolov8: said(object("dog", [0, 0, 10, 10], 0.9)), centernet: said(), nanodet: failed() })
    )
    assert.deepStrictEqual(Replay.strangers(Replay.answersOf(image, catalog), catalog), [serviceId("centernet")])
  })
})
