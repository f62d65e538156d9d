/** The recorded facts of an image, read: every reply decoded once and given the service it came from. */
import { Order, Result } from "effect"
import type { ImageBox } from "./BoundingBox.ts"
import * as Selection from "./catalog/Selection.ts"
import * as Concept from "./Concept.ts"
import type { FailureClass, ImageFacts } from "./Facts.ts"
import type { BoxId, Concept as ConceptName, ServiceId } from "./Identifiers.ts"
import * as Reply from "./Reply.ts"
import type { Service, ServiceCatalog } from "./ServiceCatalog.ts"
import * as Catalog from "./ServiceCatalog.ts"
import * as Vocabulary from "./Vocabulary.ts"

/** What a service said about the whole image. */
export interface ImageReply {
  readonly service: Service
  readonly reply: Reply.Reply
}

/** What a service said about the crop of a box. `region` is what was cut, in image pixels. */
export interface CropReply extends ImageReply {
  readonly boxId: BoxId
  readonly region: ImageBox
}

/** A service whose work on the whole image failed. It reported nothing, which is not the same as nothing seen. */
export interface FailedService {
  readonly service: ServiceId
  readonly class: FailureClass
  readonly reason: string
}

/** A prediction, or with index `-1` several or a whole reply, set aside, and why. */
export interface ObservationDiagnostic extends Reply.Diagnostic {
  readonly service: ServiceId
  /** The box whose crop it is about; absent for the whole image. */
  readonly boxId?: BoxId
}

/** Everything the services said about an image, as far as they have answered. */
export interface Observation {
  /** One entry per service, in name order. */
  readonly image: ReadonlyArray<ImageReply>
  /** One entry per box and service, in the order of their names. */
  readonly crops: ReadonlyArray<CropReply>
  /** In name order. */
  readonly failed: ReadonlyArray<FailedService>
  readonly diagnostics: ReadonlyArray<ObservationDiagnostic>
  /** Seconds the services say they took for the whole image, together. */
  readonly processingTime: number
}

/**
 * Reads the facts of an image. The order in which they are listed has no influence.
 *
 * A reply that is none is a failure of its service. An answer of a service that the catalog does not list is left out
 * with a diagnostic: it is not known what it is evidence of.
 */
export const observe = (facts: ImageFacts, catalog: ServiceCatalog): Observation => {
  const image: Array<ImageReply> = []
  const crops: Array<CropReply> = []
  const failed: Array<FailedService> = []
  const diagnostics: Array<ObservationDiagnostic> = []
  let processingTime = 0

  for (const { service: id, outcome } of facts.results.toSorted(byService)) {
    if (outcome._tag === "Failure") {
      failed.push({ service: id, class: outcome.class, reason: outcome.reason })
      continue
    }
    const service = Catalog.find(catalog, id)
    if (service === undefined) {
      diagnostics.push({ service: id, index: -1, problem: notListed })
      continue
    }
    const reply = replyOf(outcome.data, service)
    if (Result.isFailure(reply)) {
      failed.push({ service: id, class: failureClass[reply.failure._tag], reason: reply.failure.message })
      continue
    }
    image.push({ service, reply: reply.success })
    for (const diagnostic of reply.success.diagnostics) diagnostics.push({ ...diagnostic, service: id })
    processingTime += Math.min(outcome.processingTime ?? 0, longestTime)
  }

  for (const { boxId, service: id, region, outcome } of facts.crops.toSorted(byBox)) {
    if (outcome._tag === "Failure") continue
    const service = Catalog.find(catalog, id)
    if (service === undefined) {
      diagnostics.push({ service: id, boxId, index: -1, problem: notListed })
      continue
    }
    const reply = replyOf(outcome.data, service)
    if (Result.isFailure(reply)) {
      diagnostics.push({ service: id, boxId, index: -1, problem: reply.failure.message })
      continue
    }
    crops.push({ service, boxId, region, reply: reply.success })
    for (const diagnostic of reply.success.diagnostics) diagnostics.push({ ...diagnostic, service: id, boxId })
  }
  return { image, crops, failed, diagnostics, processingTime }
}

/** The concepts a service is able to name; `undefined` when it can name anything. */
export const vocabularyOf = ({ selection, vocabulary }: Service): ReadonlySet<ConceptName> | undefined => {
  const known = vocabulary === undefined || vocabulary === "coco80" ? vocabulary : conceptsOf(vocabulary)
  const kept = selection.labels?.keep
  if (kept === undefined) return known === "coco80" ? Vocabulary.coco80 : known
  const named = conceptsOf(kept)
  return known === undefined
    ? named
    : new Set([...named].filter((concept) => (known === "coco80" ? Vocabulary.coco80 : known).has(concept)))
}

const conceptsOf = (labels: ReadonlyArray<string>): ReadonlySet<ConceptName> =>
  new Set(labels.map(Concept.ofLabel).filter((concept) => concept !== undefined))

/** Seconds in a year. More is no measurement, and sums of such numbers would leave the range of JSON. */
const longestTime = 31_536_000

/**
 * What counts of the reply of a service. One that is less sure than it has to be saw nothing; what may not be named, or was
 * one too many, it abstains from.
 */
const replyOf = (data: unknown, { kind, selection }: Service) =>
  Result.map(Reply.decode(data, kind), (reply): Reply.Reply => {
    if (Selection.isEverything(selection)) return reply
    const { predictions, surplus } = Selection.select(selection, reply.predictions)
    if (reply.unread === "anything") return { ...reply, predictions }
    const unread = new Set([...(reply.unread ?? []), ...Selection.dropped(selection), ...surplus])
    return { ...reply, predictions, ...(unread.size === 0 ? {} : { unread }) }
  })

const failureClass = { ServiceError: "refused", Unreadable: "unreadable-reply" } as const

const notListed = "The service is not in the service catalog"

const byService = Order.mapInput(Order.String, (self: { readonly service: ServiceId }): string => self.service)

const byBox = Order.combine(
  Order.mapInput(Order.String, (self: { readonly boxId: BoxId; readonly service: ServiceId }): string => self.boxId),
  byService
)
