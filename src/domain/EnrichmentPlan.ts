/**
 * Which crops of which boxes are to be shown to which services.
 *
 * The service catalog decides: a service with the wish `all` looks at every box, one with the wish `person` at the boxes
 * of persons, one that names labels at the boxes of these; the box may have to have a size and an evidence. A person is
 * what the vocabulary calls one, never a label that happens to contain `man`.
 */
import { Order } from "effect"
import type { ImageBox } from "./BoundingBox.ts"
import * as Concept from "./Concept.ts"
import type { CropResult } from "./Facts.ts"
import type { CropWish } from "./catalog/Service.ts"
import type { BoxId, Concept as ConceptName, ServiceId } from "./Identifiers.ts"
import type { MergedBox } from "./MergedBox.ts"
import type { Service, ServiceCatalog } from "./ServiceCatalog.ts"

/** Names this way of planning, as derived rows store it. */
export const algorithm = "spatial_enrichment@1"

/** One crop to be shown to one service. `box` is in whole pixels of the image and may exceed its borders. */
export interface PlannedCrop {
  readonly boxId: BoxId
  readonly service: ServiceId
  readonly box: ImageBox
}

/** The crops of an image, box by box in the order of the boxes, services in name order. */
export type EnrichmentPlan = ReadonlyArray<PlannedCrop>

/** What is worth a crop. */
export interface Options {
  /** Whether boxes the detectors outvoted are shown, too. */
  readonly tentative: boolean
  /** The least width and height of a box, in pixels. */
  readonly minSize: number
}

/**
 * Every box of at least 8 x 8 pixels. A tentative box is included: a face found in it speaks for it, and it may be
 * confirmed by the next answer. In fewer than 8 x 8 pixels no service finds anything but noise.
 */
export const defaults: Options = { tentative: true, minSize: 8 }

/** The crops of the boxes that the services of the catalog wish for. */
export const plan = (
  boxes: ReadonlyArray<MergedBox>,
  catalog: ServiceCatalog,
  options: Options = defaults
): EnrichmentPlan => {
  const wishes = catalog.filter((service) => service.crops !== undefined).toSorted(byName)
  return boxes
    .filter((box) => isWorthACrop(box, options))
    .flatMap((box) =>
      wishes
        .filter((service) => wants(service, box))
        .map((service) => ({ boxId: box.id, service: service.id, box: box.box }))
    )
}

/** The part of a plan that has no answer yet, or is to be answered again. An answer is an answer also when it is a failure. */
export const missing = (
  self: EnrichmentPlan,
  crops: ReadonlyArray<Pick<CropResult, "boxId" | "service" | "isRenewed">>
): EnrichmentPlan => {
  const answered = new Set(crops.filter(({ isRenewed }) => isRenewed !== true).map(nameOf))
  return self.filter((planned) => !answered.has(nameOf(planned)))
}

/** Of services that still owe an answer about an image, those that may move its boxes with it. */
export const movers = (owing: ReadonlyArray<ServiceId>, catalog: ServiceCatalog): ReadonlyArray<ServiceId> =>
  catalog.filter(({ id, kind }) => kind === "spatial" && owing.includes(id)).map(({ id }) => id)

const byName = Order.mapInput(Order.String, (service: Service): string => service.id)

const isWorthACrop = ({ box, status }: MergedBox, { minSize, tentative }: Options): boolean =>
  (tentative || status === "confirmed") && box.width >= minSize && box.height >= minSize

const wants = ({ crops }: Service, { box, concept, evidence }: MergedBox): boolean => {
  if (crops === undefined) return false
  if (typeof crops === "string" || Array.isArray(crops)) return isNamed(crops, concept)
  const { labels = "all", minConfidence = 0, minSize = 0 } = crops as Extract<CropWish, { readonly minSize?: number }>
  return isNamed(labels, concept) && evidence >= minConfidence && Math.min(box.width, box.height) >= minSize
}

const isNamed = (labels: "all" | "person" | ReadonlyArray<string>, concept: ConceptName): boolean => {
  if (labels === "all") return true
  if (labels === "person") return Concept.isPerson(concept)
  return labels.some((label) => Concept.ofLabel(label) === concept)
}

/** A service name has no space, so different pairs have different names. */
const nameOf = ({ boxId, service }: Pick<CropResult, "boxId" | "service">): string => `${service} ${boxId}`
