import { assert, describe, it } from "@effect/vitest"
import * as CorrectedConsensus from "../../../src/domain/corrections/CorrectedConsensus.ts"
import type { Change } from "../../../src/domain/corrections/Correction.ts"
import type { MergedBox } from "../../../src/domain/MergedBox.ts"
import * as Corrections from "../../support/Corrections.ts"
import { boxesOf, consensusOf, factsOf, label, object, said } from "../../support/Facts.ts"
import { seed, shuffled } from "../../support/Scenes.ts"

const { correction, place, withdrawn } = Corrections

/** Two detectors see a dog, one of them a cat as well, and a classifier says dog. */
const facts = factsOf({
  yolov8: said(object("dog", [10, 20, 100, 100], 0.9), object("cat", [300, 20, 100, 100], 0.9)),
  rtdetr: said(object("dog", [10, 20, 100, 100], 0.9)),
  clip: said(label("dog", 0.9))
})
const [boxes, derived] = [boxesOf(facts), consensusOf(facts)]
const dog = { box: place([10, 20, 100, 100]), label: "dog" }
const cat = { box: place([300, 20, 100, 100]), label: "cat" }

const correct = (...changes: ReadonlyArray<Change>) =>
  CorrectedConsensus.consensus(
    derived,
    boxes,
    changes.map((change, i) => correction(i + 1, change))
  )

const inShort = ({ votes: { consensus, tentative } }: typeof derived) => ({
  accepted: consensus.map(({ concept }) => concept as string),
  tentative: tentative.map(({ concept }) => concept as string)
})

const standing = (those: ReadonlyArray<MergedBox>) =>
  those.map(({ box, concept, id, status }) => ({ id, box, concept, status }))

describe("the consensus with corrections", () => {
  it("is what it was without any, and once all are withdrawn", () => {
    assert.strictEqual(correct(), derived)
    assert.deepStrictEqual(inShort(derived), { accepted: ["dog"], tentative: ["cat"] })
    const taken = withdrawn(correction(1, { kind: "reject", ...dog }))
    assert.strictEqual(CorrectedConsensus.consensus(derived, boxes, [taken]), derived)
  })

  it("has by its new label what was relabeled, and not by its old one, whatever was voted", () => {
    const corrected = correct({ kind: "relabel", ...dog, newLabel: "wolf" })
    assert.deepStrictEqual(inShort(corrected), { accepted: ["wolf"], tentative: ["dog", "cat"] })
    const [wolf] = corrected.votes.consensus
    assert.deepInclude(wolf, { rule: "corrected", reason: "Ada gave it another label", votes: 0, emoji: "🐺" })
    assert.deepStrictEqual(
      wolf?.boundingBoxes.map(({ box }) => ({ ...box })),
      [{ ...dog.box }]
    )
    const [old] = corrected.votes.tentative
    assert.deepInclude(old, { rule: "corrected", votes: 3, boundingBoxes: [] })
  })

  it("does not have what was rejected, unless another box of it is left", () => {
    assert.deepStrictEqual(inShort(correct({ kind: "reject", ...dog })).accepted, [])
    const other = factsOf({
      yolov8: said(object("dog", [10, 20, 100, 100], 0.9), object("dog", [300, 20, 100, 100], 0.9)),
      rtdetr: said(object("dog", [10, 20, 100, 100], 0.9), object("dog", [300, 20, 100, 100], 0.9))
    })
    const rejected = [correction(1, { kind: "reject", ...dog })]
    const { votes } = CorrectedConsensus.consensus(consensusOf(other), boxesOf(other), rejected)
    assert.deepStrictEqual(
      votes.consensus.map(({ boundingBoxes, concept, instances, rule }) => [
        concept as string,
        rule,
        instances.count,
        boundingBoxes.length
      ]),
      [["dog", "quorum", 1, 1]]
    )
  })

  it("has what was confirmed or added, before the others", () => {
    const corrected = correct({ kind: "confirm", ...cat }, { kind: "add", box: place([0, 0, 9, 9]), label: "bird" })
    assert.deepStrictEqual(inShort(corrected), { accepted: ["cat", "bird", "dog"], tentative: [] })
    assert.deepStrictEqual(
      corrected.votes.consensus.map(({ correction }) => correction?.kind),
      ["confirm", "add", undefined]
    )
  })

  it.prop(
    "says the same in whatever order corrections and boxes come",
    [Corrections.boxes, Corrections.corrections, seed],
    ([boxes, corrections, seed]) => {
      assert.deepStrictEqual(
        CorrectedConsensus.amendments(standing(shuffled(boxes, seed)), shuffled(corrections, seed)),
        CorrectedConsensus.amendments(standing(boxes), corrections)
      )
    }
  )

  it.prop(
    "accepts each concept once, and none that was denied and has no box",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      const amended = CorrectedConsensus.amendments(standing(boxes), corrections)
      const concepts = amended.map(({ concept }) => concept)
      assert.strictEqual(new Set(concepts).size, concepts.length)
      const { votes } = CorrectedConsensus.consensus(derived, boxes, corrections)
      const accepted = votes.consensus.map(({ concept }) => concept)
      for (const { concept, isThere } of amended) assert.strictEqual(accepted.includes(concept), isThere)
      const all = [...accepted, ...votes.tentative.map(({ concept }) => concept)]
      assert.strictEqual(new Set(all).size, all.length)
    }
  )
})
