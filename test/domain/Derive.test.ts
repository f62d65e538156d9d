import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Derive from "../../src/domain/Derive.ts"
import * as EnrichmentPlan from "../../src/domain/EnrichmentPlan.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import type { Concept } from "../../src/domain/Identifiers.ts"
import * as MergedBox from "../../src/domain/MergedBox.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { stages } from "../../src/domain/Staleness.ts"
import {
  boxesOf,
  consensusOf,
  factsOf,
  facts,
  failed,
  label,
  object,
  said,
  serviceId,
  shuffled
} from "../support/Facts.ts"

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

describe("an aligned service", () => {
  const catalog = catalogOf({ yolov8: { align: { left: 0.125, right: -0.125 } }, rtdetr: {} })
  const person = (x: number, width: number) => said(object("person", [x, 80, width, 200], 0.8))
  const facts = factsOf({ rtdetr: person(100, 120), yolov8: person(112, 96) })
  const observation = Derive.observe(facts, catalog)

  it("is moved before it is fused, and its answer stays as it is recorded", () => {
    const [box] = Derive.boxes(observation, defaultStrategy).boxes
    assert.deepStrictEqual({ ...box!.box }, { x: 100, y: 80, width: 120, height: 200 })
    assert.deepStrictEqual<unknown>(
      box!.members.map(({ box, recorded, service }) => [service, box.x, box.width, recorded?.x, recorded?.width]),
      [
        ["rtdetr", 100, 120, undefined, undefined],
        ["yolov8", 100, 120, 112, 96]
      ]
    )
    assert.deepStrictEqual(
      Derive.harmonizationInput(observation).detections.map(({ box }) => box.x),
      [100, 112]
    )
    const data = MergedBox.toData(box!, { algorithm: "quorum@1{}", resultIds: [] })
    assert.deepStrictEqual(Result.getOrThrow(MergedBox.fromData(data)), box)
  })

  it("is named in the keys with each edge", () => {
    assert.include(Derive.keys(defaultStrategy, catalog).harmonize, " yolov8.align=0.125,0,-0.125,0")
  })
})

describe("a service that could not be understood", () => {
  const person = object("person", [100, 80, 120, 200], 0.6)
  const unclear = (confidence: number) => said(object("person", [100, 80, 120, 200], confidence))

  const derived = (answers: Parameters<typeof factsOf>[0]) => {
    const observation = Derive.observe(factsOf(answers), standard)
    const box = Derive.boxes(observation, defaultStrategy).boxes.find(({ concept }) => concept === "person")!
    const { tentative, consensus } = Derive.consensus(observation, defaultStrategy).votes
    return { box, candidate: [...consensus, ...tentative].find(({ concept }) => concept === "person")! }
  }

  it("abstains from what it named, and the box says so", () => {
    const { box, candidate } = derived({ detectron2: said(person), rtdetr: unclear(88), yolov8: unclear(91) })
    assert.deepStrictEqual<unknown>(
      [box.status, box.services, box.dissenters, box.unread],
      ["confirmed", ["detectron2"], [], ["rtdetr", "yolov8"]]
    )
    assert.include(box.reason, "rtdetr, yolov8 could not be understood")
    assert.deepStrictEqual<unknown>([candidate.dissenters, candidate.abstainers], [[], ["rtdetr", "yolov8"]])
    assert.strictEqual(candidate.status, "accepted")
  })

  it("dissents about what it did not name", () => {
    const dog = said(object("dog", [100, 80, 120, 200], 91))
    const { box, candidate } = derived({ detectron2: said(person), rtdetr: dog, yolov8: dog })
    assert.deepStrictEqual<unknown>(
      [box.status, box.dissenters, box.unread],
      ["tentative", ["rtdetr", "yolov8"], undefined]
    )
    assert.deepStrictEqual<unknown>(candidate.dissenters, ["rtdetr", "yolov8"])
  })

  it("abstains altogether when nobody knows what it named", () => {
    const { box } = derived({
      detectron2: said(person),
      rtdetr: said({ bbox: [0, 0, 9, 9] }),
      yolov8: said({ confidence: 0.9 })
    })
    assert.deepStrictEqual<unknown>([box.status, box.unread], ["confirmed", ["rtdetr", "yolov8"]])
  })

  it("votes with what could be read", () => {
    const both = said(person, object("person", [400, 80, 120, 200], 91))
    const { box } = derived({ detectron2: said(person), rtdetr: both, yolov8: said(person) })
    assert.deepStrictEqual<unknown>([box.services, box.unread], [["detectron2", "rtdetr", "yolov8"], undefined])
  })

  it("is no dissenter in the consensus when a word of its caption could not be read", () => {
    const words = { caption: "a person", emoji_mappings: "person" }
    const { candidate } = derived({ blip: said(words), detectron2: said(person) })
    assert.deepStrictEqual<unknown>(candidate.abstainers, ["blip"])
  })
})

describe("observe", () => {
  it("survives a reply of 200,000 zeros", () => {
    const predictions = Array.from({ length: 200_000 }, () => 0)
    const zeros = { _tag: "Success", data: { status: "success", predictions } } as const
    const observation = Derive.observe(factsOf({ yolov8: zeros }), standard)
    // A hundred, how many more there are of these, and how many were not looked at.
    assert.lengthOf(observation.diagnostics, 102)
    assert.isBelow(JSON.stringify(Derive.consensus(observation, defaultStrategy)).length, 20_000)
  })

  it("keeps the sum of impossible times a number", () => {
    const slow = { ...said(), processingTime: 1.7e308 }
    const { totalProcessingTime } = consensusOf(factsOf({ rtdetr: slow, yolov8: slow }))
    assert.isTrue(Number.isFinite(totalProcessingTime))
  })
})

describe("boxes", () => {
  it("are none when nothing was detected", () => {
    assert.deepStrictEqual(boxesOf(factsOf({ yolov8: said(), rtdetr: said() })), [])
  })

  it.prop("hold every detection, or it is rejected", [facts], ([facts]) => {
    const observation = Derive.observe(facts, standard)
    const { boxes, rejected } = Derive.boxes(observation, defaultStrategy)
    const kept = boxes.flatMap(({ members }) => members)
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
  it("are short however many services are particular, and differ all the same", () => {
    const many = (trust: number) =>
      Array.from({ length: 300 }, (_, i) => ({
        ...standard[0]!,
        id: serviceId(`service_${i}`),
        crops: "all" as const,
        trust: i === 299 ? trust : 0.5
      }))
    const [one, other] = [Derive.keys(defaultStrategy, many(0.5)), Derive.keys(defaultStrategy, many(0.6))]
    for (const stage of stages) {
      assert.isBelow(one[stage].length, 2500)
      assert.notStrictEqual(one[stage], other[stage])
    }
  })

  const keys = (strategy = defaultStrategy, catalog = standard, options = EnrichmentPlan.defaults) =>
    Derive.keys(strategy, catalog, options)
  const changed = (change: Partial<ServiceCatalog.Service>) =>
    standard.map((service) => (service.id === "yolov8" ? { ...service, ...change } : service))

  it("are the same for the same way of deriving", () => {
    assert.deepStrictEqual(keys(defaultStrategy, standard.toReversed()), keys())
    assert.deepStrictEqual(keys(defaultStrategy, changed({ port: 1, concurrency: 9 })), keys())
  })

  it("name the services of whose answers nothing is known, and no others", () => {
    const facts = factsOf({ anything: said(), yolov8: said(), rtdetr: failed(), another: said(), broken: failed() })
    const without = Derive.keysOf(keys(), facts)
    for (const stage of stages) assert.strictEqual(without[stage], `${keys()[stage]} without another,anything`)
    const { services, ...algorithms } = keys()
    assert.deepStrictEqual(services, standard.map(({ id }) => id).toSorted())
    assert.deepStrictEqual(Derive.keysOf(keys(), factsOf({ yolov8: said() })), algorithms)
  })

  it("all change with the strategy, the trust in a service, what it can name and how its boxes are moved", () => {
    const others = [
      keys(Strategies.crossServiceClusteringV1),
      keys(defaultStrategy, changed({ trust: 0.5 })),
      keys(defaultStrategy, changed({ vocabulary: ["dog"] })),
      keys(defaultStrategy, changed({ align: { top: 0.1 } }))
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
