/** Images as people look at them: one line each in a list, or one with everything that is known about it. */
import { Schema } from "effect"
import { ImageBox } from "../BoundingBox.ts"
import { Consensus } from "../Consensus.ts"
import { CorrectedBox } from "../corrections/Corrected.ts"
import { Correction, Mark } from "../corrections/Correction.ts"
import { Confidence } from "../Detection.ts"
import { CropResult, ServiceResult } from "../Facts.ts"
import { BoxStatus } from "../Harmonization.ts"
import { BoxId, Concept, ImageId, ServiceId } from "../Identifiers.ts"
import { Revision, Stage } from "../Staleness.ts"
import { listed } from "../Wording.ts"
import { ImageEnrichment } from "./ImageEnrichment.ts"

/**
 * How far an image is: no answer yet (`waiting`), under way (`working`), or every requested answer there but for those of
 * services that left the catalog, nothing stale and every planned crop answered (`done`).
 */
export const ImageStatus = Schema.Literals(["waiting", "working", "done"])
export type ImageStatus = typeof ImageStatus.Type

/** How far an image is, and what it waits for. */
interface Progress {
  readonly status: ImageStatus
  readonly owed: ReadonlyArray<ServiceId>
  readonly waitsFor?: ReadonlyArray<ServiceId>
}

/** The same with the services among those that owe an answer which give none now, if there are any. */
export const waitingFor = <A extends Progress>(image: A, halted: ReadonlyArray<ServiceId>): A => {
  const waitsFor = image.owed.filter((service) => halted.includes(service))
  return waitsFor.length === 0 ? image : { ...image, waitsFor }
}

/** How far an image is, in words: `waits for ollama` where all that is owed is owed by services that give no answers now. */
export const progressInWords = ({ owed, status, waitsFor = [] }: Progress): string =>
  status !== "done" && waitsFor.length > 0 && waitsFor.length === owed.length ? `waits for ${listed(waitsFor)}` : status

/** The image itself and how far it is. */
const progress = {
  id: ImageId,
  filename: Schema.String,
  group: Schema.optionalKey(Schema.String),
  created: Schema.Date,
  status: ImageStatus,
  revision: Revision,
  /** Requested answers. */
  requested: Schema.Int,
  /** How many of them are there, failed ones included. */
  answered: Schema.Int,
  /** Requested services that have not answered, in name order. */
  owed: Schema.Array(ServiceId),
  /** Those of them that give no answers now: they are down, switched off, or no program works on them. Absent when there are none. */
  waitsFor: Schema.optionalKey(Schema.Array(ServiceId)),
  /** Answers that are failures, about the image or about crops of it, and stages that cannot work with what is recorded. */
  failed: Schema.Int,
  /** Services that owe answers and have left the catalog. They are not waited for, and asked when they are back. */
  withdrawn: Schema.optionalKey(Schema.Array(ServiceId))
}

/** A harmonized box as far as it is drawn. `box` is in whole pixels of the stored (never EXIF-rotated) image. */
export const BoxSummary = Schema.Struct({
  id: BoxId,
  concept: Concept,
  label: Schema.String,
  emoji: Schema.optionalKey(Schema.String),
  status: BoxStatus,
  confidence: Confidence,
  box: ImageBox,
  /** The correction by a person that it rests on. */
  correction: Schema.optionalKey(Mark)
})
export type BoxSummary = typeof BoxSummary.Type

/** What the services agreed on: an accepted candidate of the consensus. */
export const Finding = Schema.Struct({
  concept: Concept,
  emoji: Schema.optionalKey(Schema.String),
  /** The best confidence among its votes, in `[0, 1]`; `0` when no service gave one. */
  confidence: Confidence
})
export type Finding = typeof Finding.Type

/** An image in a list. */
export const ImageSummary = Schema.Struct({
  ...progress,
  /** Best first. */
  boxes: Schema.Array(BoxSummary),
  /** Best first. */
  findings: Schema.Array(Finding)
})
export type ImageSummary = typeof ImageSummary.Type

/** The stored state of a derived fact. */
export const DerivationState = Schema.Struct({
  stage: Stage,
  revision: Revision,
  algorithm: Schema.String,
  /** When what is stored was written; absent when nothing needed to be. */
  at: Schema.optionalKey(Schema.Date)
})
export type DerivationState = typeof DerivationState.Type

/** Why a stage cannot work with what is recorded; what it stored earlier is still shown. */
export const Underived = Schema.Struct({ stage: Stage, reason: Schema.String, at: Schema.Date })
export type Underived = typeof Underived.Type

/** One image, whole. All coordinates are pixels of the stored image, except inside the services' own replies. */
export const Image = Schema.Struct({
  ...progress,
  /** Where it is read from. */
  path: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  traceId: Schema.optionalKey(Schema.String),
  services: Schema.Array(ServiceId),
  /** What services answered about the image, in name order. */
  results: Schema.Array(Schema.Struct({ ...ServiceResult.fields, created: Schema.Date, workerId: Schema.String })),
  /** What services answered about crops of the boxes, in the order of box and service. */
  crops: Schema.Array(Schema.Struct({ ...CropResult.fields, created: Schema.Date })),
  /** With the corrections applied: first those that rest on one, then the others, best first. */
  boxes: Schema.Array(CorrectedBox),
  /** What people said about the boxes and did not take back, in that order. */
  corrections: Schema.Array(Correction),
  consensus: Schema.optionalKey(Schema.toType(Consensus)),
  /** What was learned from crops, mapped into the image. */
  enrichments: Schema.Array(ImageEnrichment),
  derivations: Schema.Array(DerivationState),
  underived: Schema.Array(Underived)
})
export type Image = typeof Image.Type
