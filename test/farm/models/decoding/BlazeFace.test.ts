import { assert, describe, it } from "@effect/vitest"
import * as BlazeFace from "../../../../farm/models/decoding/BlazeFace.ts"

/** Two grids of a picture of 64 pixels, nothing found. */
const grids = () =>
  [
    { stride: 16, anchors: 2 },
    { stride: 32, anchors: 6 }
  ].map(({ anchors, stride }) => {
    const count = anchors * (64 / stride) ** 2
    return { anchors, stride, scores: new Float32Array(count).fill(-20), boxes: new Float32Array(16 * count) }
  })

const face = (x: number, confidence: number, y = 0): BlazeFace.Face => ({
  label: 0,
  confidence,
  box: { x, y, width: 10, height: 10 },
  keypoints: Object.fromEntries(
    BlazeFace.keypoints.map((name) => [name, { x: x + 5, y: y + 5 }])
  ) as BlazeFace.Face["keypoints"]
})
const overlap = (a: BlazeFace.Face, b: BlazeFace.Face) => Math.abs(a.box.x - b.box.x) < 5

describe("decode", () => {
  it("places a face and its points around its anchor", () => {
    const [fine, coarse] = grids()
    const anchor = 2 * 5 + 1
    fine!.scores[anchor] = 0
    fine!.boxes.set([2, -2, 12, 14, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 16 * anchor)
    const [found, ...others] = BlazeFace.decode([fine!, coarse!], { side: 64, threshold: 0.5 })
    assert.deepStrictEqual(others, [])
    assert.strictEqual(found?.confidence, 0.5)
    assert.deepStrictEqual(found?.box, { x: 24 + 2 - 6, y: 24 - 2 - 7, width: 12, height: 14 })
    assert.deepStrictEqual(found?.keypoints.right_eye, { x: 25, y: 26 })
    assert.deepStrictEqual(found?.keypoints.left_ear_tragion, { x: 35, y: 36 })
  })

  it("knows six anchors at each place of the coarse grid", () => {
    const [fine, coarse] = grids()
    coarse!.scores[6 * 3 + 5] = 3
    coarse!.boxes.set([0, 0, 4, 4], 16 * (6 * 3 + 5))
    const [found] = BlazeFace.decode([fine!, coarse!], { side: 64, threshold: 0.5 })
    assert.deepStrictEqual(found?.box, { x: 46, y: 46, width: 4, height: 4 })
  })
})

describe("blend", () => {
  it("is the weighted mean of faces that overlap, with the confidence of the best", () => {
    const [found, ...others] = BlazeFace.blend([face(0, 0.25), face(4, 0.75)], overlap)
    assert.deepStrictEqual(others, [])
    assert.strictEqual(found?.confidence, 0.75)
    assert.deepStrictEqual(found?.box, { x: 3, y: 0, width: 10, height: 10 })
    assert.deepStrictEqual(found?.keypoints.nose_tip, { x: 8, y: 5 })
  })

  it("leaves faces apart that do not overlap, best first", () => {
    const apart = [face(0, 0.6), face(50, 0.9)]
    assert.deepStrictEqual(BlazeFace.blend(apart, overlap), apart.toReversed())
  })
})
