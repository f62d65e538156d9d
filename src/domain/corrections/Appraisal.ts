/**
 * What corrections tell about the services: how much of what a service says people agree with, and how much of what people say
 * is there it has seen.
 *
 * Only things that people ruled on count. What nobody looked at is neither right nor wrong, so an image of which all boxes are
 * confirmed, rejected or added tells most.
 */
import { Brand, Order, Schema } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import type { Detection } from "../Detection.ts"
import type { HarmonizationInput } from "../Harmonization.ts"
import { ServiceId } from "../Identifiers.ts"
import { leastIou } from "./Corrected.ts"
import type { Correction } from "./Correction.ts"
import { type Ruling, rulings, type Thing } from "./Ruling.ts"

/** What one service said of the things that people ruled on. */
export interface Tally {
  /** Things that are there and were seen. */
  readonly found: number
  /** Detections of what is not there, is something else, or is elsewhere. */
  readonly wrong: number
  /** Things that are there, can be named by the service, and were not seen. */
  readonly missed: number
}

const none: Tally = { found: 0, wrong: 0, missed: 0 }

/** Adds what two sets of images tell. */
export const add = (self: Tally = none, that: Tally = none): Tally => ({
  found: self.found + that.found,
  wrong: self.wrong + that.wrong,
  missed: self.missed + that.missed
})

/**
 * What one image tells about each service that has answered. A thing and a detection are the same with an equal concept and an
 * IoU of at least `leastIou`, each counted once, the closest first. A service that could not be understood, or does not know
 * the concept, has missed nothing.
 */
export const ofImage = (
  corrections: ReadonlyArray<Correction>,
  { detections, reporters }: HarmonizationInput
): ReadonlyMap<ServiceId, Tally> => {
  const ruled = rulings(corrections)
  const there = ruled.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]))
  const notThere = ruled.flatMap(({ subject, verdict }) => (isDenied(subject, verdict) ? [subject] : []))
  return new Map(
    reporters.map(({ service, unread, vocabulary }) => {
      const own = detections.filter((detection) => detection.service === service)
      const found = pairs(there, own)
      const others = own.filter((detection) => !found.has(detection))
      const seen = new Set(found.values())
      const couldName = ({ concept }: Thing) =>
        (vocabulary === undefined || vocabulary.has(concept)) && unread !== "anything" && unread?.has(concept) !== true
      return [
        service,
        {
          found: found.size,
          wrong: pairs(notThere, others).size,
          missed: there.filter((thing) => !seen.has(thing) && couldName(thing)).length
        }
      ]
    })
  )
}

/** Whether what was seen is not what is there. */
const isDenied = (subject: Thing, verdict: Ruling["verdict"]): boolean =>
  verdict === undefined || verdict.concept !== subject.concept || BoundingBox.byPosition(verdict.box, subject.box) !== 0

/** The thing that each detection is; the order of the detections carries no meaning. */
const pairs = (things: ReadonlyArray<Thing>, detections: ReadonlyArray<Detection>): ReadonlyMap<Detection, Thing> => {
  const close = things.flatMap((thing) =>
    detections.flatMap((detection) => {
      const iou = detection.concept === thing.concept ? BoundingBox.iou(detection.box, thing.box) : 0
      return iou < leastIou ? [] : [{ thing, detection, iou }]
    })
  )
  const found = new Map<Detection, Thing>()
  const taken = new Set<Thing>()
  for (const { detection, thing } of close.sort(closestFirst)) {
    if (found.has(detection) || taken.has(thing)) continue
    found.set(detection, thing)
    taken.add(thing)
  }
  return found
}

interface Pair {
  readonly thing: Thing
  readonly detection: Detection
  readonly iou: number
}

const closestFirst: Order.Order<Pair> = Order.combine(
  Order.mapInput(Order.flip(Order.Number), ({ iou }: Pair) => iou),
  Order.mapInput(Order.Number, ({ detection }: Pair) => detection.index)
)

/** Judged detections of a service from which on a trust is proposed. */
export const enough = 20

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** What the corrections tell about one service, with the numbers that it rests on. */
export const Appraisal = Schema.Struct({
  service: ServiceId,
  found: Schema.Int,
  wrong: Schema.Int,
  missed: Schema.Int,
  /** The share of its judged detections that are right; absent when none was judged. */
  precision: Schema.optionalKey(Share),
  /** The share of what is there that it has seen; absent when nothing was there that it can name. */
  recall: Schema.optionalKey(Share),
  /** What stands in the configuration. */
  trust: Share,
  /** Absent while fewer than 20 of its detections were judged. */
  proposedTrust: Schema.optionalKey(Share)
})
export type Appraisal = typeof Appraisal.Type

/**
 * The appraisal of a service. The proposed trust is the precision as the rule of succession estimates it, (found + 1) / (judged
 * + 2) in two digits: a weight of its word, as a box is worth confidence × trust.
 *
 * @example
 * appraise("yolo", 1, { found: 28, wrong: 10, missed: 4 }).proposedTrust // => 0.72 (29 / 40 = 0.725)
 *
 * @see Laplace (1774), "Mémoire sur la probabilité des causes par les évènements"
 */
export const appraise = (service: string, trust: number, tally: Tally): Appraisal => {
  const { found, missed, wrong } = tally
  const judged = found + wrong
  return {
    service: serviceId(service),
    ...tally,
    ...(judged === 0 ? {} : { precision: found / judged }),
    ...(found + missed === 0 ? {} : { recall: found / (found + missed) }),
    trust,
    ...(judged < enough ? {} : { proposedTrust: Math.floor((100 * (found + 1)) / (judged + 2)) / 100 })
  }
}

const serviceId = Brand.nominal<ServiceId>()
