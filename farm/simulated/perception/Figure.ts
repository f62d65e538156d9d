/**
 * Where the parts of a person are.
 *
 * The limbs in the sample pictures are drawn along this skeleton, so the pose and face services find its joints. A figure
 * is laid out in heights of the standing person and then fitted into a box.
 */
import { Record } from "effect"
import type { BoundingBox } from "#domain/BoundingBox"
import * as Postures from "./Postures.ts"
import type { Person, SceneObject } from "../Scene.ts"

export interface Point {
  readonly x: number
  readonly y: number
}

/** The joints of one side of the body, from the shoulder to the tip of the hand and from the hip to the toes. */
export interface Side {
  readonly shoulder: Point
  readonly elbow: Point
  readonly wrist: Point
  readonly hand: Point
  readonly hip: Point
  readonly knee: Point
  readonly ankle: Point
  readonly heel: Point
  readonly toe: Point
}

export interface Head {
  readonly center: Point
  readonly width: number
  readonly height: number
  /** Where the face points: at the viewer, away, or to a side of the picture. */
  readonly turn: "front" | "away" | "left" | "right"
}

/** A person's body. `left` and `right` are the person's own. */
export interface Figure {
  readonly head: Head
  readonly left: Side
  readonly right: Side
  /** The side nearer to the viewer; `undefined` when both are as near. */
  readonly near: "left" | "right" | undefined
  /** Length of the standing person, in the units of the points. */
  readonly height: number
}

/** The figure of a person whose bounding box is the object's, in the pixels of the scene. */
export const of = (object: SceneObject, person: Person): Figure => {
  const figure = object.mirrored ? mirror(layOut(person)) : layOut(person)
  return fit(figure, extent(figure), object.box)
}

/** The same figure with every point moved and all lengths scaled by `scale`. */
const map = (self: Figure, move: (point: Point) => Point, scale: number): Figure => ({
  head: {
    ...self.head,
    center: move(self.head.center),
    width: self.head.width * scale,
    height: self.head.height * scale
  },
  left: Record.map(self.left, move),
  right: Record.map(self.right, move),
  near: self.near,
  height: self.height * scale
})

const layOut = (person: Person): Figure => {
  const build = Postures.build(person.kind)
  const stance = Postures.stance(person.posture)
  const isFront = stance.view === "front"
  const hips = { x: 0, y: 0 }
  const shoulders = step(hips, 180 - stance.lean, build.torso)
  const head = step(shoulders, 180 - 0.4 * stance.lean, build.neck + build.head.height / 2)
  const side = (limbs: "left" | "right"): Side => {
    const outwards = isFront && limbs === "right" ? -1 : 1
    const spread = isFront ? outwards : limbs === "right" ? -0.1 : 0.1
    const bone = (from: Point, angle: number, length: number) => step(from, outwards * angle, length)
    const [upperArm, forearm] = stance.arms[limbs]
    const [thigh, shin] = stance.legs[limbs]
    const shoulder = { x: shoulders.x + spread * build.shoulder, y: shoulders.y + 0.012 }
    const hip = { x: hips.x + spread * build.hip, y: hips.y }
    const elbow = bone(shoulder, upperArm, build.upperArm)
    const wrist = bone(elbow, forearm, build.forearm)
    const knee = bone(hip, thigh, build.thigh * (stance.thighs ?? 1))
    const ankle = bone(knee, shin, build.shin)
    const sole = isFront ? 20 : 86 + shin * 0.55
    return {
      shoulder,
      elbow,
      wrist,
      hand: bone(wrist, forearm, build.hand),
      hip,
      knee,
      ankle,
      heel: bone(ankle, isFront ? 0 : shin * 0.55 - 20, 0.022),
      toe: bone(bone(ankle, isFront ? 0 : shin * 0.55, 0.022), sole, isFront ? 0.03 : build.foot * 0.75)
    }
  }
  const body = { left: side("left"), right: side("right") }
  return {
    head: { center: head, ...build.head, turn: person.away ? "away" : isFront ? "front" : "right" },
    // Who turns the back to us has the left on our left.
    left: person.away && isFront ? body.right : body.left,
    right: person.away && isFront ? body.left : body.right,
    near: isFront ? undefined : "right",
    height: 1
  }
}

/** The point `length` away, at `angle` degrees from straight down towards the right. */
const step = (from: Point, angle: number, length: number): Point => ({
  x: from.x + length * Math.sin((angle * Math.PI) / 180),
  y: from.y + length * Math.cos((angle * Math.PI) / 180)
})

const mirror = (self: Figure): Figure => {
  const flipped = map(self, ({ x, y }) => ({ x: -x, y }), 1)
  const { head, left, near, right } = flipped
  const turn = head.turn === "right" ? "left" : head.turn
  return {
    ...flipped,
    head: { ...head, turn },
    left: right,
    right: left,
    near: near === undefined ? undefined : near === "left" ? "right" : "left"
  }
}

interface Extent {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Half the thickness of limbs as fractions of the standing height: where the body ends beyond its joints. */
const thickness = { arm: 0.026, hand: 0.024, thigh: 0.044, shin: 0.03, foot: 0.022, hair: 0.012 } as const

/** The smallest upright rectangle around the body, its limbs as thick as they are drawn. */
const extent = ({ head, left, right }: Figure): Extent => {
  const disks = [left, right].flatMap((side) => [
    [side.shoulder, thickness.arm],
    [side.elbow, thickness.arm],
    [side.hand, thickness.hand],
    [side.hip, thickness.thigh],
    [side.knee, thickness.shin],
    [side.heel, thickness.foot],
    [side.toe, thickness.foot]
  ]) satisfies ReadonlyArray<readonly [Point, number]>
  const { height, width } = head
  return {
    left: Math.min(head.center.x - width / 2 - thickness.hair, ...disks.map(([point, radius]) => point.x - radius)),
    right: Math.max(head.center.x + width / 2 + thickness.hair, ...disks.map(([point, radius]) => point.x + radius)),
    top: Math.min(head.center.y - height / 2 - thickness.hair, ...disks.map(([point, radius]) => point.y - radius)),
    bottom: Math.max(...disks.map(([point, radius]) => point.y + radius))
  }
}

const fit = (self: Figure, { bottom, left, right, top }: Extent, box: BoundingBox): Figure => {
  const horizontal = box.width / (right - left)
  const vertical = box.height / (bottom - top)
  return map(self, ({ x, y }) => ({ x: box.x + (x - left) * horizontal, y: box.y + (y - top) * vertical }), vertical)
}
