import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import type { Concept } from "../../../src/domain/Identifiers.ts"
import * as Faces from "../../../src/domain/simulation/Faces.ts"
import * as Figure from "../../../src/domain/simulation/Figure.ts"
import { Person, type SceneObject } from "../../../src/domain/simulation/Scene.ts"

/** Somebody in a box of the person's own shape, 400 pixels high. */
const inBox = (person: Person, mirrored = false): SceneObject => ({
  concept: "person" as Concept,
  box: imageBox({ x: 100, y: 50, width: 400 * Figure.aspect(person), height: 400 }),
  look: 0,
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

  it.prop("keeps the bones as long in a box of the person's shape as in one twice as large", [Person], ([person]) => {
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

  it("makes children smaller than grown-ups", () => {
    const height = (kind: Person["kind"]) => Figure.boxHeight({ kind, posture: "standing", outfit: "casual" })
    assert.isBelow(height("girl"), height("woman"))
    assert.closeTo(height("man"), 1.78, 0.1)
  })
})

describe("the face", () => {
  const head = (turn: Figure.Head["turn"]): Figure.Head => ({ center: { x: 100, y: 100 }, width: 40, height: 50, turn })

  it("has its keypoints inside its box when it looks at us", () => {
    const box = Faces.box(head("front"))
    const points = Faces.keypoints(head("front"))
    assert(box !== undefined && points !== undefined)
    for (const { x, y } of [points.left_eye, points.right_eye, points.nose_tip, points.mouth_center]) {
      assert.isTrue(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height)
    }
    assert.isAbove(points.left_eye.x, points.right_eye.x)
  })

  it("points to the side it looks to", () => {
    assert.isAbove(Faces.keypoints(head("right"))?.nose_tip.x ?? 0, 110)
    assert.isBelow(Faces.keypoints(head("left"))?.nose_tip.x ?? 200, 90)
  })

  it("is not there when it looks away", () => {
    assert.isUndefined(Faces.box(head("away")))
    assert.isUndefined(Faces.keypoints(head("away")))
  })
})
