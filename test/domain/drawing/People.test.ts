import { assert, describe, it } from "@effect/vitest"
import * as BoundingBox from "../../../src/domain/BoundingBox.ts"
import * as People from "../../../src/domain/drawing/People.ts"
import type { Face, Pose } from "../../../src/domain/Enrichment.ts"

const face = (x: number, y: number, side = 40): Face => {
  const box = BoundingBox.imageBox({ x, y, width: side, height: side })
  return { confidence: 0.9, box, keypoints: {}, inCrop: { box: BoundingBox.cropBox(box), keypoints: {} } }
}

const pose = (x: number, y: number, elbow = 0): Pose => {
  const at = (dx: number, dy: number) => ({ x: x + dx, y: y + dy, visibility: 0.9 })
  return {
    landmarks: {
      nose: at(0, 0),
      left_shoulder: at(-20, 30),
      right_shoulder: at(20, 30),
      left_hip: at(-15, 100),
      left_elbow: at(-40 + elbow, 60)
    },
    inCrop: { landmarks: {} }
  }
}

describe("distinctFaces", () => {
  it("keeps the first of faces that lie on each other, and those beside each other", () => {
    const faces = [face(100, 100), face(104, 97, 44), face(150, 100), face(99, 101)]
    assert.deepStrictEqual(People.distinctFaces(faces), [faces[0]!, faces[2]!])
  })
})

describe("distinctPoses", () => {
  it("keeps the first of poses that are alike but for a limb, and those of others", () => {
    const poses = [pose(200, 100), pose(204, 98, 60), pose(240, 100)]
    assert.deepStrictEqual(People.distinctPoses(poses), [poses[0]!, poses[2]!])
  })

  it("keeps poses without a landmark in common", () => {
    const other: Pose = {
      landmarks: { left_ankle: { x: 200, y: 100, visibility: 1 } },
      inCrop: { landmarks: {} }
    }
    assert.lengthOf(People.distinctPoses([pose(200, 100), other]), 2)
  })
})
