import { assert, describe, it } from "@effect/vitest"
import * as View from "#farm/simulated/View"
import * as BoundingBox from "../../../src/domain/BoundingBox.ts"
import * as SceneViews from "../../support/SceneViews.ts"

describe("sightings", () => {
  it.prop("are the objects that have a part in the region, clipped to the view", [SceneViews.view], ([view]) => {
    const seen = View.sightings(view)
    for (const { box, index, visibility } of seen) {
      assert.isTrue(box.x >= 0 && box.y >= 0 && box.x + box.width <= view.width + 1e-6)
      assert.isTrue(box.y + box.height <= view.height + 1e-6 && visibility > 0 && visibility <= 1)
      assert.isAbove(BoundingBox.intersectionArea(view.scene.objects[index]!.box, view.region), 0)
    }
    for (const [index, { box }] of view.scene.objects.entries()) {
      if (BoundingBox.intersectionArea(box, view.region) === 0)
        assert.isFalse(seen.some((other) => other.index === index))
    }
  })
})

describe("project", () => {
  it.prop("turns the region itself into the whole view", [SceneViews.view], ([view]) => {
    const { height, width, x, y } = View.project(view, view.region)
    assert.deepEqual([x, y], [0, 0])
    assert.closeTo(width, view.width, 1e-6)
    assert.closeTo(height, view.height, 1e-6)
  })

  it.prop("agrees with windmill's own way from a crop to its image", [SceneViews.scene], ([scene]) => {
    for (const { box } of scene.objects) {
      for (const other of scene.objects) {
        const projected = View.project(SceneViews.crop(scene, box), other.box)
        assert.deepEqual(BoundingBox.round(BoundingBox.toImage(projected, box)), other.box)
      }
    }
  })
})
