/**
 * Where boxes lie in the picture that was asked about.
 *
 * `place` brings the boxes of a reply from the service's writing, and from the size that was sent, into pixels of the
 * picture. `check` looks at what cannot be such pixels: never guessed at, it is set aside with the setting that would read it.
 */
import type { Schema } from "effect"
import * as Attention from "../reply/Attention.ts"
import { isFields, number, own } from "../reply/Fields.ts"
import type { EvidenceKind } from "../catalog/Service.ts"
import * as BoxEncoding from "./BoxEncoding.ts"
import type { Four, Size } from "./BoxEncoding.ts"

type Json = Schema.Json
type Fields = { readonly [key: string]: Json }

/**
 * A reply of the contract with its boxes in pixels of `picture`. `sent` is the size of what the service was shown.
 *
 * Outlines and points go along. A mask of run lengths belongs to the pixels that were sent, and is left out when those are
 * not the picture's.
 */
export const place = (
  reply: Json,
  {
    encoding,
    picture,
    sent
  }: { readonly encoding: BoxEncoding.BoxEncoding; readonly sent: Size; readonly picture: Size }
): Json => {
  const isSame = sent.width === picture.width && sent.height === picture.height
  if (isSame && BoxEncoding.isStandard(encoding)) return reply
  const unit = BoxEncoding.scaleOf(encoding.unit, sent)
  const scale = { x: (unit.x * picture.width) / sent.width, y: (unit.y * picture.height) / sent.height }
  const box = (value: Json): Json => {
    const four = numbersOf(value, encoding.form)
    if (four === undefined) return value
    const [x, y, width, height] = BoxEncoding.toCornerAndSize(four, encoding.form)
    return { x: x * scale.x, y: y * scale.y, width: width * scale.x, height: height * scale.y }
  }
  const point = (value: Json): Json => {
    const [x, y] = Array.isArray(value)
      ? value.map(number)
      : isJsonObject(value)
        ? [number(value["x"]), number(value["y"])]
        : []
    if (x === undefined || y === undefined) return value
    const [placedX, placedY] = [x * scale.x, y * scale.y]
    return isJsonObject(value) ? { ...value, x: placedX, y: placedY } : [placedX, placedY]
  }
  const numbers = (list: Json, stride: number): Json =>
    Array.isArray(list)
      ? list.map((value: Json, i): Json => {
          if (Array.isArray(value)) return numbers(value, stride)
          const coordinate = number(value)
          const along = [scale.x, scale.y][i % stride]
          return coordinate === undefined || along === undefined ? value : coordinate * along
        })
      : list
  const outlines = (mask: Json): Json => (Array.isArray(mask) ? numbers(mask, 2) : null)
  const points = (keypoints: Json): Json =>
    isJsonObject(keypoints) ? mapValues(keypoints, point) : numbers(keypoints, 3)
  const regions = (list: Json): Json =>
    Array.isArray(list)
      ? list.map((region: Json) => (isJsonObject(region) ? changed(region, { bbox: box }) : region))
      : list
  const prediction = (value: Json): Json => (isJsonObject(value) ? changed(value, changes) : value)
  const changes = {
    bbox: box,
    keypoints: points,
    mask: outlines,
    segmentation: outlines,
    text_regions: regions,
    properties: prediction
  }
  return isJsonObject(reply)
    ? changed(reply, { predictions: (list) => (Array.isArray(list) ? list.map(prediction) : list) })
    : reply
}

/** A prediction, by its index, that cannot be about the picture. */
export interface Aside {
  readonly index: number
  readonly problem: string
}

/**
 * What of a placed reply cannot be about a picture of that size.
 *
 * - `Misread`: the boxes are written in another way than the catalog says; the whole reply is none.
 * - `Asides`: single predictions that lie outside by far. Mostly there are none.
 */
export type Check =
  | { readonly _tag: "Misread"; readonly problem: string }
  | { readonly _tag: "Asides"; readonly asides: ReadonlyArray<Aside> }

/**
 * A box may leave the picture: faces and poses are completed in thought. By half of the picture it may not, and a detector's
 * boxes that leave it a little and are all inside when read as corners are corners.
 */
export const check = (reply: Json, picture: Size, kind: EvidenceKind): Check => {
  const boxes = boxesOf(reply)
  if (boxes.length === 0) return fine
  const size = `${picture.width} x ${picture.height} pixels`
  const count = boxes.length === 1 ? "its box" : `its ${boxes.length} boxes`
  if (Math.min(picture.width, picture.height) >= 4 && boxes.every(({ four }) => four.every((n) => Math.abs(n) <= 1))) {
    return misread(
      `all coordinates of ${count} are at most 1 on a picture of ${size}: if they are fractions of it, ` +
        'set "boxes": {"form": "xywh", "unit": "normalized"}, with the form the service writes'
    )
  }
  const outside = boxes.filter(({ four }) => isOutside(four, picture, tolerated))
  const suspicious =
    kind === "spatial" ? boxes.some(({ four }) => isOutside(four, picture, slightly)) : outside.length > 0
  if (suspicious && boxes.every(({ four }) => couldBeCorners(four, picture))) {
    return misread(
      `${count} would leave the picture of ${size} by far: if they are two corners, set "boxes": {"form": "xyxy"}`
    )
  }
  if (outside.length === boxes.length && boxes.length > 1) {
    return misread(
      `${count} all lie outside the picture of ${size} by far: say in "boxes" which form and unit they have`
    )
  }
  return {
    _tag: "Asides",
    asides: outside.map(({ four, index }) => ({
      index,
      problem: `bbox ${four.map((n) => Math.round(n)).join(", ")} lies outside the picture of ${size} by far`
    }))
  }
}

/** The reply with the note which of its predictions do not count. */
export const withAsides = (reply: Json, asides: ReadonlyArray<Aside>): Json =>
  asides.length > 0 && isJsonObject(reply)
    ? { ...reply, set_aside: asides.map(({ index, problem }) => ({ index, problem })) }
    : reply

/** Shares of the picture by which boxes may leave it. */
const tolerated = 0.5
const slightly = 0.1

const fine: Check = { _tag: "Asides", asides: [] }

const misread = (problem: string): Check => ({ _tag: "Misread", problem })

const isOutside = ([x, y, width, height]: Four, picture: Size, share: number): boolean =>
  isOutsideAlong(x, width, picture.width, share) || isOutsideAlong(y, height, picture.height, share)

const isOutsideAlong = (start: number, length: number, whole: number, share: number): boolean => {
  const [low, high] = [Math.min(start, start + length), Math.max(start, start + length)]
  return low < -share * whole || high > (1 + share) * whole || low >= whole || high <= 0
}

const couldBeCorners = ([x1, y1, x2, y2]: Four, picture: Size): boolean =>
  x2 > x1 && y2 > y1 && !isOutside([x1, y1, x2 - x1, y2 - y1], picture, tolerated)

const boxesOf = (reply: Json): ReadonlyArray<{ readonly index: number; readonly four: Four }> => {
  const predictions = isJsonObject(reply) ? own(reply, "predictions") : undefined
  if (!Array.isArray(predictions)) return []
  const chosen = Attention.chosen(predictions)
  return predictions.flatMap((prediction: unknown, index) => {
    if (!isFields(prediction) || chosen?.has(index) === false) return []
    const properties = own(prediction, "properties")
    const box = own(prediction, "bbox") ?? (isFields(properties) ? own(properties, "bbox") : undefined)
    const four = numbersOf(box, "xywh")
    return four === undefined ? [] : [{ index, four }]
  })
}

const numbersOf = (value: unknown, form: BoxEncoding.BoxForm): Four | undefined => {
  const numbers = BoxEncoding.fourOf(value, form)?.map(number)
  return numbers === undefined || numbers.includes(undefined) ? undefined : (numbers as unknown as Four)
}

const isJsonObject = (value: unknown): value is Fields => isFields(value)

/** The object with the fields that are there changed. */
const changed = (self: Fields, changes: Readonly<Record<string, (value: Json) => Json>>): Fields => {
  let made: Record<string, Json> | undefined
  for (const name in changes) {
    if (Object.hasOwn(self, name)) (made ??= { ...self })[name] = changes[name]!(self[name]!)
  }
  return made ?? self
}

const mapValues = (self: Fields, f: (value: Json) => Json): Fields =>
  Object.fromEntries(Object.entries(self).map(([name, value]) => [name, f(value)]))
