/** Heads: the skull with its face and hair. The parts of the face are where the face service finds them. */
import * as Faces from "../../../domain/simulation/Faces.ts"
import type { Head, Point } from "../../../domain/simulation/Figure.ts"
import * as Hair from "./Hair.ts"
import { circle, darker, ellipse, lighter, n, path, polygon, stroke, type Svg } from "./Svg.ts"
import type { Appearance } from "./Wardrobe.ts"

export const draw = (head: Head, worn: Appearance): Svg => {
  const { center, height, width } = head
  const skull = ellipse(center.x, center.y, width / 2, height / 2, worn.skin)
  return Hair.behind(head, worn) + skull + face(head, worn) + Hair.onTop(head, worn)
}

const face = (head: Head, worn: Appearance): Svg => {
  const points = Faces.keypoints(head)
  if (points === undefined) return ""
  const { left_ear_tragion, left_eye, mouth_center, nose_tip, right_ear_tragion, right_eye } = points
  const { height, turn } = head
  const ear = ({ x, y }: Point) => ellipse(x, y, 0.08 * height, 0.12 * height, darker(worn.skin, 0.12))
  const beard = worn.beard ? chin(head, worn.hair) : ""
  if (turn === "front") {
    return [
      ear(left_ear_tragion),
      ear(right_ear_tragion),
      ellipse(head.center.x, head.center.y, head.width / 2, height / 2, worn.skin),
      cheek(left_eye, height),
      cheek(right_eye, height),
      beard,
      stroke(
        `M${n(nose_tip.x)} ${n(nose_tip.y - 0.08 * height)}q${n(0.05 * height)} ${n(0.08 * height)} ${n(-0.015 * height)} ${n(0.095 * height)}`,
        darker(worn.skin, 0.25),
        0.03 * height
      ),
      eye(left_eye, height, worn),
      eye(right_eye, height, worn),
      stroke(
        `M${n(mouth_center.x - 0.115 * height)} ${n(mouth_center.y - 0.02 * height)}q${n(0.115 * height)} ${n(0.12 * height)} ${n(0.23 * height)} 0`,
        lips(worn),
        0.05 * height
      )
    ].join("")
  }
  const forward = turn === "left" ? -1 : 1
  const nose = [
    { x: nose_tip.x - forward * 0.14 * height, y: nose_tip.y - 0.2 * height },
    { x: nose_tip.x, y: nose_tip.y + 0.02 * height },
    { x: nose_tip.x - forward * 0.12 * height, y: nose_tip.y + 0.12 * height }
  ]
  return [
    path(polygon(nose), worn.skin, "flat"),
    beard,
    eye(turn === "right" ? right_eye : left_eye, height, worn),
    stroke(
      `M${n(mouth_center.x + forward * 0.05 * height)} ${n(mouth_center.y)}q${n(-forward * 0.08 * height)} ${n(0.07 * height)} ${n(-forward * 0.16 * height)} ${n(0.01 * height)}`,
      lips(worn),
      0.05 * height
    ),
    ear(turn === "right" ? right_ear_tragion : left_ear_tragion)
  ].join("")
}

const eye = ({ x, y }: Point, height: number, { glasses, hair }: Appearance): Svg => {
  const lens = `<circle cx="${n(x)}" cy="${n(y)}" r="${n(0.14 * height)}" fill="#ffffff" fill-opacity=".3" stroke="#33222a" stroke-width="${n(0.03 * height)}"/>`
  return [
    ellipse(x, y, 0.055 * height, 0.08 * height, "#2b2026"),
    circle(x + 0.02 * height, y - 0.028 * height, 0.02 * height, "#ffffff"),
    stroke(
      `M${n(x - 0.09 * height)} ${n(y - 0.16 * height)}q${n(0.09 * height)} ${n(-0.05 * height)} ${n(0.18 * height)} 0`,
      darker(hair, 0.2),
      0.04 * height
    ),
    glasses ? lens : ""
  ].join("")
}

const cheek = ({ x, y }: Point, height: number): Svg =>
  `<g opacity=".28">${circle(x + 0.02 * height, y + 0.19 * height, 0.085 * height, "#e8604c")}</g>`

const chin = ({ center: { x, y }, height, width }: Head, color: string): Svg =>
  path(
    `M${n(x - 0.48 * width)} ${n(y + 0.06 * height)}Q${n(x - 0.46 * width)} ${n(y + 0.52 * height)} ${n(x)} ${n(y + 0.53 * height)}` +
      `Q${n(x + 0.46 * width)} ${n(y + 0.52 * height)} ${n(x + 0.48 * width)} ${n(y + 0.06 * height)}` +
      `Q${n(x + 0.3 * width)} ${n(y + 0.24 * height)} ${n(x)} ${n(y + 0.21 * height)}` +
      `Q${n(x - 0.3 * width)} ${n(y + 0.24 * height)} ${n(x - 0.48 * width)} ${n(y + 0.06 * height)}z`,
    color,
    "flat"
  )

const lips = (worn: Appearance): string => (worn.beard ? lighter(worn.skin, 0.35) : "#a8433f")
