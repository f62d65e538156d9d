import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Derive from "../../src/domain/Derive.ts"
import * as EnrichmentPlan from "../../src/domain/EnrichmentPlan.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import type { Concept } from "../../src/domain/Identifiers.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { boxesOf, factsOf, facts, failed, label, object, said, shuffled } from "../support/Facts.ts"

const { defaultStrategy } = Strategies
const standard = ServiceCatalog.standard

const catalogOf = (services: unknown) => Result.getOrThrow(ServiceCatalog.decode({ services }))

describe("harmonizationInput", () => {
  const dog = object("dog", [0, 0, 50, 50], 0.9)
  const facts = factsOf({ clip: said(label("dog", 1)), detectron2: failed(), rtdetr: said(), yolov8: said(dog) })
  const input = Derive.harmonizationInput(Derive.observe(facts, standard))

  it("has every detector that answered as a reporter, also when it saw nothing", () => {
    assert.deepStrictEqual<unknown>(
      input.reporters.map(({ service, trust, vocabulary }) => [service, trust, vocabulary?.size]),
      [
        ["rtdetr", 1, 80],
        ["yolov8", 1, 80]
      ]
    )
  })

  it("has the objects of detectors only", () => {
    assert.deepStrictEqual<unknown>(
      input.detections.map(({ confidence, concept, index, service }) => [service, index, concept, confidence]),
      [["yolov8", 0, "dog", 0.9]]
    )
  })

  it("knows what a detector can name, in concepts, and how far it is trusted", () => {
    const catalog = catalogOf({
      birds: { port: 9000, kind: "spatial", vocabulary: ["Birds", "dining_table", "!"], trust: 0.5 },
      anything: { port: 9001, kind: "spatial" }
    })
    const observation = Derive.observe(factsOf({ anything: said(), birds: said() }), catalog)
    const [anything, birds] = Derive.harmonizationInput(observation).reporters
    assert.isUndefined(anything?.vocabulary)
    assert.deepStrictEqual([...(birds?.vocabulary ?? [])], ["bird" as Concept, "dining table" as Concept])
    assert.strictEqual(birds?.trust, 0.5)
  })
})

describe("boxes", () => {
  it("are none when nothing was detected", () => {
    assert.deepStrictEqual(boxesOf(factsOf({ yolov8: said(), rtdetr: said() })), [])
  })

  it.prop("hold every detection, or it is rejected", [facts], ([facts]) => {
    const observation = Derive.observe(facts, standard)
    const { boxes, rejected } = Derive.boxes(observation, defaultStrategy)
    const kept = boxes.flatMap(({ box }) => box.members)
    assert.lengthOf([...kept, ...rejected], Derive.harmonizationInput(observation).detections.length)
  })
})

describe("consensus", () => {
  it.prop("names the strategy it was derived with", [Schema.Literals(Strategies.names)], ([name]) => {
    const strategy = Result.getOrThrow(Strategies.fromConfig(name))
    const consensus = Derive.consensus(Derive.observe(factsOf({}), standard), strategy)
    assert.isTrue(consensus.harmonizationAlgorithm.startsWith(`${strategy.name}@${strategy.version}`))
  })

  it("works with every strategy", () => {
    const dog = said(object("dog", [0, 0, 100, 100], 0.9))
    const observation = Derive.observe(factsOf({ yolov8: dog, rtdetr: dog }), standard)
    for (const name of Strategies.names) {
      const { votes } = Derive.consensus(observation, Result.getOrThrow(Strategies.fromConfig(name)))
      assert.deepStrictEqual<unknown>([name, votes.consensus.map(({ concept }) => concept)], [name, ["dog"]])
    }
  })
})

describe("plan", () => {
  it.prop("is the plan of the boxes", [facts], ([facts]) => {
    assert.deepStrictEqual(
      Derive.plan(Derive.observe(facts, standard), defaultStrategy, standard),
      EnrichmentPlan.plan(boxesOf(facts), standard)
    )
  })
})

describe("enrichments", () => {
  it.prop("are listed by box and service, however they arrived", [facts, Schema.Int], ([facts, seed]) => {
    const reordered = { ...facts, crops: shuffled(facts.crops, seed) }
    assert.deepStrictEqual(
      Derive.enrichments(Derive.observe(reordered, standard)),
      Derive.enrichments(Derive.observe(facts, standard))
    )
  })
})

describe("keys", () => {
  const keys = (strategy = defaultStrategy, catalog = standard, options = EnrichmentPlan.defaults) =>
    Derive.keys(strategy, catalog, options)
  const changed = (change: Partial<ServiceCatalog.Service>) =>
    standard.map((service) => (service.id === "yolov8" ? { ...service, ...change } : service))

  it("are the same for the same way of deriving", () => {
    assert.deepStrictEqual(keys(defaultStrategy, standard.toReversed()), keys())
    assert.deepStrictEqual(keys(defaultStrategy, changed({ port: 1, concurrency: 9 })), keys())
  })

  it("all change with the strategy, the trust in a service and what it can name", () => {
    const others = [
      keys(Strategies.crossServiceClusteringV1),
      keys(defaultStrategy, changed({ trust: 0.5 })),
      keys(defaultStrategy, changed({ vocabulary: ["dog"] }))
    ]
    for (const other of others) {
      for (const stage of ["harmonize", "consensus", "enrich"] as const) {
        assert.notStrictEqual(other[stage], keys()[stage])
      }
    }
  })

  it("change for the crops alone with what is wished for", () => {
    const others = [
      keys(defaultStrategy, changed({ crops: "all" })),
      keys(defaultStrategy, standard, { tentative: false, minSize: 8 })
    ]
    for (const other of others) {
      assert.notStrictEqual(other.enrich, keys().enrich)
      assert.deepStrictEqual([other.harmonize, other.consensus], [keys().harmonize, keys().consensus])
    }
  })
})
