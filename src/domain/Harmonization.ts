/**
 * Harmonization: from the detections of several services to one set of boxes.
 *
 * A strategy is a pure function of the detections and of the services that have reported. It never sees the clock, the
 * order of arrival or an earlier result: harmonizing after every answer is harmonizing once with what is known by then.
 */
import { Schema } from "effect"
import { ImageBox } from "./BoundingBox.ts"
import { Confidence, Detection } from "./Detection.ts"
import type { Offsets } from "./harmonization/Alignment.ts"
import { Concept, ServiceId } from "./Identifiers.ts"
import { Keypoints, Mask } from "./Mask.ts"

/** A service that has answered about the image, also when it found nothing. */
export interface Reporter {
  readonly service: ServiceId
  /** What the service is able to name. `undefined`: anything. A service abstains on a concept it cannot name. */
  readonly vocabulary?: ReadonlySet<Concept> | undefined
  /** Weight of the service's word in `[0, 1]`; `1` when nothing is known about its reliability. */
  readonly trust?: number | undefined
  /** What it said something about that could not be read or does not count, where that is known; there it abstains. */
  readonly unread?: ReadonlySet<Concept> | "anything" | undefined
  /** How its boxes are moved before they are compared. */
  readonly align?: Offsets | undefined
}

/** All that a strategy may look at. The order of both lists carries no meaning. */
export interface HarmonizationInput {
  readonly detections: ReadonlyArray<Detection>
  readonly reporters: ReadonlyArray<Reporter>
}

/** Whether the services that reported stand behind a box (`confirmed`) or outvoted it (`tentative`). */
export const BoxStatus = Schema.Literals(["confirmed", "tentative"])
export type BoxStatus = typeof BoxStatus.Type

/** One object, as the services together see it. */
export const HarmonizedBox = Schema.Struct({
  concept: Concept,
  /** The wording of the most confident member. */
  label: Schema.String,
  emoji: Schema.optionalKey(Schema.String),
  /** Fused from the members, in image pixels, not rounded. */
  box: ImageBox,
  /** What the members together are worth, in `[0, 1]`; boxes are ranked by it. */
  evidence: Confidence,
  /** Mean confidence of the members. */
  confidence: Confidence,
  /** The distinct services that voted for the box, sorted. */
  services: Schema.Array(ServiceId),
  /** Services that reported, know the concept, and saw nothing here, sorted. */
  dissenters: Schema.Array(ServiceId),
  /** Services that said something that could not be read and may have meant this, sorted; they abstain. Absent: none. */
  unread: Schema.optionalKey(Schema.Array(ServiceId)),
  status: BoxStatus,
  /** Why the box has its status, in words. */
  reason: Schema.String,
  /** The mask of the most confident member that has one, as its service sent it. */
  mask: Schema.optionalKey(Mask),
  /** The keypoints of the most confident member that has some. */
  keypoints: Schema.optionalKey(Keypoints),
  /** The detections fused into the box, most confident first, without their masks and keypoints. */
  members: Schema.Array(Detection)
})
export type HarmonizedBox = typeof HarmonizedBox.Type

/** Whether not all services that could have seen a box did, or those that did are outvoted. */
export const isDisputed = ({ dissenters, status }: Pick<HarmonizedBox, "dissenters" | "status">): boolean =>
  dissenters.length > 0 || status === "tentative"

/** A detection that is in no box, and the rule that kept it out. */
export const RejectedDetection = Schema.Struct({
  detection: Detection,
  rule: Schema.Literals(["invalid", "surplus", "duplicate", "overlap", "low-confidence", "outvoted"]),
  /** The stronger detection or box that took its place, in words. */
  reason: Schema.String
})
export type RejectedDetection = typeof RejectedDetection.Type

/** Every detection of the input is a member of exactly one box or is rejected with its rule. Boxes are ranked. */
export const Harmonization = Schema.Struct({
  boxes: Schema.Array(HarmonizedBox),
  rejected: Schema.Array(RejectedDetection)
})
export type Harmonization = typeof Harmonization.Type

/** A named, versioned way to harmonize, with its options already chosen. */
export interface Strategy {
  readonly name: string
  readonly version: number
  /** The options that differ between two uses of the same strategy, as they are stored with what was derived. */
  readonly options: Readonly<Record<string, unknown>>
  readonly harmonize: (input: HarmonizationInput) => Harmonization
}

/** Names the strategy with version and options, as derived rows store it: `quorum@1{"gate":"democratic"}`. */
export const strategyKey = (strategy: Strategy): string =>
  `${strategy.name}@${strategy.version}${JSON.stringify(strategy.options)}`
