/** People, drawn along their skeletons. */
import * as Figure from "../../../domain/simulation/Figure.ts"
import type { Person, SceneObject } from "../../../domain/simulation/Scene.ts"
import * as Hair from "./Hair.ts"
import * as Heads from "./Heads.ts"
import { circle, darker, lighter, n, path, polygon, stroke, type Svg, taper } from "./Svg.ts"
import { type Appearance, appearance, contrast } from "./Wardrobe.ts"

/** Draws a person in the pixels of the scene. */
export const draw = (object: SceneObject, person: Person): Svg => {
  const figure = Figure.of(object, person)
  const worn = appearance(person, object.look)
  const { head, near } = figure
  const arms = arm(figure, "left", worn) + arm(figure, "right", worn)
  const legs = leg(figure, "left", worn) + leg(figure, "right", worn)
  const upper = neck(figure, worn) + torso(figure, worn)
  const skull = Heads.draw(head, worn)
  if (near !== undefined) {
    const far = near === "left" ? "right" : "left"
    const behind = shaded(arm(figure, far, worn) + leg(figure, far, worn))
    return behind + Hair.down(head, worn) + leg(figure, near, worn) + upper + skull + arm(figure, near, worn)
  }
  return person.away
    ? legs + arms + upper + skull + Hair.down(head, worn)
    : legs + Hair.down(head, worn) + upper + skull + arms
}

/** The limbs on the far side lie in the shade of the body. */
const shaded = (limbs: Svg): Svg =>
  limbs.replaceAll(/fill="(#[0-9a-f]{6})"/g, (_, color: string) => `fill="${darker(color, 0.2)}"`)

const leg = (figure: Figure.Figure, name: "left" | "right", worn: Appearance): Svg => {
  const { ankle, heel, hip, knee, toe } = figure[name]
  const unit = figure.height
  const { foot, shin, thigh } = Figure.thickness
  const trousers = worn.legs === "trousers"
  const shorts = worn.legs === "shorts"
  const hem = trousers ? between(knee, ankle, 0.9) : between(hip, knee, 0.78)
  return [
    path(taper(knee, shin * unit * 0.94, ankle, shin * unit * 0.6), worn.skin, "flat"),
    path(taper(heel, foot * unit * 0.9, toe, foot * unit * 0.8), worn.shoes, "flat"),
    path(taper(hip, thigh * unit, knee, shin * unit), trousers ? worn.bottom : worn.skin, "flat"),
    trousers ? path(taper(knee, shin * unit, hem, shin * unit * 0.8), worn.bottom, "flat") : "",
    shorts ? path(taper(hip, thigh * unit, hem, thigh * unit * 0.94), worn.bottom, "flat") : ""
  ].join("")
}

/** A little darker than the torso, so that an arm in front of it can be told from it. */
const arm = (figure: Figure.Figure, name: "left" | "right", worn: Appearance): Svg => {
  const { elbow, hand, shoulder, wrist } = figure[name]
  const unit = figure.height
  const radius = Figure.thickness.arm * unit
  const cloth = darker(worn.top, 0.12)
  const skin = darker(worn.skin, 0.05)
  const hem = between(shoulder, elbow, 0.68)
  const palm = between(wrist, hand, 0.4)
  return [
    circle(palm.x, palm.y, Figure.thickness.hand * unit * 0.92, skin),
    path(taper(elbow, radius * 0.86, wrist, radius * 0.64), worn.sleeves === "long" ? cloth : skin, "flat"),
    path(taper(shoulder, radius, elbow, radius * 0.86), worn.sleeves === "long" ? cloth : skin, "flat"),
    worn.sleeves === "short" ? path(taper(shoulder, radius, hem, radius * 1.05), cloth, "flat") : ""
  ].join("")
}

const neck = ({ head, height, left, near, right }: Figure.Figure, worn: Appearance): Svg => {
  const base = between(left.shoulder, right.shoulder, 0.5)
  const collar = { x: base.x, y: base.y + (near === undefined ? 0.004 : -0.01) * height }
  return path(
    taper(collar, 0.027 * height, between(base, head.center, 0.5), 0.026 * height),
    darker(worn.skin, 0.14),
    "flat"
  )
}

const torso = (figure: Figure.Figure, worn: Appearance): Svg => {
  const front = figure.near === undefined
  return [
    worn.legs === "skirt" ? skirt(figure, worn) : "",
    path(front ? frontOutline(figure) : sideOutline(figure), worn.top),
    front && figure.head.turn === "front" ? neckline(figure, worn) : "",
    front && figure.head.turn === "front" && worn.jacket ? lapels(figure, worn) : ""
  ].join("")
}

const frontOutline = ({ height: unit, left, right }: Figure.Figure): string => {
  const [a, b] = left.shoulder.x < right.shoulder.x ? [left, right] : [right, left]
  const slope = 0.026 * unit
  const top = a.shoulder.y - slope
  const waist = a.shoulder.y + (a.hip.y - a.shoulder.y) * 0.68
  const middle = (a.shoulder.x + b.shoulder.x) / 2
  const bottom = a.hip.y + 0.03 * unit
  const hip = 0.042 * unit
  return (
    `M${n(middle - 0.03 * unit)} ${n(top)}` +
    `C${n(a.shoulder.x)} ${n(top)} ${n(a.shoulder.x - slope)} ${n(top)} ${n(a.shoulder.x - slope)} ${n(a.shoulder.y + slope)}` +
    `Q${n(a.hip.x - hip * 0.6)} ${n(waist)} ${n(a.hip.x - hip)} ${n(bottom)}L${n(b.hip.x + hip)} ${n(bottom)}` +
    `Q${n(b.hip.x + hip * 0.6)} ${n(waist)} ${n(b.shoulder.x + slope)} ${n(b.shoulder.y + slope)}` +
    `C${n(b.shoulder.x + slope)} ${n(top)} ${n(b.shoulder.x)} ${n(top)} ${n(middle + 0.03 * unit)} ${n(top)}z`
  )
}

const sideOutline = ({ height: unit, left, right }: Figure.Figure): string => {
  const shoulders = between(left.shoulder, right.shoulder, 0.5)
  const hips = between(left.hip, right.hip, 0.5)
  return taper(between(shoulders, hips, 0.1), 0.054 * unit, hips, 0.05 * unit)
}

const neckline = ({ height: unit, left, right }: Figure.Figure, worn: Appearance): Svg => {
  const { x, y } = between(left.shoulder, right.shoulder, 0.5)
  const d = `M${n(x - 0.032 * unit)} ${n(y - 0.027 * unit)}Q${n(x)} ${n(y + 0.035 * unit)} ${n(x + 0.032 * unit)} ${n(y - 0.027 * unit)}z`
  return path(d, darker(worn.skin, 0.14), "flat")
}

/** A skirt from the hips to just above the knees. */
const skirt = ({ height: unit, left, right }: Figure.Figure, worn: Appearance): Svg => {
  const hips = between(left.hip, right.hip, 0.5)
  const knees = [left, right].map(({ hip, knee }) => between(hip, knee, 0.86))
  const xs = [...knees, left.hip, right.hip].map(({ x }) => x)
  const hem = Math.max(...knees.map(({ y }) => y + 0.02 * unit), hips.y + 0.07 * unit)
  return path(
    polygon([
      { x: hips.x - 0.06 * unit, y: hips.y - 0.03 * unit },
      { x: hips.x + 0.06 * unit, y: hips.y - 0.03 * unit },
      { x: Math.max(...xs) + 0.046 * unit, y: hem },
      { x: Math.min(...xs) - 0.046 * unit, y: hem }
    ]),
    worn.bottom
  )
}

/** A strip of shirt where the jacket is open, a tie, and the seam below. */
const lapels = ({ height: unit, left, right }: Figure.Figure, worn: Appearance): Svg => {
  const { x, y } = between(left.shoulder, right.shoulder, 0.5)
  const point = (dx: number, dy: number) => ({ x: x + dx * unit, y: y + dy * unit })
  const tie = [point(-0.007, 0.01), point(0.007, 0.01), point(0.012, 0.1), point(0, 0.125), point(-0.012, 0.1)]
  return [
    path(
      polygon([point(-0.034, -0.026), point(0.034, -0.026), point(0, 0.17)]),
      lighter(contrast(worn.top), 0.6),
      "flat"
    ),
    path(polygon(tie), contrast(worn.top), "flat"),
    stroke(`M${n(x)} ${n(y + 0.17 * unit)}V${n(y + 0.3 * unit)}`, darker(worn.top, 0.3), 0.005 * unit)
  ].join("")
}

const between = (from: Figure.Point, to: Figure.Point, share: number): Figure.Point => ({
  x: from.x + (to.x - from.x) * share,
  y: from.y + (to.y - from.y) * share
})
