/**
 * What was found in an image, drawn as an SVG that lies over it.
 *
 * Text is drawn by a `Lettering`, as outlines: the SVG is rasterized on machines that may have no fonts. A box has the
 * color of its concept; a tentative one is dashed, and not drawn where a confirmed one is. The dots on a label are
 * services: full ones saw the box, hollow ones looked and did not.
 */
import type { BoundingBox, Size } from "../../domain/BoundingBox.ts"
import { clamp, iou } from "../../domain/BoundingBox.ts"
import * as Mask from "../../domain/Mask.ts"
import type { Face, Pose } from "../../domain/Enrichment.ts"
import * as Colors from "../../domain/drawing/Colors.ts"
import { type BoxFindings, type ImageFindings, isTentative, people as peopleIn } from "./ImageFindings.ts"
import * as LabelPlacement from "../../domain/drawing/LabelPlacement.ts"
import { type Markup, markup } from "./Markup.ts"
import * as Skeleton from "../../domain/drawing/Skeleton.ts"
import { count, share } from "../../domain/Wording.ts"

/** Draws text as outlines. `x` is its left end, `y` its baseline and `size` the height of an em. */
export interface Lettering {
  /** SVG path data. */
  readonly path: (text: string, at: { readonly x: number; readonly y: number; readonly size: number }) => string
  readonly width: (text: string, size: number) => number
}

/** An SVG document and its size in pixels. */
export interface Overlay extends Size {
  readonly svg: string
}

/**
 * The overlay of an image of `size` pixels. It is 640 to 1600 pixels on its longer side, so that a label can be read and
 * a picture for print stays a handy file; the image is to be scaled to its size.
 */
export const draw = (image: ImageFindings, size: Size, lettering: Lettering): Overlay => {
  const longest = Math.max(size.width, size.height)
  const scale = Math.min(1600, Math.max(640, longest)) / longest
  const width = Math.max(1, Math.round(size.width * scale))
  const height = Math.max(1, Math.round(size.height * scale))
  const unit = Math.max(1, Math.max(width, height) / 800)
  const canvas = { scale, unit, size: { width, height } }
  const colors = Colors.ofConcepts(image.boxes.map(({ concept }) => concept))
  const distinct = withoutDoubles(image.boxes)
  const boxes = distinct.slice(0, mostDrawn).map((box) => ({
    ...box,
    color: colors.get(box.concept)!,
    area: clamp(scaled(box.box, scale), canvas.size)
  }))
  const people = peopleIn({ ...image, boxes })
  const faces = people.faces.slice(0, mostDrawn)
  const poses = people.poses.slice(0, mostDrawn)
  const chips = boxes.slice(0, LabelPlacement.most).map((box) => chipOf(box, canvas, lettering))
  const spots = LabelPlacement.place(chips, canvas.size)
  // The best box is drawn last, over the others.
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${boxes.map((box) => outline(box, canvas)).toReversed()}
${faces.map((face) => drawFace(face, canvas))}
${poses.map((pose) => drawPose(pose, canvas))}
${chips.map((chip, index) => drawChip(chip, spots[index]!, canvas, lettering)).toReversed()}
${omission(distinct.length - boxes.length, canvas, lettering)}
</svg>`
  return { svg: svg.text, width, height }
}

/** Without tentative boxes that lie where a confirmed one does: mostly the same thing, called something else by one service. */
const withoutDoubles = (boxes: ReadonlyArray<BoxFindings>): ReadonlyArray<BoxFindings> => {
  const confirmed = boxes.filter((box) => !isTentative(box)).slice(0, mostDrawn)
  return boxes.filter((box) => !isTentative(box) || confirmed.every((other) => iou(box.box, other.box) < doubled))
}

/** The overlap, of 1, from which on two boxes are taken for one thing. */
const doubled = 0.5

/** Boxes that are drawn, best first; more would hide the picture, and take minutes. */
const mostDrawn = 1000

/** Says in the lower left corner how many boxes are not drawn. */
const omission = (omitted: number, { size, unit }: Canvas, lettering: Lettering): Markup | false => {
  if (omitted === 0) return false
  const text = `${count(omitted, "more box", "more boxes")} not drawn`
  const fontSize = Math.min(13 * unit, size.height / lineHeight, size.width / (text.length * 0.7))
  const height = fontSize * lineHeight
  const width = lettering.width(text, fontSize) + 2 * padding * fontSize
  const y = size.height - height
  return markup`<rect class="omission" x="0" y="${r(y)}" width="${r(width)}" height="${r(height)}" fill="#1c1917"/><path fill="#ffffff" d="${lettering.path(text, { x: padding * fontSize, y: y + fontSize * 1.13, size: fontSize })}"/>`
}

/** How image pixels become pixels of the overlay, and how many of those a thin line takes. */
interface Canvas {
  readonly scale: number
  readonly unit: number
  readonly size: Size
}

interface ColoredBox extends BoxFindings {
  readonly color: string
  readonly area: BoundingBox
}

const outline = (self: ColoredBox, { scale, unit }: Canvas): Markup => {
  const { height, width, x, y } = self.area
  const { keypoints, mask } = self
  const tentative = isTentative(self)
  const shape = (stroke: string, opacity: number, size: number) =>
    markup`<rect x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="${r(2 * unit)}" fill="none" stroke="${stroke}" stroke-opacity="${opacity}" stroke-width="${r(size)}"${tentative && markup` stroke-dasharray="${r(6 * unit)} ${r(4 * unit)}"`}/>`
  const thickness = (tentative ? 1.5 : 2.5) * unit
  const pixels =
    mask !== undefined &&
    markup`<path d="${Mask.path(mask)}" transform="scale(${scale})" fill="${self.color}" fill-opacity="0.3"/>`
  const joints =
    keypoints !== undefined && Mask.points(keypoints).map((each) => dot(each.x * scale, each.y * scale, 1.6 * unit))
  return markup`${pixels}${shape("#000000", 0.35, thickness + 1.5 * unit)}${shape(self.color, 1, thickness)}${joints}`
}

interface Chip extends LabelPlacement.Label {
  readonly text: string
  readonly fontSize: number
  readonly voted: number
  readonly against: number
  readonly border: string
  readonly fill: string
  readonly ink: string
}

/** Parts of a chip, as multiples of the font's size. */
const padding = 0.4
const lineHeight = 1.55
const pip = 0.52

/** A chip that fits into the picture: the label is cut, then left out, and the font shrinks with a very flat picture. */
const chipOf = (self: ColoredBox, { size, unit }: Canvas, lettering: Lettering): Chip => {
  const tentative = isTentative(self)
  const wished = Math.min((tentative ? 11 : 13) * unit, Math.max(9.5 * unit, self.area.width / 9))
  const fontSize = Math.min(wished, size.height / lineHeight)
  const voted = self.services.length
  const against = self.dissenters.length
  const rest = (2 * padding + (voted + against) * pip + 0.2) * fontSize
  const value = share(self.evidence)
  const words = [...self.name]
  const texts = [words.length, 24, 12, 6].map((length) =>
    words.length <= length ? `${words.join("")} ${value}` : `${words.slice(0, length - 1).join("")}… ${value}`
  )
  const room = Math.min(size.width, Math.max(size.width / 3, self.area.width, 160 * unit))
  const text = [...texts, value].find((each) => lettering.width(each, fontSize) + rest <= room) ?? ""
  return {
    box: self.area,
    text,
    fontSize,
    voted,
    against,
    width: Math.min(size.width, lettering.width(text, fontSize) + rest),
    height: fontSize * lineHeight,
    border: self.color,
    fill: tentative ? "#1c1917" : self.color,
    ink: tentative ? "#ffffff" : Colors.textOn(self.color)
  }
}

const drawChip = (self: Chip, { height, width, x, y }: BoundingBox, { unit }: Canvas, lettering: Lettering): Markup => {
  const { against, border, fill, fontSize, ink, text, voted } = self
  const start = x + padding * fontSize
  const dots = start + lettering.width(text, fontSize) + 0.2 * fontSize
  return markup`<rect x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="${r(2 * unit)}" fill="${fill}" fill-opacity="0.92" stroke="${border}" stroke-width="${r(unit)}"/><path fill="${ink}" d="${lettering.path(text, { x: start, y: y + fontSize * 1.13, size: fontSize })}"/>${Array.from(
    { length: voted + against },
    (_, index) =>
      markup`<circle cx="${r(dots + (index + 0.5) * pip * fontSize)}" cy="${r(y + height / 2)}" r="${r(0.16 * fontSize)}" stroke="${ink}" stroke-width="${r(0.08 * fontSize)}" fill="${index < voted ? ink : "none"}"/>`
  )}`
}

const drawFace = ({ box, keypoints }: Face, { scale, unit }: Canvas): Markup => {
  const { height, width, x, y } = scaled(box, scale)
  return markup`<rect x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="${r(4 * unit)}" fill="none" stroke="#ffffff" stroke-width="${r(1.2 * unit)}"/>${Object.values(
    keypoints
  ).map((point) => dot(point.x * scale, point.y * scale, 1.4 * unit))}`
}

const drawPose = (pose: Pose, { scale, unit }: Canvas): Markup => {
  const { bones, joints } = Skeleton.of(pose)
  const path = bones
    .map(([a, b]) => `M${r(a.x * scale)} ${r(a.y * scale)}L${r(b.x * scale)} ${r(b.y * scale)}`)
    .join("")
  return markup`<path d="${path}" fill="none" stroke="#000000" stroke-opacity="0.35" stroke-width="${r(3 * unit)}" stroke-linecap="round"/><path d="${path}" fill="none" stroke="#ffffff" stroke-width="${r(1.4 * unit)}" stroke-linecap="round"/>${joints.map((point) => dot(point.x * scale, point.y * scale, 2 * unit))}`
}

const dot = (x: number, y: number, radius: number): Markup =>
  markup`<circle cx="${r(x)}" cy="${r(y)}" r="${r(radius)}" fill="#ffffff" stroke="#000000" stroke-opacity="0.35" stroke-width="${r(radius / 3)}"/>`

const scaled = ({ height, width, x, y }: BoundingBox, scale: number): BoundingBox => ({
  x: x * scale,
  y: y * scale,
  width: width * scale,
  height: height * scale
})

/** A coordinate with as many digits as can be seen. */
const r = (n: number): number => Math.round(n * 10) / 10
