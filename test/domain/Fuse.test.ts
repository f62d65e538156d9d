import { assert, describe, it } from "@effect/vitest"
import * as Fuse from "../../src/domain/Fuse.ts"
import { anyScene, seed, shuffled } from "../support/Scenes.ts"

const result = (image_id: number | string, x: number, score: number, others: object = {}): Fuse.CocoResult => ({
  image_id,
  category_id: 1,
  bbox: [x, 0, 100, 100],
  score,
  ...others
})

describe("fuse", () => {
  it("fuses image by image, and says where each box comes from", () => {
    const fused = Fuse.fuse([
      { name: "yolo", results: [result(2, 0, 0.8), result(1, 300, 0.9), result(2, 500, 0.3)] },
      { name: "detr", results: [result(2, 10, 0.8)] }
    ])
    assert.deepStrictEqual(
      fused.map(({ bbox, dissenters, image_id, members, score, status }) => ({
        image: image_id,
        x: bbox[0],
        score: Number(score.toFixed(3)),
        status,
        members: members.map(({ detector, index }) => `${detector} ${index}`),
        dissenters
      })),
      [
        { image: 1, x: 300, score: 0.9, status: "confirmed", members: ["yolo 1"], dissenters: ["detr"] },
        { image: 2, x: 5, score: 0.96, status: "confirmed", members: ["yolo 0", "detr 0"], dissenters: [] },
        { image: 2, x: 500, score: 0.3, status: "tentative", members: ["yolo 2"], dissenters: ["detr"] }
      ]
    )
  })

  it("moves, trusts and excuses detectors as told, and tells their boxes as they are", () => {
    const detectors = [
      { name: "hulls", results: [result(1, 0, 0.8)], align: { left: 0.125 }, trust: 0.5 },
      { name: "dogs", results: [], categories: [18] }
    ]
    const [fused] = Fuse.fuse(detectors)
    assert.deepStrictEqual(fused!.bbox, [-12.5, 0, 112.5, 100])
    assert.deepStrictEqual(fused!.members[0]!.bbox, [0, 0, 100, 100])
    assert.deepStrictEqual([fused!.score, fused!.dissenters], [0.4, []])
  })

  it("keeps the mask and the keypoints of the best member", () => {
    const segmentation = [[0, 0, 9, 0, 9, 9]]
    const [fused] = Fuse.fuse([
      { name: "a", results: [result(1, 0, 0.5, { segmentation, keypoints: [1, 1, 2] })] },
      { name: "b", results: [result(1, 0, 0.9, { keypoints: [2, 2, 2] })] }
    ])
    assert.deepStrictEqual([fused!.segmentation, fused!.keypoints], [segmentation, [2, 2, 2]])
  })

  it.prop("does not depend on the order of detectors and images", [anyScene, seed], ([{ detections }, seed]) => {
    const resultsOf = (service: string): ReadonlyArray<Fuse.CocoResult> =>
      detections.flatMap(({ box, confidence, index, service: own }) =>
        own === service
          ? [{ ...result(index % 2, box.x, confidence), bbox: [box.x, box.y, box.width, box.height] as const }]
          : []
      )
    const detectors = ["alpha", "beta", "delta"].map((name) => ({ name, results: resultsOf(name) }))
    const essence = (all: ReadonlyArray<Fuse.FusedResult>) =>
      all.map(({ bbox, image_id, members, score, status }) => [image_id, bbox, score, status, members.length])
    assert.deepStrictEqual(essence(Fuse.fuse(shuffled(detectors, seed))), essence(Fuse.fuse(detectors)))
  })
})
