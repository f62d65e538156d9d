/** All that is known about one image, arranged for showing. */
import type { Size } from "../../domain/BoundingBox.ts"
import * as Concept from "../../domain/Concept.ts"
import type { Consensus } from "../../domain/Consensus.ts"
import * as Derive from "../../domain/Derive.ts"
import * as Enrichment from "../../domain/Enrichment.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as People from "../../domain/drawing/People.ts"
import type { FailureKind } from "../../domain/archive/FailureGroup.ts"
import type { Image } from "../../domain/archive/Image.ts"
import type { StepName } from "../../domain/StepName.ts"

/** A box with what was learned from its crop. */
export interface BoxFindings extends Omit<MergedBox, "emoji"> {
  /** The label as people write it. */
  readonly name: string
  readonly emoji: string | undefined
  readonly faces: ReadonlyArray<Enrichment.Face>
  readonly poses: ReadonlyArray<Enrichment.Pose>
  readonly palettes: ReadonlyArray<Enrichment.Palette>
}

/** Work that failed for good; with `box` on the crop of that box. */
export interface Failure {
  readonly service: StepName
  readonly class: FailureKind
  readonly reason: string
  readonly box: string | undefined
}

export interface ImageFindings {
  readonly filename: string
  /** Confirmed boxes first, each group with the best first. */
  readonly boxes: ReadonlyArray<BoxFindings>
  readonly consensus: Consensus | undefined
  /** Faces and poses that were seen in the whole image instead of a crop. */
  readonly faces: ReadonlyArray<Enrichment.Face>
  readonly poses: ReadonlyArray<Enrichment.Pose>
  /** Services that answered about crops, one entry for each answer. */
  readonly cropAnswers: ReadonlyArray<ServiceId>
  /** Requested services of the catalog that have not answered yet. */
  readonly owed: ReadonlyArray<ServiceId>
  readonly failures: ReadonlyArray<Failure>
}

/** The faces and poses in these boxes and outside of them, each once: services see the same person in the whole image and in crops. */
export const people = ({ boxes, faces, poses }: Pick<ImageFindings, "boxes" | "faces" | "poses">) => ({
  faces: People.distinctFaces([...boxes.flatMap(({ faces }) => faces), ...faces]),
  poses: People.distinctPoses([...boxes.flatMap(({ poses }) => poses), ...poses])
})

/** Arranges what is known about an image of that size; `undefined` when the picture could not be read. */
export const of = (image: Image, catalog: ServiceCatalog.ServiceCatalog, size: Size | undefined): ImageFindings => {
  const { boxes, crops, id, results, revision, services } = image
  const observation = Derive.observe({ imageId: id, revision, requested: services, results, crops }, catalog)
  const enrichments = Derive.enrichments(observation)
  const whole = size === undefined ? [] : observation.image.map((reply) => Enrichment.ofImage(reply, size))
  const answered = new Set(results.map(({ service }) => service))
  const labels = new Map(boxes.map(({ id, label }) => [id, label]))
  return {
    filename: image.filename,
    boxes: boxes
      .map((box) => {
        const about = enrichments.filter(({ boxId }) => boxId === box.id)
        return {
          ...box,
          name: box.label.replaceAll("_", " "),
          emoji: box.emoji ?? Concept.emojiOf(box.concept),
          faces: about.flatMap(({ faces }) => faces),
          poses: about.flatMap(({ poses }) => poses),
          palettes: about.flatMap(({ palettes }) => palettes)
        }
      })
      .toSorted((a, b) => Number(isTentative(a)) - Number(isTentative(b))),
    consensus: image.consensus,
    faces: whole.flatMap(({ faces }) => faces),
    poses: whole.flatMap(({ poses }) => poses),
    cropAnswers: crops.flatMap(({ outcome, service }) => (outcome._tag === "Success" ? [service] : [])),
    owed: services.filter((service) => !answered.has(service) && ServiceCatalog.find(catalog, service) !== undefined),
    failures: [
      ...observation.failed.map((failure) => ({ ...failure, box: undefined })),
      ...crops.flatMap(({ boxId, outcome, service }) =>
        outcome._tag === "Failure"
          ? [{ service, class: outcome.class, reason: outcome.reason, box: labels.get(boxId) ?? boxId }]
          : []
      ),
      ...image.underived.map(({ reason, stage }) => ({
        service: stage,
        class: "underivable" as const,
        reason,
        box: undefined
      }))
    ]
  }
}

/** Whether the detectors outvoted the box. */
export const isTentative = ({ status }: BoxFindings): boolean => status === "tentative"
