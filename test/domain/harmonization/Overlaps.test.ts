import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as BoundingBox from "../../../src/domain/BoundingBox.ts"
import * as Overlaps from "../../../src/domain/harmonization/Overlaps.ts"
import { anyScene, box, scene } from "../../support/Scenes.ts"

const threshold = Schema.Literals([0.01, 0.3, 0.5, 0.6, 0.9, 1])

const pairs = (rows: Overlaps.Rows, threshold: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  Overlaps.forEachOverlap(rows, threshold, (i, j, iou) => {
    found.push(`${Math.min(i, j)} ${Math.max(i, j)} ${iou}`)
  })
  return found.sort()
}

describe("iou", () => {
  it.prop("is BoundingBox.iou, bit for bit", [anyScene], ([{ detections }]) => {
    const rows = Overlaps.rowsOf(detections)
    detections.forEach((a, i) =>
      detections.forEach((b, j) => assert.strictEqual(Overlaps.iou(rows, i, j), BoundingBox.iou(a.box, b.box)))
    )
  })
})

describe("forEachOverlap", () => {
  it.prop("finds every pair that brute force finds, once", [anyScene, threshold], ([{ detections }, threshold]) => {
    const expected = detections.flatMap((a, i) =>
      detections.flatMap((b, j) => {
        const iou = BoundingBox.iou(a.box, b.box)
        return j > i && iou >= threshold ? [`${i} ${j} ${iou}`] : []
      })
    )
    assert.deepStrictEqual(pairs(Overlaps.rowsOf(detections), threshold), expected.sort())
  })

  it("looks at no pair of boxes that lie apart, and at few in a crowd", () => {
    const row = Array.from({ length: 1000 }, (_, i) => ({ box: box([i * 60, 0, 100, 100]) }))
    assert.isAtMost(
      Overlaps.forEachOverlap(Overlaps.rowsOf(row), 0.5, () => {}),
      0
    )
    const grid = Array.from({ length: 1600 }, (_, i) => ({
      box: box([(i % 40) * 30, Math.floor(i / 40) * 30, 60, 60])
    }))
    // Of 1,279,200 pairs: those in the same column and the next, as 30 of 60 pixels is half the width.
    assert.strictEqual(
      Overlaps.forEachOverlap(Overlaps.rowsOf(grid), 0.5, () => {}),
      (40 * 40 * 39) / 2 + 39 * 40 * 40
    )
  })
})

describe("suppressAbove", () => {
  it("lets the strongest stay, and what only a suppressed box overlaps", () => {
    const { detections } = scene([
      ["alpha", [0, 0, 100, 100], 0.9],
      ["alpha", [20, 0, 100, 100], 0.8],
      ["alpha", [40, 0, 100, 100], 0.7]
    ])
    assert.deepStrictEqual([...Overlaps.suppressAbove(Overlaps.rowsOf(detections), 0.6)], [[1, 0]])
  })

  it("lets boxes at the threshold stay", () => {
    const rows = Overlaps.rowsOf([{ box: box([0, 0, 100, 100]) }, { box: box([25, 0, 100, 100]) }])
    assert.strictEqual(Overlaps.iou(rows, 0, 1), 0.6)
    assert.isEmpty([...Overlaps.suppressAbove(rows, 0.6)])
  })

  it.prop(
    "agrees with brute force over all earlier rows that stay",
    [anyScene, threshold],
    ([{ detections }, threshold]) => {
      const staying: Array<number> = []
      const expected: Array<readonly [number, number]> = []
      detections.forEach(({ box, service }, i) => {
        const rival = staying.find(
          (j) => detections[j]!.service === service && BoundingBox.iou(detections[j]!.box, box) > threshold
        )
        if (rival === undefined) staying.push(i)
        else expected.push([i, rival])
      })
      const rows = Overlaps.rowsOf(detections)
      assert.deepStrictEqual([...Overlaps.suppressAbove(rows, threshold, (i) => detections[i]!.service)], expected)
    }
  )

  it.prop("finds the same in many rows as in few", [anyScene, threshold], ([{ detections }, threshold]) => {
    if (detections.length === 0) return
    const copies = Math.ceil(600 / detections.length)
    const far = 100_000
    const many = Array.from({ length: copies }, (_, k) =>
      detections.map(({ box, service }) => ({ box: { ...box, x: box.x + k * far }, service }))
    ).flat()
    const suppressed = (list: typeof many) =>
      Overlaps.suppressAbove(Overlaps.rowsOf(list), threshold, (i) => list[i]!.service)
    const few = [...suppressed(many.slice(0, detections.length))]
    assert.deepStrictEqual(
      [...suppressed(many)],
      Array.from({ length: copies }, (_, k) =>
        few.map(([i, j]) => [i + k * detections.length, j + k * detections.length])
      ).flat()
    )
  })

  it("compares each of many equal boxes with the one that stays", () => {
    const rows = Overlaps.rowsOf(Array.from({ length: 200_000 }, () => ({ box: box([3, 4, 50, 60]) })))
    const started = performance.now()
    assert.strictEqual(Overlaps.suppressAbove(rows, 0.6).size, 199_999)
    assert.isBelow(performance.now() - started, 1000)
  })
})
