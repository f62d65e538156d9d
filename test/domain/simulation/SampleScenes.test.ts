import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { labels } from "../../../src/domain/simulation/CocoLabels.ts"
import * as SampleScenes from "../../../src/domain/simulation/SampleScenes.ts"
import { Scene, SceneJson } from "../../../src/domain/simulation/Scene.ts"
import * as Things from "../../../src/domain/simulation/Things.ts"
import * as SimulationViews from "../../support/SimulationViews.ts"

const samples = SampleScenes.take(SampleScenes.kinds)

describe("at", () => {
  it.prop("keeps every object and every text inside the picture", [SimulationViews.scene], ([scene]) => {
    for (const { box } of [...scene.objects, ...scene.texts]) {
      assert.isTrue(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0)
      assert.isTrue(box.x + box.width <= scene.width && box.y + box.height <= scene.height)
    }
  })

  it.prop("shows only concepts of COCO that can be drawn", [SimulationViews.scene], ([scene]) => {
    for (const object of scene.objects) {
      assert.include(labels, object.concept)
      assert.strictEqual(object.person !== undefined, object.concept === "person")
      assert.isTrue(object.person !== undefined || Things.thingOf(object) !== undefined)
    }
  })

  it.prop("fits into the EXIF of a JPEG file and comes back from it", [SimulationViews.scene], ([scene]) => {
    const json = Schema.encodeSync(SceneJson)(scene)
    assert.isBelow(json.length, 32_000)
    assert.deepEqual(Schema.decodeSync(SceneJson)(json), scene)
    assert.deepEqual(Schema.decodeUnknownSync(Scene, { onExcessProperty: "error" })(scene), scene)
  })

  it.prop(
    "comes to the same scene every time",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))],
    ([position]) => {
      assert.deepEqual(SampleScenes.at(position), SampleScenes.at(position))
    }
  )

  it("gives every position its own name", () => {
    assert.strictEqual(new Set(SampleScenes.take(200).map(({ name }) => name)).size, 200)
  })

  it("puts the same kind of picture together differently in another round", () => {
    assert.notDeepEqual(SampleScenes.at(SampleScenes.kinds).objects, SampleScenes.at(0).objects)
  })
})

describe("the sample pictures", () => {
  it("are many, of many places, sizes and shapes", () => {
    assert.isAtLeast(samples.length, 24)
    assert.isAtLeast(new Set(samples.map(({ setting }) => setting)).size, 15)
    assert.isAtLeast(new Set(samples.map(({ height, width }) => `${width}x${height}`)).size, 10)
    assert.isTrue(
      samples.some(({ height, width }) => height > width) && samples.some(({ height, width }) => width > 2 * height)
    )
  })

  it("show at least forty concepts", () => {
    assert.isAtLeast(new Set(samples.flatMap(({ objects }) => objects.map(({ concept }) => concept))).size, 40)
  })

  it("have among the first 24 an empty one, a crowd, tiny things, text and night", () => {
    const first = samples.slice(0, 24)
    assert.isTrue(first.some(({ objects }) => objects.length === 0))
    assert.isTrue(first.some(({ objects }) => objects.filter(({ person }) => person !== undefined).length > 30))
    assert.isTrue(first.some(({ objects }) => objects.some(({ box }) => box.width < 25)))
    assert.isTrue(first.some(({ texts }) => texts.length > 0))
    assert.isTrue(first.some(({ light }) => light === "night"))
  })
})
