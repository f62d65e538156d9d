import { assert, describe, it } from "@effect/vitest"
import * as FaceParts from "#farm/simulated/perception/FaceParts"
import type * as Figure from "#farm/simulated/perception/Figure"

describe("the face", () => {
  const head = (turn: Figure.Head["turn"]): Figure.Head => ({ center: { x: 100, y: 100 }, width: 40, height: 50, turn })

  it("has its keypoints inside its box when it looks at us", () => {
    const box = FaceParts.box(head("front"))
    const points = FaceParts.keypoints(head("front"))
    assert(box !== undefined && points !== undefined)
    for (const { x, y } of [points.left_eye, points.right_eye, points.nose_tip, points.mouth_center]) {
      assert.isTrue(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height)
    }
    assert.isAbove(points.left_eye.x, points.right_eye.x)
  })

  it("points to the side it looks to", () => {
    assert.isAbove(FaceParts.keypoints(head("right"))?.nose_tip.x ?? 0, 110)
    assert.isBelow(FaceParts.keypoints(head("left"))?.nose_tip.x ?? 200, 90)
  })

  it("is not there when it looks away", () => {
    assert.isUndefined(FaceParts.box(head("away")))
    assert.isUndefined(FaceParts.keypoints(head("away")))
  })
})
