/** All that is known about one image, arranged for showing. */
import { Brand, Option } from "effect"
import { imageBox } from "../../domain/BoundingBox.ts"
import * as Concept from "../../domain/Concept.ts"
import type { Consensus } from "../../domain/Consensus.ts"
import * as Derive from "../../domain/Derive.ts"
import type { Detection } from "../../domain/Detection.ts"
import * as Enrichment from "../../domain/Enrichment.ts"
import type { FailureClass } from "../../domain/Facts.ts"
import type { HarmonizedBox } from "../../domain/Harmonization.ts"
import type { BoxId, ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { pathOf } from "../../domain/ImageReference.ts"
import type { ImageReply } from "../../domain/Observation.ts"
import * as Reply from "../../domain/Reply.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

/** A box with what was learned from its crop. */
export interface BoxFindings {
  readonly id: BoxId
  readonly box: HarmonizedBox
  /** The label as people write it. */
  readonly name: string
  readonly emoji: string | undefined
  readonly faces: ReadonlyArray<Enrichment.Face>
  readonly poses: ReadonlyArray<Enrichment.Pose>
  readonly palettes: ReadonlyArray<Enrichment.Palette>
}

/** Work that failed for good; with `box` on the crop of that box. */
export interface Failure {
  readonly service: ServiceId
  readonly class: FailureClass
  readonly reason: string
  readonly box: string | undefined
}

/** Width and height, in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

export interface ImageFindings {
  readonly imageId: ImageId
  readonly filename: string
  /** Where the image was read from. */
  readonly place: string
  /** In pixels; `undefined` when the image could not be read. */
  readonly size: Size | undefined
  /** Confirmed boxes first, each group with the best first. */
  readonly boxes: ReadonlyArray<BoxFindings>
  /** What each detector saw on its own, by service in name order. */
  readonly detections: ReadonlyArray<{ readonly service: ServiceId; readonly detections: ReadonlyArray<Detection> }>
  readonly consensus: Consensus | undefined
  readonly captions: ReadonlyArray<{ readonly service: ServiceId; readonly text: string }>
  /** Faces and poses that were seen in the whole image instead of a crop, and the colors of the image. */
  readonly faces: ReadonlyArray<Enrichment.Face>
  readonly poses: ReadonlyArray<Enrichment.Pose>
  readonly palettes: ReadonlyArray<Enrichment.Palette>
  readonly requested: number
  /** Services that answered about crops, one entry for each answer. */
  readonly cropAnswers: ReadonlyArray<ServiceId>
  /** Requested services that have not answered yet. */
  readonly owed: ReadonlyArray<ServiceId>
  readonly failures: ReadonlyArray<Failure>
  /** Predictions that could not be read and were set aside. */
  readonly diagnostics: ReadonlyArray<{ readonly service: ServiceId; readonly problem: string }>
}

/** Arranges a record of an image of that size. The catalog says how to read the answers in it. */
export const of = (record: ImageRecord, catalog: ServiceCatalog, size: Size | undefined): ImageFindings => {
  const observation = Derive.observe(record.facts, catalog)
  const enrichments = Derive.enrichments(observation)
  const whole = size === undefined ? [] : observation.image.map((reply) => ofWholeImage(reply, size))
  const answered = new Set(record.facts.results.map(({ service }) => service))
  const labels = new Map(record.boxes.map(({ box, id }) => [id, box.label]))
  return {
    imageId: record.imageId,
    filename: record.reference.filename,
    place: pathOf(record.reference) ?? record.reference.url ?? record.reference.filename,
    size,
    boxes: record.boxes
      .map(({ box, id }) => {
        const about = enrichments.filter(({ boxId }) => boxId === id)
        return {
          id,
          box,
          name: box.label.replaceAll("_", " "),
          emoji: box.emoji ?? Concept.emojiOf(box.concept),
          faces: about.flatMap(({ faces }) => faces),
          poses: about.flatMap(({ poses }) => poses),
          palettes: about.flatMap(({ palettes }) => palettes)
        }
      })
      .toSorted((a, b) => Number(isTentative(a)) - Number(isTentative(b))),
    detections: observation.image
      .filter(({ service }) => service.kind === "spatial")
      .map(({ reply, service }) => ({ service: service.id, detections: Reply.detections(reply, service.id) })),
    consensus: Option.getOrUndefined(record.consensus),
    captions: observation.image.flatMap(({ reply, service }) =>
      reply.predictions.flatMap((each) => (each._tag === "Caption" ? [{ service: service.id, text: each.text }] : []))
    ),
    faces: whole.flatMap(({ faces }) => faces),
    poses: whole.flatMap(({ poses }) => poses),
    palettes: whole.flatMap(({ palettes }) => palettes),
    requested: record.facts.requested.length,
    cropAnswers: record.facts.crops.flatMap(({ outcome, service }) => (outcome._tag === "Success" ? [service] : [])),
    owed: record.facts.requested.filter((service) => !answered.has(service)),
    failures: [
      ...observation.failed.map((failure) => ({ ...failure, box: undefined })),
      ...record.facts.crops.flatMap(({ boxId, outcome, service }) =>
        outcome._tag === "Failure"
          ? [{ service, class: outcome.class, reason: outcome.reason, box: labels.get(boxId) ?? boxId }]
          : []
      )
    ],
    diagnostics: observation.diagnostics
  }
}

/** Whether the detectors outvoted the box. */
export const isTentative = ({ box }: BoxFindings): boolean => box.status === "tentative"

/** A whole image is a crop of everything. */
const ofWholeImage = (reply: ImageReply, size: Size): Enrichment.Enrichment =>
  Enrichment.ofCrop({
    ...reply,
    boxId: wholeImage,
    region: imageBox({ x: 0, y: 0, width: size.width, height: size.height })
  })

const wholeImage = Brand.nominal<BoxId>()("whole image")
