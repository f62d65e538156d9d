import { assert, describe, it } from "@effect/vitest"
import * as Appraisal from "../../../src/domain/corrections/Appraisal.ts"
import type { Change } from "../../../src/domain/corrections/Correction.ts"
import * as Derive from "../../../src/domain/Derive.ts"
import type { Outcome } from "../../../src/domain/Facts.ts"
import type { HarmonizationInput } from "../../../src/domain/Harmonization.ts"
import type { MergedBox } from "../../../src/domain/MergedBox.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Corrections from "../../support/Corrections.ts"
import { factsOf, object, said, serviceId } from "../../support/Facts.ts"
import { seed, shuffled } from "../../support/Scenes.ts"

const dog = Corrections.place([0, 0, 100, 100])
const cat = Corrections.place([200, 0, 100, 100])

const tell = (answers: Readonly<Record<string, Outcome>>, ...changes: ReadonlyArray<Change>) => {
  const observation = Derive.observe(factsOf(answers), ServiceCatalog.standard)
  const told = Appraisal.ofImage(
    changes.map((change, i) => Corrections.correction(i + 1, change)),
    Derive.harmonizationInput(observation)
  )
  return Object.fromEntries(told)
}

/** What two services saw, a box each in turn. */
const sceneOf = (boxes: ReadonlyArray<MergedBox>): HarmonizationInput => {
  const services = [serviceId("yolov8"), serviceId("rtdetr")]
  return {
    detections: boxes.map(({ members }, index) => ({ ...members[0]!, index, service: services[index % 2]! })),
    reporters: services.map((service) => ({ service }))
  }
}

const confirmDog: Change = { kind: "confirm", box: dog, label: "dog" }

describe("ofImage", () => {
  it("counts what is there and was seen, what was missed, and leaves alone what nobody spoke of", () => {
    const answers = {
      yolov8: said(object("dog", [2, 0, 100, 100], 0.9), object("cat", [200, 0, 100, 100], 0.4)),
      rtdetr: said(object("cat", [200, 0, 100, 100], 0.8))
    }
    assert.deepStrictEqual(tell(answers, confirmDog), {
      rtdetr: { found: 0, wrong: 0, missed: 1 },
      yolov8: { found: 1, wrong: 0, missed: 0 }
    })
  })

  it("counts as wrong what was rejected, has another label or is elsewhere", () => {
    const yolov8 = said(object("dog", [0, 0, 100, 100], 0.9))
    assert.deepStrictEqual(tell({ yolov8 }, { kind: "reject", box: dog, label: "dog" })["yolov8"], {
      found: 0,
      wrong: 1,
      missed: 0
    })
    const wrong = { found: 0, wrong: 1, missed: 1 }
    const relabel: Change = { kind: "relabel", box: dog, label: "dog", newLabel: "cat" }
    assert.deepStrictEqual(tell({ yolov8 }, relabel)["yolov8"], wrong)
    assert.deepStrictEqual(tell({ yolov8 }, { kind: "move", box: dog, label: "dog", newBox: cat })["yolov8"], wrong)
  })

  it("counts a service right that was outvoted", () => {
    const answers = {
      yolov8: said(object("dog", [0, 0, 100, 100], 0.9)),
      rtdetr: said(object("cat", [0, 0, 100, 100], 0.9))
    }
    const told = tell(answers, { kind: "relabel", box: dog, label: "dog", newLabel: "cat" })
    assert.deepStrictEqual(told["rtdetr"], { found: 1, wrong: 0, missed: 0 })
  })

  it("expects no service to find what it cannot name", () => {
    const told = tell({ yolov8: said() }, { kind: "add", box: dog, label: "fire hydrant cover" })
    assert.strictEqual(told["yolov8"]?.missed, 0)
  })

  it("tells nothing when everything is withdrawn", () => {
    const observation = Derive.observe(
      factsOf({ yolov8: said(object("dog", [0, 0, 100, 100], 0.9)) }),
      ServiceCatalog.standard
    )
    const withdrawn = Corrections.withdrawn(Corrections.correction(1, confirmDog))
    assert.deepStrictEqual(
      [...Appraisal.ofImage([withdrawn], Derive.harmonizationInput(observation)).values()],
      [{ found: 0, wrong: 0, missed: 0 }]
    )
  })

  it.prop(
    "does not depend on the order in which services and corrections come",
    [Corrections.boxes, Corrections.corrections, seed],
    ([boxes, corrections, seed]) => {
      const scene = sceneOf(boxes)
      const { reporters } = scene
      const told = Appraisal.ofImage(corrections, scene)
      const again = Appraisal.ofImage(shuffled(corrections, seed), {
        detections: shuffled(scene.detections, seed),
        reporters: shuffled(reporters, seed)
      })
      for (const { service } of reporters) assert.deepStrictEqual(again.get(service), told.get(service))
    }
  )

  it.prop(
    "counts each detection and each thing once",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      const scene = sceneOf(boxes)
      for (const [service, { found, missed, wrong }] of Appraisal.ofImage(corrections, scene)) {
        assert.isAtMost(found + wrong, scene.detections.filter((each) => each.service === service).length)
        assert.isAtMost(found + missed, corrections.length)
      }
    }
  )
})

describe("appraise", () => {
  it("proposes a trust once enough was judged", () => {
    const appraised = Appraisal.appraise(serviceId("yolo"), 1, { found: 28, wrong: 10, missed: 4 })
    assert.deepStrictEqual(appraised, {
      service: serviceId("yolo"),
      found: 28,
      wrong: 10,
      missed: 4,
      precision: 28 / 38,
      recall: 0.875,
      trust: 1,
      proposedTrust: 0.72
    })
    const few = Appraisal.appraise(serviceId("yolo"), 1, { found: 19, wrong: 0, missed: 0 })
    assert.notProperty(few, "proposedTrust")
    const nothing = Appraisal.appraise(serviceId("yolo"), 0.5, { found: 0, wrong: 0, missed: 0 })
    assert.hasAllKeys(nothing, ["service", "found", "wrong", "missed", "trust"])
  })
})
