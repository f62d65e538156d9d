/**
 * The picture of an image in the report, with what was found drawn over it.
 *
 * Lines are SVG in image pixels, so they scale with the picture while their strokes do not. What a pointer can touch and
 * text are HTML, placed in percent, so that they stay readable on a phone.
 */
import * as Base64 from "effect/encoding/Base64"
import { area, type BoundingBox, clamp } from "../../domain/BoundingBox.ts"
import type { Detection } from "../../domain/Detection.ts"
import * as ConceptColors from "../../domain/drawing/ConceptColors.ts"
import * as Skeleton from "../../domain/drawing/Skeleton.ts"
import type { Face, Pose } from "../../domain/Enrichment.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { share } from "../../domain/Wording.ts"
import { type BoxFindings, type ImageFindings, isTentative, type Size } from "./ImageFindings.ts"
import { type Markup, markup } from "./Markup.ts"

/** A picture as a file that browsers read, however it was scaled. */
export interface Picture {
  readonly bytes: Uint8Array
  readonly mediaType: string
}

/** A box with its color and the part of it that is inside the picture. */
interface Drawn {
  readonly each: BoxFindings
  readonly box: BoundingBox
  readonly color: string
}

/** Detectors that can be shown one by one; each has its own color and its own rules in the style sheet. */
export const detectorColors = ["#fb7185", "#38bdf8", "#a3e635", "#fbbf24", "#c084fc", "#2dd4bf"] as const

/** The picture, and the switches for what lies over it. */
export const figure = (image: ImageFindings, size: Size, picture: Picture): Markup => {
  const colors = ConceptColors.assign(image.boxes.map(({ box }) => box.concept))
  const boxes = image.boxes.map((each): Drawn => ({
    each,
    box: clamp(each.box.box, size),
    color: colors.get(each.box.concept)!
  }))
  const largestFirst = boxes.toSorted((a, b) => area(b.box) - area(a.box))
  const faces = [...image.faces, ...image.boxes.flatMap((each) => each.faces)]
  const poses = [...image.poses, ...image.boxes.flatMap((each) => each.poses)]
  const detectors = image.detections.slice(0, detectorColors.length)
  return markup`<figure style="--w:${size.width};--h:${size.height}">
<div class="switches">${[
    toggle("confirmed", "confirmed", image.boxes.filter((each) => !isTentative(each)).length, true),
    toggle("tentative", "tentative", image.boxes.filter(isTentative).length, false),
    toggle("bodies", "faces and poses", faces.length + poses.length, true),
    detectors.length > 0 && markup`<span class="switches-name">as seen by</span>`,
    detectors.map(({ detections, service }, index) => toggle(`alone-${index}`, service, detections.length, false))
  ]}</div>
<div class="picture"><img alt="${image.filename}" width="${size.width}" height="${size.height}" decoding="async" src="${dataUri(picture)}">
<svg viewBox="0 0 ${size.width} ${size.height}" preserveAspectRatio="none" aria-hidden="true">${boxes
    .map(outline)
    .toReversed()}<g class="bodies">${faces.map(drawFace)}${poses.map(drawPose)}</g></svg>
${detectors.map(({ detections }, index) => detections.map((detection) => alone(detection, index, size)))}
${boxes.map((drawn) => hit(drawn, largestFirst.indexOf(drawn) + 1, size))}
</div></figure>`
}

const dataUri = ({ bytes, mediaType }: Picture): string => `data:${mediaType};base64,${Base64.encode(bytes)}`

const toggle = (name: string, label: string, count: number, on: boolean): Markup =>
  markup`<label class="switch"><input type="checkbox" data-show="${name}"${on && " checked"}${count === 0 && " disabled"}>
<span>${label} <small>${count}</small></span></label>`

const rectangle = ({ height, width, x, y }: BoundingBox): Markup =>
  markup`x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}"`

const outline = ({ box, color, each }: Drawn): Markup =>
  markup`<rect class="${each.box.status} halo" ${rectangle(box)}/><rect class="${each.box.status}" ${rectangle(box)} stroke="${color}"/>`

const drawFace = ({ box, keypoints }: Face): Markup =>
  markup`<rect class="face" ${rectangle(box)}/>${dots(Object.values(keypoints))}`

const drawPose = (pose: Pose): Markup => {
  const { bones, joints } = Skeleton.of(pose)
  const path = bones.map(([a, b]) => `M${r(a.x)} ${r(a.y)}L${r(b.x)} ${r(b.y)}`).join("")
  return markup`<path class="halo" d="${path}"/><path class="bone" d="${path}"/>${dots(joints)}`
}

/** Lines without length: a round cap makes each a dot whose size does not depend on the scale. */
const dots = (points: ReadonlyArray<{ readonly x: number; readonly y: number }>): Markup =>
  markup`<path class="joint" d="${points.map(({ x, y }) => `M${r(x)} ${r(y)}h0`).join("")}"/>`

/** The place of a box in percent of the picture, as CSS. */
const place = ({ height, width, x, y }: BoundingBox, size: Size): string =>
  [
    `left:${percent(x, size.width)}`,
    `top:${percent(y, size.height)}`,
    `width:${percent(width, size.width)}`,
    `height:${percent(height, size.height)}`
  ].join(";")

/** What a detector saw on its own. */
const alone = ({ box, confidence, label }: Detection, index: number, size: Size): Markup =>
  markup`<div class="alone alone-${index}" style="${place(clamp(box, size), size)}">
<i>${label} ${share(confidence)}</i></div>
`

/**
 * A box as a pointer or the keyboard finds it, with its label; after it, what is known about it, for a strip over the half
 * of the picture where the box is not. Small boxes lie over large ones.
 */
const hit = ({ box, color, each }: Drawn, order: number, size: Size): Markup => {
  const { dissenters, evidence, members, reason, services, status, confidence } = each.box
  const isLow = box.y + box.height / 2 > size.height / 2
  const classes = [
    "hit",
    status,
    ...(box.y < size.height * 0.06 ? ["under"] : []),
    ...(box.x > size.width * 0.7 ? ["end"] : [])
  ].join(" ")
  const style = `${place(box, size)};--c:${color};--ink:${ConceptColors.textOn(color)};--order:${order}`
  return markup`<div class="${classes}" tabindex="0" data-box="${each.id}" style="${style}">
<span class="chip">${each.emoji} ${each.name} <b>${share(evidence)}</b></span>
</div>
<div class="strip${isLow && " top"}">
<strong>${each.emoji} ${each.name}</strong> evidence ${share(evidence)}, mean confidence ${share(confidence)}<br>
<span class="yes">${votesOf(members, services)}</span>
${dissenters.length > 0 && markup`<span class="no">${dissenters.join(", ")}</span>`}<br>
<em>${status}: ${reason}</em>
</div>
`
}

/** Each service with the confidence of its detection. */
const votesOf = (members: ReadonlyArray<Detection>, services: ReadonlyArray<ServiceId>): string =>
  services
    .map((service) => {
      const member = members.find((each) => each.service === service)
      return member === undefined ? service : `${service} ${share(member.confidence)}`
    })
    .join(", ")

const percent = (n: number, of: number): string => `${Math.round((n / of) * 10_000) / 100}%`

const r = (n: number): number => Math.round(n * 10) / 10
