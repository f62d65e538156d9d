import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as EnrichmentPlan from "../../src/domain/EnrichmentPlan.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { boxesOf, crop, facts, factsOf, failed, object, said, shuffled, type Wire } from "../support/Facts.ts"

const catalog = ServiceCatalog.standard

const boxes = (...predictions: ReadonlyArray<Wire>) => boxesOf(factsOf({ yolov8: said(...predictions) }))

const named = (plan: EnrichmentPlan.EnrichmentPlan): ReadonlyArray<string> =>
  plan.map(({ boxId, service }) => `${service} ${boxId}`)

describe("plan", () => {
  it("shows every box to colors, and persons to face and pose", () => {
    const found = boxes(object("man", [0, 0, 50, 90], 0.9), object("dog", [60, 10, 40, 30], 0.8))
    assert.deepStrictEqual<unknown>(EnrichmentPlan.plan(found, catalog), [
      { boxId: found[0]!.id, service: "colors", box: found[0]!.box },
      { boxId: found[0]!.id, service: "face", box: found[0]!.box },
      { boxId: found[0]!.id, service: "pose", box: found[0]!.box },
      { boxId: found[1]!.id, service: "colors", box: found[1]!.box }
    ])
  })

  it("takes no ottoman, mannequin or salamander for a man (B43)", () => {
    for (const label of ["ottoman", "mannequin", "salamander", "humane society", "boycott", "manhole cover"]) {
      const [box] = boxes(object(label, [0, 0, 50, 90], 0.9))
      assert.deepStrictEqual(named(EnrichmentPlan.plan([box!], catalog)), [`colors ${box!.id}`])
    }
    for (const label of ["Person", "people", "woman", "boys", "child"]) {
      assert.lengthOf(EnrichmentPlan.plan(boxes(object(label, [0, 0, 50, 90], 0.9)), catalog), 3)
    }
  })

  it("shows a service the labels it names, from the size and the evidence it asks for", () => {
    const found = boxes(
      object("car", [0, 0, 50, 90], 0.9),
      object("automobile", [60, 10, 20, 30], 0.8),
      object("dog", [100, 0, 90, 90], 0.7)
    )
    const shown = (crops: object) => {
      const [service] = Result.getOrThrow(
        ServiceCatalog.decode({ services: { plates: { port: 1, kind: "specialized", crops } } })
      )
      return EnrichmentPlan.plan(found, [service!]).map(({ box }) => box.x)
    }
    assert.deepStrictEqual(shown(["car", "truck"]), [0, 60])
    assert.deepStrictEqual(shown({ labels: ["Cars"], minSize: 40 }), [0])
    assert.deepStrictEqual(shown({ minSize: 40 }), [0, 100])
    const evidences = found.map(({ evidence }) => evidence)
    assert.lengthOf(
      shown({ minConfidence: Math.max(...evidences) }),
      evidences.filter((e) => e === Math.max(...evidences)).length
    )
    assert.deepStrictEqual(shown({ labels: "person" }), [])
  })

  it("leaves out boxes in which nothing can be seen", () => {
    const plan = (width: number, height: number) =>
      EnrichmentPlan.plan(boxes(object("dog", [0, 0, width, height], 0.9)), catalog)
    assert.lengthOf(plan(8, 8), 1)
    assert.lengthOf(plan(7, 80), 0)
    assert.lengthOf(plan(80, 7), 0)
  })

  it("includes what the detectors outvoted, unless told not to", () => {
    const outvoted = boxesOf(
      factsOf({ yolov8: said(object("dog", [0, 0, 50, 50], 0.3)), rtdetr: said(), detectron2: said() })
    )
    const { defaults } = EnrichmentPlan
    assert.lengthOf(EnrichmentPlan.plan(outvoted, catalog), 1)
    assert.lengthOf(EnrichmentPlan.plan(outvoted, catalog, { ...defaults, tentative: false }), 0)
  })

  it.prop("does not depend on the order of the catalog", [facts, Schema.Int], ([facts, seed]) => {
    const found = boxesOf(facts)
    assert.deepStrictEqual(EnrichmentPlan.plan(found, shuffled(catalog, seed)), EnrichmentPlan.plan(found, catalog))
  })
})

describe("missing", () => {
  it("counts a failed answer as an answer", () => {
    const [box] = boxes(object("person", [0, 0, 50, 90], 0.9))
    const plan = EnrichmentPlan.plan([box!], catalog)
    const missing = EnrichmentPlan.missing(plan, [crop(box!, "face", failed()), crop(box!, "colors", said())])
    assert.deepStrictEqual(named(missing), [`pose ${box!.id}`])
  })

  it.prop("is the plan without what was answered, in the order of the plan", [facts], ([facts]) => {
    const plan = EnrichmentPlan.plan(boxesOf(facts), catalog)
    const answered = new Set(facts.crops.map(({ boxId, service }) => `${service} ${boxId}`))
    assert.deepStrictEqual(
      named(EnrichmentPlan.missing(plan, facts.crops)),
      named(plan).filter((name) => !answered.has(name))
    )
  })
})
