import { assert, describe, it } from "@effect/vitest"
import * as BoundingBox from "../../../src/domain/BoundingBox.ts"
import * as Corrected from "../../../src/domain/corrections/Corrected.ts"
import type { Change } from "../../../src/domain/corrections/Correction.ts"
import { rulings } from "../../../src/domain/corrections/Ruling.ts"
import type { MergedBox } from "../../../src/domain/MergedBox.ts"
import * as Corrections from "../../support/Corrections.ts"
import { seed, shuffled } from "../../support/Scenes.ts"

const { correction, correctionId, derived, place, withdrawn } = Corrections
const dog = derived("dog", [0, 0, 100, 100])
const cat = derived("cat", [200, 0, 100, 100])
const onDog = { box: dog.box, label: "dog" }

const correct = (boxes: ReadonlyArray<MergedBox>, ...changes: ReadonlyArray<Change>) =>
  Corrected.boxes(
    boxes,
    changes.map((change, i) => correction(i + 1, change))
  )

const inShort = (boxes: ReadonlyArray<Corrected.CorrectedBox>) =>
  boxes.map(({ box, concept, correction, status }) => [
    `${concept} ${box.x},${box.y},${box.width},${box.height}`,
    status,
    correction?.kind
  ])

/** What people say is there, whatever is derived. */
const said = (boxes: ReadonlyArray<Corrected.CorrectedBox>) =>
  boxes.flatMap(({ box, concept, correction }) => (correction === undefined ? [] : [[concept, { ...box }, correction]]))

const sorted = (boxes: ReadonlyArray<Corrected.CorrectedBox>) => boxes.toSorted((a, b) => (a.id < b.id ? -1 : 1))

describe("boxes", () => {
  it("confirms a box, which keeps what explains it and its id", () => {
    const [first, second] = correct([cat, dog], { kind: "confirm", ...onDog })
    assert.deepStrictEqual(first, {
      ...dog,
      status: "confirmed",
      evidence: 1,
      confidence: 1,
      reason: "Ada confirmed it",
      correction: { id: correctionId(1), by: "Ada", at: new Date(Date.UTC(2026, 0, 1) + 1), kind: "confirm" }
    })
    assert.deepStrictEqual(second, cat)
  })

  it("leaves out a box that is rejected", () => {
    assert.deepStrictEqual(correct([cat, dog], { kind: "reject", ...onDog }), [cat])
  })

  it("gives a box another label, for which no service has voted", () => {
    const [box] = correct([dog], { kind: "relabel", ...onDog, newLabel: "Cats" })
    assert.deepStrictEqual(inShort([box!]), [["cat 0,0,100,100", "confirmed", "relabel"]])
    assert.deepStrictEqual([box?.label, box?.services, box?.dissenters], ["cat", [], []])
    assert.deepStrictEqual(box?.members, dog.members)
  })

  it("moves a box", () => {
    const newBox = place([300, 300, 50, 60])
    const moved = correct([dog], { kind: "move", ...onDog, newBox })
    assert.deepStrictEqual(inShort(moved), [["dog 300,300,50,60", "confirmed", "move"]])
    assert.strictEqual(moved[0]?.id, dog.id)
  })

  it("adds a box", () => {
    const added = correct([cat], { kind: "add", ...onDog })
    assert.deepStrictEqual(inShort(added), [
      ["dog 0,0,100,100", "confirmed", "add"],
      ["cat 200,0,100,100", "tentative", undefined]
    ])
    assert.strictEqual(added[0]?.id as string, "correction_dog_0_0_100_100")
  })

  it("names a box that was added, and moved away, apart from one that was added at the same place", () => {
    const newBox = place([300, 300, 50, 60])
    const boxes = correct([], { kind: "add", ...onDog }, { kind: "move", ...onDog, newBox }, { kind: "add", ...onDog })
    assert.deepStrictEqual(
      boxes.map(({ box, id }) => [id as string, box.x]),
      [
        ["correction_dog_0_0_100_100", 300],
        ["correction_dog_0_0_100_100_2", 0]
      ]
    )
  })

  it("takes a box that a detector finds later for the one that was added", () => {
    const found = derived("dog", [4, 0, 100, 100])
    assert.deepStrictEqual(inShort(correct([found], { kind: "add", ...onDog })), [
      ["dog 0,0,100,100", "confirmed", "add"]
    ])
  })

  it("keeps what was confirmed when no detector sees it any more", () => {
    assert.deepStrictEqual(inShort(correct([], { kind: "confirm", ...onDog })), [
      ["dog 0,0,100,100", "confirmed", "confirm"]
    ])
  })

  it("does not add what detectors have come to call by the label that a person gave", () => {
    const now = derived("cat", [1, 0, 100, 100])
    assert.deepStrictEqual(inShort(correct([now], { kind: "relabel", ...onDog, newLabel: "cat" })), [
      ["cat 0,0,100,100", "confirmed", "relabel"]
    ])
  })

  it("goes on from what was corrected before", () => {
    const newBox = place([10, 10, 80, 80])
    assert.deepStrictEqual(
      inShort(
        correct(
          [dog],
          { kind: "relabel", ...onDog, newLabel: "cat" },
          { kind: "move", box: onDog.box, label: "cat", newBox },
          { kind: "confirm", box: newBox, label: "cat" }
        )
      ),
      [["cat 10,10,80,80", "confirmed", "move"]]
    )
  })

  it("leaves a neighbor alone when a rejection is said twice", () => {
    const neighbor = derived("dog", [20, 0, 100, 100])
    const reject = { kind: "reject", ...onDog } as const
    assert.deepStrictEqual(correct([dog, neighbor], reject, reject), [neighbor])
  })

  it("is about the closest box of the concept, of those that overlap enough", () => {
    const near = derived("dog", [5, 0, 100, 100])
    const far = derived("dog", [30, 0, 100, 100])
    const apart = derived("dog", [60, 0, 100, 100])
    const other = derived("cat", [0, 0, 100, 100])
    assert.deepStrictEqual(correct([far, other, apart, near], { kind: "reject", ...onDog }), [far, other, apart])
    assert.deepStrictEqual(correct([apart], { kind: "reject", ...onDog }), [apart])
  })

  it("brings back what was rejected when a person says that it is there", () => {
    const back = correct([dog], { kind: "reject", ...onDog }, { kind: "add", ...onDog })
    assert.deepStrictEqual(inShort(back), [["dog 0,0,100,100", "confirmed", "add"]])
    assert.strictEqual(back[0]?.id, dog.id)
  })

  it("leaves one box where a label or a place becomes that of another", () => {
    const same = derived("cat", [0, 0, 100, 100])
    const boxes = correct(
      [dog, same],
      { kind: "confirm", box: onDog.box, label: "cat" },
      { kind: "relabel", ...onDog, newLabel: "cat" }
    )
    assert.deepStrictEqual(inShort(boxes), [["cat 0,0,100,100", "confirmed", "confirm"]])
  })

  it.prop(
    "says the same in whatever order corrections and boxes come",
    [Corrections.boxes, Corrections.corrections, seed],
    ([boxes, corrections, seed]) => {
      assert.deepStrictEqual(
        sorted(Corrected.boxes(shuffled(boxes, seed), shuffled(corrections, seed))),
        sorted(Corrected.boxes(boxes, corrections))
      )
    }
  )

  it.prop(
    "gives back the original when everything is withdrawn",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      assert.deepStrictEqual(Corrected.boxes(boxes, corrections.map(withdrawn)), boxes)
    }
  )

  it.prop(
    "is without the last correction, once withdrawn, what it was before",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      const last = corrections.at(-1)
      if (last === undefined) return
      assert.deepStrictEqual(
        Corrected.boxes(boxes, [...corrections.slice(0, -1), withdrawn(last)]),
        Corrected.boxes(boxes, corrections.slice(0, -1))
      )
    }
  )

  it.prop(
    "is told nothing new by a correction that is recorded again",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      const last = corrections.at(-1)
      if (last === undefined || last.withdrawn !== undefined) return
      const places = (all: ReadonlyArray<Corrected.CorrectedBox>) =>
        all.map(({ box, concept, id }) => [id, concept, { ...box }])
      assert.deepStrictEqual(Corrected.boxes(boxes, [...corrections, last]), Corrected.boxes(boxes, corrections))
      assert.deepStrictEqual(
        places(Corrected.boxes(boxes, [...corrections, { ...last, id: correctionId(99) }])),
        places(Corrected.boxes(boxes, corrections))
      )
    }
  )

  it.prop(
    "holds what people say, whatever is derived",
    [Corrections.boxes, Corrections.boxes, Corrections.corrections],
    ([before, after, corrections]) => {
      assert.deepStrictEqual(said(Corrected.boxes(before, corrections)), said(Corrected.boxes(after, corrections)))
    }
  )

  it.prop(
    "leaves all as it is but what a ruling is about",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      const corrected = Corrected.boxes(boxes, corrections)
      const kept = corrected.filter(({ correction }) => correction === undefined)
      const ruled = rulings(corrections)
      assert.deepStrictEqual(
        kept,
        boxes.filter((box) => kept.includes(box))
      )
      assert.isAtMost(boxes.length - kept.length, ruled.length)
      assert.strictEqual(new Set(corrected.map(({ id }) => id)).size, corrected.length)
      for (const box of boxes) {
        if (kept.includes(box)) continue
        assert.isTrue(
          ruled.some(({ subject, verdict }) =>
            [subject, verdict].some(
              (thing) => thing?.concept === box.concept && BoundingBox.iou(thing.box, box.box) >= Corrected.leastIou
            )
          )
        )
      }
    }
  )

  it.prop(
    "never leaves two equal things that people say are there",
    [Corrections.boxes, Corrections.corrections],
    ([boxes, corrections]) => {
      const things = said(Corrected.boxes(boxes, corrections)).map(([concept, box]) => JSON.stringify([concept, box]))
      assert.strictEqual(new Set(things).size, things.length)
    }
  )
})
