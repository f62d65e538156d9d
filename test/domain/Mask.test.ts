import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Derive from "../../src/domain/Derive.ts"
import { defaultStrategy } from "../../src/domain/harmonization/Strategies.ts"
import * as Mask from "../../src/domain/Mask.ts"
import * as MergedBox from "../../src/domain/MergedBox.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { factsOf, object, said } from "../support/Facts.ts"

const triangle = [[10, 20, 30, 20, 30, 60]]
/** A 2 x 2 square in a picture of 4 x 5 pixels, height first; packed by pycocotools 2.0.11 as `55212`… or plainly: */
const plain = { size: [4, 5], counts: [5, 2, 2, 2, 9] }

describe("path", () => {
  it("draws outlines as they are", () => {
    assert.strictEqual(Mask.path(triangle), "M10 20L30 20L30 60Z")
  })

  it("draws run lengths column by column, also across columns", () => {
    assert.strictEqual(Mask.path({ size: [4, 5], counts: [5, 2, 2, 2, 9] }), "M1 1h1v2h-1zM2 1h1v2h-1z")
    assert.strictEqual(Mask.path({ size: [4, 2], counts: [2, 4, 2] }), "M0 2h1v2h-1zM1 0h1v2h-1z")
  })

  it("unpacks run lengths as they were packed", () => {
    for (const counts of [[5, 2, 2, 2, 9], [0, 20], [20], [3, 700, 40, 1, 31, 32, 12_345, 2, 0, 1000]]) {
      const height = 10
      const width = counts.reduce((sum, count) => sum + count, 0) / height
      const size = [height, Math.ceil(width)] as const
      assert.strictEqual(Mask.path({ size, counts: packed(counts) }), Mask.path({ size, counts }))
    }
  })
})

/** What `rleToString` of pycocotools does. */
const packed = (counts: ReadonlyArray<number>): string =>
  counts
    .map((count, i) => (i > 2 ? count - counts[i - 2]! : count))
    .map((value) => {
      let rest = value
      let text = ""
      for (let more = true; more;) {
        let bits = rest & 31
        rest >>= 5
        more = (bits & 16) !== 0 ? rest !== -1 : rest !== 0
        if (more) bits |= 32
        text += String.fromCharCode(bits + 48)
      }
      return text
    })
    .join("")

describe("points", () => {
  it("are those that are labeled", () => {
    assert.deepStrictEqual(Mask.points([1, 2, 2, 0, 0, 0, 3, 4, 1]), [
      { x: 1, y: 2 },
      { x: 3, y: 4 }
    ])
  })
})

const person = (confidence: number, shape: object) => ({
  ...object("person", [10, 20, 100, 200], confidence),
  ...shape
})

const read = (shape: object) => {
  const predictions = [person(0.5, shape)]
  const { diagnostics, predictions: found } = Result.getOrThrow(Reply.decode({ predictions }, "spatial"))
  const { keypoints, mask } = found[0] as { mask?: unknown; keypoints?: unknown }
  return { mask, keypoints, left: diagnostics.map(({ part }) => part) }
}

describe("a reply", () => {
  it.each([
    [{ segmentation: triangle }, triangle],
    [{ segmentation: triangle[0] }, triangle],
    [{ mask: plain }, plain],
    [{ segmentation: { size: [4, 5], counts: packed(plain.counts) } }, { size: [4, 5], counts: packed(plain.counts) }]
  ])("has the mask of %j", (shape, mask) => {
    assert.deepStrictEqual(read(shape), { mask, keypoints: undefined, left: [] })
  })

  it.each([
    [{ keypoints: [1, 2, 2, 3, 4, 0] }, [1, 2, 2, 3, 4, 0]],
    [
      {
        keypoints: [
          [1, 2, 1],
          [3, 4]
        ]
      },
      [1, 2, 1, 3, 4, 2]
    ]
  ])("has the keypoints of %j", (shape, keypoints) => {
    assert.deepStrictEqual(read(shape), { mask: undefined, keypoints, left: [] })
  })

  it.each([
    { segmentation: "mask.png" },
    { segmentation: [] },
    { segmentation: [[1, 2, 3]] },
    { segmentation: [[1, 2, 3, 4, 5, null]] },
    { segmentation: [Array.from({ length: 200_000 }, () => 1)] },
    { segmentation: { size: [4, 5], counts: [1, 2] } },
    { segmentation: { size: [1e6, 1e6], counts: "05" } },
    { segmentation: { size: [4, 5], counts: "é" } },
    { keypoints: [1, 2] },
    { keypoints: Array.from({ length: 30_000 }, () => 1) }
  ])("leaves out what is no shape, and keeps the box", (shape) => {
    const { keypoints, left, mask } = read(shape)
    assert.deepStrictEqual(
      { mask, keypoints, left },
      { mask: undefined, keypoints: undefined, left: Object.keys(shape) }
    )
  })

  it("has no list of keypoints, and nothing to complain about, where they have names as a face's", () => {
    assert.deepStrictEqual(read({ keypoints: { nose: [1, 2] } }), { mask: undefined, keypoints: undefined, left: [] })
  })
})

describe("a box", () => {
  const observation = Derive.observe(
    factsOf({
      detectron2: said(person(0.6, { segmentation: triangle, keypoints: [9, 9, 2] })),
      rtdetr: said(person(0.9, {})),
      yolov8: said(person(0.7, { segmentation: [[1, 1, 2, 1, 2, 2]] }))
    }),
    ServiceCatalog.standard
  )
  const [box] = Derive.boxes(observation, defaultStrategy).boxes

  it("keeps the mask and the keypoints of its most confident members that have them", () => {
    assert.deepStrictEqual(box!.mask, [[1, 1, 2, 1, 2, 2]])
    assert.deepStrictEqual(box!.keypoints, [9, 9, 2])
    for (const member of box!.members) assert.doesNotHaveAnyKeys(member, ["mask", "keypoints"])
  })

  it("is stored with them", () => {
    const data = MergedBox.toData(box!, { algorithm: "quorum@2{}", resultIds: [] })
    assert.deepStrictEqual(Result.getOrThrow(MergedBox.fromData(data)), box)
  })
})
