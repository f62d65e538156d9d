import { assert, describe, it } from "@effect/vitest"
import * as Scene from "#farm/simulated/Scene"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import type { Concept } from "../../../src/domain/Identifiers.ts"

const frame = imageBox({ x: 0, y: 0, width: 100, height: 100 })

const scene = (
  ...boxes: ReadonlyArray<readonly [x: number, y: number, width: number, height: number]>
): Scene.Scene => ({
  version: 1,
  name: "boxes",
  width: 100,
  height: 100,
  setting: "field",
  light: "day",
  objects: boxes.map(([x, y, width, height]) => ({
    concept: "cow" as Concept,
    box: imageBox({ x, y, width, height })
  })),
  texts: [],
  caption: "cows",
  description: "Cows.",
  explicitness: 0
})

describe("visibility", () => {
  it("is 1 for an object that nothing covers", () => {
    assert.strictEqual(Scene.visibility(scene([10, 10, 40, 40], [60, 60, 20, 20]), 0, frame), 1)
  })

  it("is not lowered by an object farther away", () => {
    assert.strictEqual(Scene.visibility(scene([10, 10, 40, 40], [10, 10, 40, 40]), 1, frame), 1)
  })

  it("is a third behind one object that covers all of it, and a ninth behind two", () => {
    assert.closeTo(Scene.visibility(scene([10, 10, 40, 40], [0, 0, 99, 99]), 0, frame), 1 / 3, 1e-9)
    assert.closeTo(Scene.visibility(scene([10, 10, 40, 40], [0, 0, 99, 99], [0, 0, 99, 99]), 0, frame), 1 / 9, 1e-9)
  })

  it("counts only what is inside the frame", () => {
    const rightHalf = imageBox({ x: 30, y: 0, width: 70, height: 100 })
    assert.strictEqual(Scene.visibility(scene([10, 10, 40, 40]), 0, rightHalf), 0.5)
    assert.strictEqual(Scene.visibility(scene([10, 10, 10, 10]), 0, rightHalf), 0)
  })

  it("is 0 for an object that does not exist", () => {
    assert.strictEqual(Scene.visibility(scene(), 3, frame), 0)
  })
})
