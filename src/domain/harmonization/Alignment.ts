/**
 * Detectors that draw their boxes too large or too small, brought in line before anything is compared.
 *
 * A detector whose boxes are hulls of keypoints ends some 10 % inside the person on three sides; averaging it with others
 * pulls every fused box inward. Its error is systematic, so it can be learned and taken away.
 */
import { Schema } from "effect"
import { type BoundingBox, imageBox, type ImageBox, iou } from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"

/** No edge is moved further than this share of its box, so that a box keeps at least a fifth of its size. */
const mostOffset = 0.4

const Offset = Schema.Finite.check(Schema.isBetween({ minimum: -mostOffset, maximum: mostOffset }))

/**
 * How far each edge of a service's boxes lies to the right of (or below) where it should be, as a share of the box's own
 * width (or height). An edge that is left out is where it should be.
 */
export const Offsets = Schema.Struct({
  left: Schema.optionalKey(Offset),
  top: Schema.optionalKey(Offset),
  right: Schema.optionalKey(Offset),
  bottom: Schema.optionalKey(Offset)
})
export type Offsets = typeof Offsets.Type

/**
 * The box with each edge moved back by its offset.
 *
 * @example
 * move({ x: 10, y: 0, width: 80, height: 100 }, { left: 0.125 }) // => { x: 0, y: 0, width: 90, height: 100 }
 */
export const move = ({ height, width, x, y }: BoundingBox, offsets: Offsets): ImageBox => {
  const left = offsets.left ?? 0
  const top = offsets.top ?? 0
  return imageBox({
    x: x - left * width,
    y: y - top * height,
    width: width * (1 + left - (offsets.right ?? 0)),
    height: height * (1 + top - (offsets.bottom ?? 0))
  })
}

/** The detection with its box moved and the one the service sent in `recorded`; unchanged without offsets. */
export const apply = (detection: Detection, offsets: Offsets | undefined): Detection =>
  offsets === undefined || edges.every((edge) => (offsets[edge] ?? 0) === 0)
    ? detection
    : { ...detection, box: move(detection.box, offsets), recorded: detection.box }

export const edges = ["left", "top", "right", "bottom"] as const
export type Edge = (typeof edges)[number]

/** One object as a service drew it and as the reference did. */
export interface Pair {
  readonly box: BoundingBox
  readonly reference: BoundingBox
}

/** Objects at which half of the median offset is believed. */
const doubt = 20

/** An offset below is noise. */
const leastOffset = 0.02

/**
 * The offsets of a service from objects it shares with the reference: per edge `n / (n + 20)` times the median distance
 * to the reference's edge, in shares of the service's own box. What is below 2 % counts as none.
 */
export const learn = (pairs: ReadonlyArray<Pair>): Offsets => {
  const offsets: { -readonly [K in keyof Offsets]: Offsets[K] } = {}
  for (const edge of edges) {
    const offset = (pairs.length / (pairs.length + doubt)) * median(pairs.map((pair) => distance(pair, edge)))
    if (Math.abs(offset) >= leastOffset) {
      offsets[edge] = Math.round(Math.min(Math.max(offset, -mostOffset), mostOffset) * 1000) / 1000
    }
  }
  return offsets
}

/** How far the service's edge lies beyond the reference's, in shares of the service's box. */
const distance = ({ box, reference }: Pair, edge: Edge): number =>
  (positionOf(box, edge) - positionOf(reference, edge)) / (edge === "left" || edge === "right" ? box.width : box.height)

/** Where an edge is, in pixels. */
export const positionOf = ({ height, width, x, y }: BoundingBox, edge: Edge): number => {
  switch (edge) {
    case "left":
      return x
    case "top":
      return y
    case "right":
      return x + width
    case "bottom":
      return y + height
  }
}

/** The middle number; the mean of both when there are two, `0` when there is none. */
export const median = (numbers: ReadonlyArray<number>): number => {
  if (numbers.length === 0) return 0
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The pairs that a service and the reference have in boxes both voted for, as the services sent them. */
export const pairsOf = (
  boxes: Iterable<{ readonly members: ReadonlyArray<Detection> }>,
  service: string,
  reference: string
): ReadonlyArray<Pair> => {
  const pairs: Array<Pair> = []
  for (const { members } of boxes) {
    const own = members.find((member) => member.service === service)
    const other = members.find((member) => member.service === reference)
    if (own !== undefined && other !== undefined) pairs.push({ box: sent(own), reference: sent(other) })
  }
  return pairs
}

const sent = (detection: Detection): ImageBox => detection.recorded ?? detection.box

/** The edges that an alignment moved, each with how far it went in whole pixels: to the right or down above 0. */
export const movedEdges = ({
  box,
  recorded
}: Detection): ReadonlyArray<{ readonly edge: Edge; readonly by: number }> =>
  recorded === undefined
    ? []
    : edges.flatMap((edge) => {
        const by = Math.round(positionOf(box, edge) - positionOf(recorded, edge))
        return by === 0 ? [] : [{ edge, by }]
      })

/** Offsets that could stand in the configuration, and what speaks for them. */
export interface Proposal {
  /** Objects that the service shares with the reference. */
  readonly objects: number
  readonly offsets: Offsets
  /**
   * The median IoU with the reference on every other object, as they are and moved by what was learned from the rest:
   * what the offsets are worth on objects they were not learned from.
   */
  readonly iou: { readonly before: number; readonly after: number }
}

/** What the objects that a service shares with the reference suggest. */
export const propose = (pairs: ReadonlyArray<Pair>): Proposal => {
  const held = pairs.filter((_, i) => i % 2 === 1)
  const learned = learn(pairs.filter((_, i) => i % 2 === 0))
  const medianIou = (offsets: Offsets) => median(held.map(({ box, reference }) => iou(move(box, offsets), reference)))
  return { objects: pairs.length, offsets: learn(pairs), iou: { before: medianIou({}), after: medianIou(learned) } }
}

/** Objects from which on it is worth to say that boxes are off. */
const telling = 30

/**
 * The edges of a service that lie beyond those of *every* other one in the same direction, each with the least of these
 * distances; none when it shares too few objects with any. Who of two that differ is wrong cannot be told.
 *
 * `pairs` has the objects that it shares with each other service.
 */
export const deviation = (pairs: ReadonlyArray<ReadonlyArray<Pair>>): Offsets => {
  const known = pairs.filter(({ length }) => length >= telling).map(learn)
  const offsets: { -readonly [K in keyof Offsets]: Offsets[K] } = {}
  if (known.length === 0) return offsets
  for (const edge of edges) {
    const all = known.map((other) => other[edge] ?? 0)
    const [least, most] = [Math.min(...all), Math.max(...all)]
    if (least > 0) offsets[edge] = least
    else if (most < 0) offsets[edge] = most
  }
  return offsets
}
