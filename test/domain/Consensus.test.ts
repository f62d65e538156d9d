import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Consensus from "../../src/domain/Consensus.ts"
import * as Derive from "../../src/domain/Derive.ts"
import type { ImageFacts, Outcome } from "../../src/domain/Facts.ts"
import type { RejectedDetection } from "../../src/domain/Harmonization.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import {
  boxId,
  boxesOf,
  caption,
  consensusOf,
  crop,
  face,
  factsOf,
  failed,
  facts,
  label,
  object,
  palette,
  pose,
  said,
  serviceId,
  text,
  verdict,
  withAnswer
} from "../support/Facts.ts"

const encode = Schema.encodeSync(Consensus.Consensus)

/** Expected values are written as plain strings, whatever the brand. */
const same: (actual: unknown, expected: unknown) => void = assert.deepStrictEqual

/** Everything voted on, accepted or not. */
const candidates = ({ votes }: Consensus.Consensus) => [...votes.consensus, ...votes.tentative]

const find = (consensus: Consensus.Consensus, concept: string) =>
  candidates(consensus).find((candidate) => candidate.concept === concept)

const voted = (answers: Readonly<Record<string, Outcome>>, concept: string) => {
  const candidate = find(consensusOf(factsOf(answers)), concept)
  assert.isDefined(candidate)
  return candidate
}

/** Catalog in which some services are trusted less. */
const trusting = (trust: Readonly<Record<string, number>>) =>
  ServiceCatalog.standard.map((service) => ({ ...service, trust: trust[service.id] ?? service.trust }))

describe("consensus of a horse and its rider", () => {
  const rider = [33, 50, 121, 309] as const
  const horse = [12, 60, 300, 220] as const
  const answers = {
    blip: said(caption("man", "horse")),
    clip: said(label("horse", 0.412)),
    colors: said(palette),
    detectron2: said(object("person", rider, 0.8)),
    nsfw2: said(verdict(false, 0.987)),
    ocr: said(text("STOP")),
    ollama: said(caption("person", "horse")),
    rtdetr: said(object("horse", horse, 0.94), object("person", rider, 0.9)),
    yolov8: said(object("horse", horse, 0.8), object("person", rider, 0.9))
  }
  const wire = encode(consensusOf(factsOf(answers)))

  it("spells a candidate as the specification does, with what explains it added", () => {
    // One box of .94 and .8 is worth 1 - .06 * .2 = .988: 1.6 * .988 + 1.6 * .75 + .412 = 3.1928.
    same(wire.votes.consensus[0], {
      concept: "horse",
      label: "horse",
      emoji: "🐴",
      votes: 5,
      evidence_weight: 3.1928,
      final_score: 3.1928,
      status: "accepted",
      rule: "quorum",
      reason: "5 of the 6 services that could have named it did; 2 are enough",
      instances: { count: 1, type: "spatial" },
      evidence: {
        spatial: {
          service_count: 2,
          sources: ["rtdetr", "yolov8"],
          detection_count: 2,
          avg_confidence: 0.87,
          instance_count: 1
        },
        semantic: { service_count: 2, words: ["horse", "horse"], sources: ["blip", "ollama"] },
        classification: { service_count: 1, sources: ["clip"] },
        specialized: null,
        scores: { spatial: 1.5808, semantic: 1.2, classification: 0.412, specialized: 0 }
      },
      services: ["blip", "clip", "ollama", "rtdetr", "yolov8"],
      voters: [
        { service: "rtdetr", kind: "spatial", word: "horse", confidence: 0.94, contribution: 0.988 },
        { service: "yolov8", kind: "spatial", word: "horse", confidence: 0.8, contribution: 0.988 },
        { service: "blip", kind: "semantic", word: "horse", contribution: 0.75 },
        { service: "ollama", kind: "semantic", word: "horse", contribution: 0.75 },
        { service: "clip", kind: "classification", word: "horse", confidence: 0.412, contribution: 0.412 }
      ],
      dissenters: ["detectron2"],
      abstainers: ["colors", "nsfw2", "ocr"],
      validations: [],
      bounding_boxes: [
        {
          cluster_id: "horse_12_60_300_220",
          merged_bbox: { x: 12, y: 60, width: 300, height: 220 },
          label: "horse",
          detection_count: 2,
          avg_confidence: 0.87,
          evidence: 0.988,
          status: "confirmed",
          detections: [
            { service: "rtdetr", confidence: 0.94 },
            { service: "yolov8", confidence: 0.8 }
          ]
        }
      ]
    })
  })

  it("adds three detectors that agree to 1 + 0.6 + 0.36 of their box", () => {
    // One box of .9, .9 and .8 is worth .998: 1.96 * .998 + 1.6 * .75.
    const person = wire.votes.consensus[1]!
    same([person.concept, person.votes, person.evidence_weight, person.dissenters], ["person", 5, 3.15608, ["clip"]])
    same(person.evidence.semantic?.words, ["man", "person"])
  })

  it("keeps what only one service said on record, with the rule that keeps it out", () => {
    same(
      wire.votes.tentative.map(({ concept, reason, rule }) => [concept, rule, reason]),
      [["text", "no-quorum", "1 of the 4 services that could have named it did; 2 are needed"]]
    )
  })

  it("spells the rest as the specification does", () => {
    const { debug, diagnostics, special, total_processing_time, services_count, services_list, failed_services } = wire
    same(
      { debug, diagnostics, special, total_processing_time, services_count, services_list, failed_services },
      {
        services_count: 9,
        services_list: ["blip", "clip", "colors", "detectron2", "nsfw2", "ocr", "ollama", "rtdetr", "yolov8"],
        failed_services: [],
        total_processing_time: 2.25,
        special: {
          caption: {
            detected: true,
            sightings: [
              { service: "blip", content: "man horse" },
              { service: "ollama", content: "person horse" }
            ]
          },
          text: { detected: true, emoji: "💬", content: "STOP", sightings: [{ service: "ocr", content: "STOP" }] },
          face: { detected: false, sightings: [] },
          pose: { detected: false, sightings: [] },
          nsfw: { detected: false, sightings: [] }
        },
        diagnostics: [],
        debug: { detection_count: 11, emoji_groups: 3 }
      }
    )
    assert.strictEqual(wire.consensus_algorithm, Consensus.algorithm)
    assert.match(wire.harmonization_algorithm, /^quorum@/)
  })

  it("is nothing when nobody has answered", () => {
    const nothing = consensusOf(factsOf({}))
    same([nothing.servicesCount, candidates(nothing)], [0, []])
  })
})

describe("Consensus JSON", () => {
  it.prop("is what the schema makes of any consensus", [Consensus.Consensus], ([consensus]) => {
    assert.deepStrictEqual(Consensus.toData(consensus), encode(consensus))
  })

  it.prop("holds everything", [facts], ([facts]: [ImageFacts]) => {
    const consensus = consensusOf(facts)
    const json: unknown = JSON.parse(JSON.stringify(encode(consensus)))
    same(Schema.decodeUnknownSync(Consensus.Consensus)(json), consensus)
  })
})

describe("a candidate", () => {
  it("is accepted with two votes, whoever dissents", () => {
    const horse = voted({ blip: said(), clip: said(label("horse", 0.1)), ollama: said(caption("horse")) }, "horse")
    same([horse.status, horse.rule, horse.dissenters], ["accepted", "quorum", ["blip"]])
  })

  it("is accepted with one vote when nobody else could have named it", () => {
    const beach = voted({ blip: said(caption("beach")), yolov8: said(), ocr: said(text("")) }, "beach")
    same([beach.status, beach.rule], ["accepted", "unopposed"])
    same(beach.abstainers, ["ocr", "yolov8"])
  })

  it("stays tentative with one vote when another service could have named it", () => {
    const horse = voted({ blip: said(caption("horse")), yolov8: said() }, "horse")
    same([horse.status, horse.rule, horse.dissenters], ["tentative", "no-quorum", ["yolov8"]])
  })

  it("is not opposed by a service that failed", () => {
    const consensus = consensusOf(factsOf({ blip: said(caption("horse")), yolov8: failed() }))
    assert.strictEqual(find(consensus, "horse")?.rule, "unopposed")
    same(consensus.servicesList, ["blip"])
    same(consensus.failedServices, [{ service: "yolov8", class: "unavailable", reason: "It is unavailable" }])
  })

  it("is not opposed by a service that saw only crops", () => {
    const catalog = ServiceCatalog.standard.map((service) =>
      service.id === "clip" ? { ...service, crops: "all" as const } : service
    )
    const alone = factsOf({ yolov8: said(object("horse", [0, 0, 100, 100], 0.9)) })
    const cropped = { ...alone, crops: boxesOf(alone).map((box) => crop(box, "clip", said(label("mane", 0.6)))) }
    const consensus = consensusOf(cropped, catalog)
    same(find(consensus, "horse")?.abstainers, ["clip"])
    same(find(consensus, "mane")?.services, ["clip"])
  })

  it("is opposed by a service that saw the image, whatever it said about a crop of it", () => {
    const whole = factsOf({ yolov8: said(object("horse", [0, 0, 100, 100], 0.9)), clip: said() })
    const cropped = { ...whole, crops: boxesOf(whole).map((box) => crop(box, "clip", said(label("mane", 0.6)))) }
    same(find(consensusOf(cropped), "horse")?.dissenters, ["clip"])
  })

  it("gets from a detector that looks at a crop its confidence, not a box", () => {
    const whole = factsOf({ yolov8: said(object("horse", [0, 0, 100, 100], 0.9)) })
    const again = said(object("saddle", [0, 0, 10, 10], 0.3))
    const cropped = { ...whole, crops: boxesOf(whole).map((box) => crop(box, "yolov8", again)) }
    same(find(consensusOf(cropped), "saddle")?.evidenceWeight, 0.3)
  })

  it("gets half of a detection that gave way to a stronger one, and nothing of one that was refused", () => {
    const observation = Derive.observe(
      factsOf({ yolov8: said(object("dog", [0, 0, 80, 80], 0.6)) }),
      ServiceCatalog.standard
    )
    const [detection] = Derive.harmonizationInput(observation).detections
    const evidence = (rule: RejectedDetection["rule"]) => {
      const rejected = [{ detection: detection!, rule, reason: rule }]
      return find(Consensus.vote(observation, { boxes: [], rejected, algorithm: "any" }), "dog")?.evidenceWeight
    }
    same(
      ["overlap", "duplicate"].map((rule) => evidence(rule as RejectedDetection["rule"])),
      [0.3, 0.3]
    )
    same(
      ["invalid", "low-confidence"].map((rule) => evidence(rule as RejectedDetection["rule"])),
      [undefined, undefined]
    )
  })

  it("gets half of a box that the detectors outvoted", () => {
    const dog = voted({ yolov8: said(object("dog", [0, 0, 80, 80], 0.4)), rtdetr: said(), detectron2: said() }, "dog")
    same([dog.boundingBoxes[0]?.status, dog.evidenceWeight], ["tentative", 0.2])
    same(dog.instances, { count: 1, type: "non_spatial" })
  })

  it("counts its confirmed boxes", () => {
    const dogs = said(object("dog", [0, 0, 80, 80], 0.9), object("dog", [200, 0, 80, 80], 0.9))
    same(voted({ yolov8: dogs, rtdetr: dogs }, "dog").instances, { count: 2, type: "spatial" })
  })

  it("gets from each service what that service is trusted with", () => {
    const facts = factsOf({ clip: said(label("dog", 0.8)), inception_v3: said(label("dog", 0.8)) })
    const dog = find(consensusOf(facts, trusting({ clip: 0.5, inception_v3: 0 })), "dog")
    same([dog?.votes, dog?.evidenceWeight], [2, 0.4])
  })

  it("wears the emoji of its strongest vote when the vocabulary has none, in whatever order it was said", () => {
    const [a, b] = [
      { label: "gizmo", confidence: 0.5, emoji: "🅰️" },
      { label: "gizmo", confidence: 0.5, emoji: "🅱️" }
    ]
    same(voted({ clip: said(a, b) }, "gizmo").emoji, "🅰️")
    same(voted({ clip: said(b, a) }, "gizmo").emoji, "🅰️")
    same(voted({ clip: said(a), inception_v3: said({ ...b, confidence: 0.6 }) }, "gizmo").emoji, "🅱️")
    assert.notProperty(voted({ clip: said(label("gizmo")) }, "gizmo"), "emoji")
  })

  it("never has a score below zero", () => {
    const { evidenceWeight, finalScore } = voted({ nsfw2: said(verdict(true, 0.2)) }, "nsfw")
    same([evidenceWeight, finalScore], [0.2, 0])
  })

  it("is validated as far as the validating service is trusted", () => {
    const facts = factsOf({ blip: said(caption("man")), face: said(face([0, 0, 20, 20], 0.8)) })
    same(find(consensusOf(facts, trusting({ face: 0.5 })), "person")?.validations[0]?.score, 0.2)
  })

  it("shines when one of its votes does", () => {
    const shiny = { word: "horse", emoji: "🐴", shiny: true }
    const answers = { clip: said(label("horse", 0.9)), ollama: said({ text: "A horse", emoji_mappings: [shiny] }) }
    assert.isTrue(voted(answers, "horse").shiny)
    assert.notProperty(voted({ clip: answers.clip }, "horse"), "shiny")
  })
})

describe("what the original system got wrong", () => {
  const cats = (x: number) => object("cat", [x, 0, 100, 100], 0.6)
  const dogs = (x: number) => object("dog", [x, 0, 100, 100], 0.7)

  it("B33: detectors that agree on the place outrank more confident ones that do not", () => {
    const ranked = (yolov8: Outcome, rtdetr: Outcome) =>
      consensusOf(factsOf({ yolov8, rtdetr })).votes.consensus.map(({ concept }) => concept)
    same(ranked(said(cats(0), dogs(0)), said(cats(0), dogs(500))), ["cat", "dog"])
    same(ranked(said(cats(0), dogs(0)), said(cats(500), dogs(500))), ["dog", "cat"])
  })

  it("B34: a captioner that sends a dictionary of words has its vote", () => {
    const blip = said({ text: "a man and a horse", word_mappings: { man: "🧑", horse: "🐴" } })
    same(voted({ blip }, "person").services, ["blip"])
    same(voted({ blip }, "horse").services, ["blip"])
  })

  it("B35: validations change the order", () => {
    const answers = {
      blip: said(caption("horse", "man")),
      clip: said(label("horse", 0.8), label("person", 0.7))
    }
    const order = (facts: ImageFacts) => consensusOf(facts).votes.consensus.map(({ concept }) => concept)
    same(order(factsOf(answers)), ["horse", "person"])
    same(order(factsOf({ ...answers, face: said(face([0, 0, 20, 20], 0.9)) })), ["person", "horse"])
  })

  it("B35: what is not safe for work needs a person to be accepted, and nothing to be noted", () => {
    const nsfw = { nsfw2: said(verdict(true, 0.9)), blip: said(caption("nsfw")), clip: said() }
    const alone = consensusOf(factsOf(nsfw))
    const seen = consensusOf(factsOf({ ...nsfw, clip: said(label("woman", 0.3)) }))
    const standing = (consensus: Consensus.Consensus) => {
      const { finalScore, rule, validations } = find(consensus, "nsfw")!
      return [finalScore, rule, validations.map((validation) => validation.rule)]
    }
    same(standing(alone), [1.15, "no-human-context", ["suspicious_no_humans"]])
    same(standing(seen), [2.15, "quorum", ["human_context_confirmed"]])
    for (const [consensus, humanContext] of [
      [alone, false],
      [seen, true]
    ] as const) {
      same(consensus.special.nsfw, {
        detected: true,
        emoji: "🔞",
        confidence: 0.9,
        sightings: [{ service: "nsfw2", confidence: 0.9 }],
        humanContext
      })
    }
  })

  it("B35: one text reader is enough for the text channel", () => {
    const { special, votes } = consensusOf(factsOf({ ocr: said(text("STOP")), blip: said(), clip: said() }))
    same(votes.consensus, [])
    same([special.text.detected, special.text.content], [true, "STOP"])
  })

  it("B36: faces and poses on the crop of a person speak for the person", () => {
    const whole = factsOf({ yolov8: said(object("person", [100, 50, 80, 200], 0.9)) })
    const [box] = boxesOf(whole)
    const consensus = consensusOf({
      ...whole,
      crops: [crop(box!, "face", said(face([10, 5, 20, 20], 0.8))), crop(box!, "pose", said(pose))]
    })
    same(find(consensus, "person")?.validations, [
      { rule: "face_confirmed", score: 0.4, reason: "a face was seen in the crop of a person" },
      { rule: "pose_confirmed", score: 0.375, reason: "a pose was seen in the crop of a person" }
    ])
    assert.strictEqual(find(consensus, "person")?.finalScore, 1.675)
    same(encode(consensus).special.face, {
      detected: true,
      emoji: "🙂",
      confidence: 0.8,
      sightings: [
        { service: "face", cluster_id: box!.id, bbox: { x: 110, y: 55, width: 20, height: 20 }, confidence: 0.8 }
      ]
    })
    assert.isTrue(consensus.special.pose.detected)
  })

  it("counts of two faces at one place the one that says how sure it is, whichever comes first", () => {
    const [sure, silent] = [face([5, 5, 20, 20], 0.75), face([5, 5, 20, 20])]
    const ofAnswer = (...faces: ReadonlyArray<typeof sure>) => encode(consensusOf(factsOf({ face: said(...faces) })))
    same(ofAnswer(silent, sure), ofAnswer(sure, silent))
    same(
      ofAnswer(silent, sure).special.face.sightings.map(({ confidence }) => confidence),
      [0.75]
    )
  })

  it("takes texts of the same words in one order, whichever comes first", () => {
    const lines = (...tops: ReadonlyArray<number>) => ({
      ...text("EXIT"),
      text_regions: tops.map((top) => ({ text: "EXIT", bbox: [0, top, 50, top + 10], confidence: 0.9 }))
    })
    const [one, two] = [lines(0), lines(0, 100)]
    const ofAnswer = (...texts: ReadonlyArray<typeof one>) => encode(consensusOf(factsOf({ ocr: said(...texts) })))
    same(ofAnswer(one, two), ofAnswer(two, one))
  })

  it("B36: a face on the crop of a dog does not make a person, and a crop of a box that is gone says nothing", () => {
    const whole = factsOf({ yolov8: said(object("dog", [0, 0, 80, 80], 0.9)), blip: said(caption("man")) })
    const [dog] = boxesOf(whole)
    const seen = said(face([10, 5, 20, 20], 0.8))
    const onDog = consensusOf({ ...whole, crops: [crop(dog!, "face", seen)] })
    same(find(onDog, "person")?.validations, [])
    assert.isTrue(onDog.special.face.detected)
    const onNothing = consensusOf({ ...whole, crops: [{ ...crop(dog!, "face", seen), boxId: boxId("gone") }] })
    assert.isFalse(onNothing.special.face.detected)
  })

  it("B37: a text reader that also maps words keeps its text, and a confidence it did not send is not made up", () => {
    assert.notProperty(consensusOf(factsOf({ ocr: said(text("horse", "horse")), blip: said() })).special, "caption")
    const { special } = consensusOf(factsOf({ ocr: said(text("horse", "horse")) }))
    same([special.text.emoji, special.text.content], ["💬", "horse"])
    assert.notProperty(special.text, "confidence")
    same(voted({ ocr: said(text("horse", "horse")) }, "horse").evidence.specialized, ["ocr"])
  })

  it("B38: the best confidence of a service is its vote, and one that was never given stays unknown", () => {
    const [vote] = voted({ clip: said(label("horse", 0.2), label("pony", 0.8)) }, "horse").voters
    same([vote?.confidence, vote?.word], [0.8, "pony"])
    const [captioned] = voted({ blip: said(caption("horse")) }, "horse").voters
    assert.notProperty(captioned, "confidence")
    assert.strictEqual(captioned?.contribution, 0.75)
  })

  it("B39: votes are counted once, and confidence counts", () => {
    const sure = voted({ clip: said(label("horse", 0.9)), blip: said(caption("horse")) }, "horse")
    const unsure = voted({ clip: said(label("horse", 0.1)), blip: said(caption("horse")) }, "horse")
    same([sure.votes, sure.evidenceWeight, sure.finalScore], [2, 1.65, 1.65])
    same([unsure.votes, unsure.evidenceWeight, unsure.finalScore], [2, 0.85, 0.85])
  })
})

describe("the sightings of a special channel", () => {
  const whole = factsOf({
    yolov8: said(object("person", [0, 0, 80, 200], 0.9)),
    face: said(face([9, 9, 20, 20], 0.2), face([5, 5, 20, 20], 0.3))
  })

  it("begin with the whole image, and each with the most confident", () => {
    const crops = boxesOf(whole).map((box) => crop(box, "face", said(face([1, 1, 9, 9], 0.9))))
    const { confidence, sightings } = consensusOf({ ...whole, crops }).special.face
    same(
      sightings.map((sighting) => sighting.confidence),
      [0.3, 0.2, 0.9]
    )
    same(confidence, 0.9)
  })
})

describe("a thing that is seen again", () => {
  const people = factsOf({
    yolov8: said(object("person", [0, 0, 100, 200], 0.9), object("person", [60, 0, 100, 200], 0.8)),
    face: said(face([70, 10, 20, 24], 0.7), face([120, 12, 20, 24], 0.9)),
    ocr: said(text("STOP", "stop"))
  })
  const [left, right] = boxesOf(people) as [ReturnType<typeof boxesOf>[number], ReturnType<typeof boxesOf>[number]]
  const crops = [
    crop(left, "face", said(face([71, 10, 20, 24], 0.95))),
    crop(right, "face", said(face([10, 10, 20, 24], 0.6), face([60, 12, 20, 24], 0.5))),
    crop(left, "pose", said(pose)),
    crop(left, "ocr", said(text("Stop")))
  ]
  const { face: faces, text: texts } = consensusOf({ ...people, crops }).special

  it("is one face, as it was seen in the whole image", () => {
    same(
      faces.sightings.map(({ boxId, confidence }) => [boxId, confidence]),
      [
        [undefined, 0.9],
        [undefined, 0.7]
      ]
    )
    same(faces.confidence, 0.95)
  })

  it("is one face in two overlapping crops", () => {
    const inCrops = consensusOf({
      ...people,
      results: people.results.filter(({ service }) => service !== serviceId("face")),
      crops
    }).special
    same(
      inCrops.face.sightings.map(({ boxId, confidence }) => [boxId, confidence]),
      [
        [left.id, 0.95],
        [right.id, 0.5]
      ]
    )
  })

  it("is one text when the words are the same", () => {
    same(
      texts.sightings.map(({ content }) => content),
      ["STOP"]
    )
  })

  it("is the same whatever the order of the answers", () => {
    same(consensusOf({ ...people, crops: crops.toReversed() }).special.face, faces)
  })
})

describe("what cannot be used", () => {
  it("is set aside with a diagnostic and costs nothing else", () => {
    const consensus = consensusOf(factsOf({ clip: said(label("horse", 7), label("dog", 0.5)) }))
    same(
      candidates(consensus).map(({ concept }) => concept),
      ["dog"]
    )
    same(
      encode(consensus).diagnostics.map(({ index, service }) => [service, index]),
      [["clip", 0]]
    )
  })

  it("is a failure of the service when it is no reply", () => {
    const consensus = consensusOf(
      factsOf({
        blip: { _tag: "Success", data: "<html>" },
        clip: { _tag: "Success", data: { status: "error", error: { message: "out of memory" } } }
      })
    )
    same(
      consensus.failedServices.map((failure) => [failure.service, failure.class]),
      [
        ["blip", "unreadable-reply"],
        ["clip", "refused"]
      ]
    )
    assert.strictEqual(consensus.servicesCount, 0)
  })

  it("is left out when the catalog does not say what it is evidence of", () => {
    const consensus = consensusOf(withAnswer(factsOf({ clip: said() }), "mystery", said(label("dog", 1))))
    same([consensus.servicesList, candidates(consensus)], [["clip"], []])
    same(encode(consensus).diagnostics, [
      { service: "mystery", index: -1, problem: "The service is not in the service catalog" }
    ])
  })
})
