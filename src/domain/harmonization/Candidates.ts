/**
 * What every strategy does first: move the boxes of services that are aligned, set invalid and surplus detections aside,
 * and put the rest into an order that depends on their values alone, never on how they arrived.
 */
import type { BoundingBox } from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"
import type { HarmonizationInput, RejectedDetection } from "../Harmonization.ts"
import type { Concept, ServiceId } from "../Identifiers.ts"
import * as Alignment from "./Alignment.ts"
import * as Reporters from "./Reporters.ts"

/** The detections of one image that count, grouped by concept, and the others. */
export interface Candidates {
  /** Concepts in alphabetical order; within each the detections are `mostConfidentFirst`. */
  readonly byConcept: ReadonlyArray<readonly [Concept, ReadonlyArray<Detection>]>
  readonly setAside: ReadonlyArray<RejectedDetection>
  readonly panel: Reporters.Panel
}

/** No edge of a box lies further from the origin, in pixels, so that areas and their sums stay finite. */
const farthestEdge = 2 ** 31

/** Detections of one service that count, the most confident ones; detectors by themselves send at most 300. */
export const mostPerService = 1000

/** Sorts out the detections of one image. */
export const prepare = (input: HarmonizationInput): Candidates => {
  const panel = Reporters.panelOf(input)
  const order = mostConfidentFirst(panel)
  const valid: Array<Detection> = []
  const setAside: Array<RejectedDetection> = []
  const isAligned = Reporters.isAligned(panel)
  for (const recorded of input.detections) {
    const detection = isAligned ? Alignment.apply(recorded, Reporters.alignOf(panel, recorded.service)) : recorded
    const fault = faultOf(detection)
    if (fault === undefined) valid.push(detection)
    else setAside.push({ detection: recorded, rule: "invalid", reason: fault })
  }
  const groups = new Map<Concept, Array<Detection>>()
  for (const detection of counted(valid, order, setAside)) {
    const group = groups.get(detection.concept)
    if (group === undefined) groups.set(detection.concept, [detection])
    else group.push(detection)
  }
  const byConcept = [...groups].sort(([a], [b]) => compare(a, b))
  for (const [, group] of byConcept) group.sort(order)
  return { byConcept, setAside, panel: Reporters.withUnread(panel, setAside) }
}

/** The detections without those of a service beyond its `mostPerService` most confident ones, which are set aside. */
const counted = (
  detections: ReadonlyArray<Detection>,
  order: (a: Detection, b: Detection) => number,
  setAside: Array<RejectedDetection>
): ReadonlyArray<Detection> => {
  if (detections.length <= mostPerService) return detections
  const byService = new Map<ServiceId, Array<Detection>>()
  for (const detection of detections) {
    const own = byService.get(detection.service)
    if (own === undefined) byService.set(detection.service, [detection])
    else own.push(detection)
  }
  return [...byService.values()].flatMap((own) => {
    if (own.length <= mostPerService) return own
    const reason = `${own.length} are valid, and the ${mostPerService} most confident ones of a service count`
    own.sort(order)
    for (const detection of own.slice(mostPerService)) setAside.push({ detection, rule: "surplus", reason })
    return own.slice(0, mostPerService)
  })
}

/**
 * Whether the box has an area that numbers can hold: finite edges at most 2^31 pixels from the origin, each edge after
 * its opposite one.
 */
export const isMeasurable = ({ x, y, width, height }: BoundingBox): boolean => {
  const right = x + width
  const bottom = y + height
  return (
    right > x &&
    bottom > y &&
    (right - x) * (bottom - y) > 0 &&
    x >= -farthestEdge &&
    y >= -farthestEdge &&
    right <= farthestEdge &&
    bottom <= farthestEdge
  )
}

/** Every detection that is in no box, in a canonical order: by concept, then best first. */
export const sortRejected = (rejected: Array<RejectedDetection>): ReadonlyArray<RejectedDetection> =>
  rejected.sort((a, b) => compare(a.detection.concept, b.detection.concept) || byValue(a.detection, b.detection))

const faultOf = ({ box, confidence }: Detection): string | undefined => {
  if (!(confidence >= 0 && confidence <= 1)) return `confidence ${confidence} is outside [0, 1]`
  if (!isMeasurable(box)) {
    return `box (${box.x}, ${box.y}) of size ${box.width} x ${box.height} has no area or no place in an image`
  }
  return undefined
}

/**
 * A total order by value: confidence, then position, then trust, then words, and only then names. Renaming services
 * therefore never changes what is fused with what.
 */
const mostConfidentFirst =
  (panel: Reporters.Panel) =>
  (a: Detection, b: Detection): number =>
    b.confidence - a.confidence ||
    a.box.x - b.box.x ||
    a.box.y - b.box.y ||
    a.box.width - b.box.width ||
    a.box.height - b.box.height ||
    Reporters.trustOf(panel, b.service) - Reporters.trustOf(panel, a.service) ||
    byWords(a, b)

const byValue = (a: Detection, b: Detection): number => byPlace(a, b) || byWords(a, b)

const byPlace = (a: Detection, b: Detection): number =>
  compare(b.confidence, a.confidence) ||
  compare(a.box.x, b.box.x) ||
  compare(a.box.y, b.box.y) ||
  compare(a.box.width, b.box.width) ||
  compare(a.box.height, b.box.height)

const byWords = (a: Detection, b: Detection): number =>
  compare(a.label, b.label) ||
  compare(a.emoji ?? "", b.emoji ?? "") ||
  compare(a.service, b.service) ||
  compare(a.index, b.index)

/** Orders numbers or words; `NaN` comes after every number. Words by UTF-16 code units, the same in every locale. */
export const compare = <A extends number | string>(a: A, b: A): number => {
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}
