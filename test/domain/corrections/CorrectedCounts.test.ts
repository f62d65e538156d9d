import { assert, describe, it } from "@effect/vitest"
import * as Corrected from "../../../src/domain/corrections/Corrected.ts"
import * as CorrectedCounts from "../../../src/domain/corrections/CorrectedCounts.ts"
import * as Corrections from "../../support/Corrections.ts"
import { seed, shuffled } from "../../support/Scenes.ts"

const { correction, derived } = Corrections
const dog = derived("dog", [0, 0, 100, 100])
const cat = derived("cat", [200, 0, 100, 100])

type Counted = Omit<CorrectedCounts.Difference, "boxes"> & { readonly boxes?: number }

/** How many boxes of each kind there are, without kinds of which there are none. */
const total = (boxes: ReadonlyArray<Counted>) => {
  const counts = new Map<string, number>()
  for (const { boxes: count = 1, concept, confidence, status } of boxes) {
    const key = `${concept} ${status} ${confidence}`
    counts.set(key, (counts.get(key) ?? 0) + count)
  }
  return Object.fromEntries([...counts].filter(([, count]) => count !== 0).sort())
}

describe("differences", () => {
  it("are what is there in place of what was seen", () => {
    const differences = CorrectedCounts.differences(
      [dog, cat],
      [
        correction(1, { kind: "relabel", box: dog.box, label: "dog", newLabel: "wolf" }),
        correction(2, { kind: "reject", box: cat.box, label: "cat" })
      ]
    )
    assert.deepStrictEqual(total(differences), {
      "cat tentative 0.5": -1,
      "dog tentative 0.5": -1,
      "wolf confirmed 1": 1
    })
  })

  it("are none where nothing was corrected, or a box is as sure as can be already", () => {
    assert.deepStrictEqual(CorrectedCounts.differences([dog], []), [])
    const sure = { ...dog, status: "confirmed" as const, confidence: 1 }
    const confirmed = correction(1, { kind: "confirm", box: dog.box, label: "dog" })
    assert.deepStrictEqual(CorrectedCounts.differences([sure], [confirmed]), [])
  })

  it.prop(
    "make of the numbers of derived boxes those of corrected boxes, in whatever order",
    [Corrections.boxes, Corrections.corrections, seed],
    ([boxes, corrections, seed]) => {
      const differences = CorrectedCounts.differences(boxes, corrections)
      assert.deepStrictEqual(total([...boxes, ...differences]), total(Corrected.boxes(boxes, corrections)))
      assert.deepStrictEqual(
        total(CorrectedCounts.differences(shuffled(boxes, seed), shuffled(corrections, seed))),
        total(differences)
      )
    }
  )
})
