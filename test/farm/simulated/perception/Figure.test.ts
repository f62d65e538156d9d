import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Person, type SceneObject } from "#farm/simulated/Scene"
import * as Figure from "#farm/simulated/perception/Figure"
import { imageBox } from "../../../../src/domain/BoundingBox.ts"
import type { Concept } from "../../../../src/domain/Identifiers.ts"

/** Somebody in a box. */
const inBox = (person: Person, mirrored = false): SceneObject => ({
  concept: "person" as Concept,
  box: imageBox({ x: 100, y: 50, width: 160, height: 400 }),
  person,
  mirrored
})

const pointsOf = ({ head, left, right }: Figure.Figure): ReadonlyArray<Figure.Point> => [
  head.center,
  ...Object.values(left),
  ...Object.values(right)
]

describe("of", () => {
  it.prop("lays every joint inside the box", [Person, Schema.Boolean], ([person, mirrored]) => {
    const object = inBox(person, mirrored)
    const { height, width, x, y } = object.box
    for (const point of pointsOf(Figure.of(object, person))) {
      assert.isTrue(point.x >= x - 1 && point.x <= x + width + 1 && point.y >= y - 1 && point.y <= y + height + 1)
    }
  })

  it.prop("makes the bones twice as long in a box twice as large", [Person], ([person]) => {
    const object = inBox(person)
    const { height, width, x, y } = object.box
    const double = { ...object, box: imageBox({ x, y, width: 2 * width, height: 2 * height }) }
    const bone = ({ left }: Figure.Figure) => Math.hypot(left.elbow.x - left.wrist.x, left.elbow.y - left.wrist.y)
    assert.closeTo(bone(Figure.of(double, person)), 2 * bone(Figure.of(object, person)), 1e-6)
  })

  it.prop("exchanges left and right in a mirror", [Person], ([person]) => {
    const [straight, mirrored] = [Figure.of(inBox(person), person), Figure.of(inBox(person, true), person)]
    const { width, x } = inBox(person).box
    assert.closeTo(mirrored.left.hand.x, 2 * x + width - straight.right.hand.x, 1e-6)
    assert.closeTo(mirrored.left.hand.y, straight.right.hand.y, 1e-6)
  })

  it("has the person's own left on our right, unless the person looks away", () => {
    const person: Person = { kind: "woman", posture: "standing", outfit: "casual" }
    const facing = Figure.of(inBox(person), person)
    const away = Figure.of(inBox({ ...person, away: true }), { ...person, away: true })
    assert.isAbove(facing.left.shoulder.x, facing.right.shoulder.x)
    assert.isBelow(away.left.shoulder.x, away.right.shoulder.x)
  })
})
