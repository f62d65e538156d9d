/**
 * Everything that is derived from the recorded facts of an image.
 *
 * Each function recomputes from the facts alone, also what another one uses: the consensus never depends on stored boxes,
 * and no order of runs or arrivals can show. Deriving after every answer is deriving once with what is known by then.
 */
import { Order } from "effect"
import * as Selection from "./catalog/Selection.ts"
import * as Consensus from "./Consensus.ts"
import * as Enrichment from "./Enrichment.ts"
import * as EnrichmentPlan from "./EnrichmentPlan.ts"
import type { Detection } from "./Detection.ts"
import type { ImageFacts, ServiceResult } from "./Facts.ts"
import { type HarmonizationInput, type Strategy, strategyKey } from "./Harmonization.ts"
import type { ServiceId } from "./Identifiers.ts"
import { edges } from "./harmonization/Alignment.ts"
import * as MergedBox from "./MergedBox.ts"
import { observe, type Observation, vocabularyOf } from "./Observation.ts"
import * as Reply from "./Reply.ts"
import type { Service, ServiceCatalog } from "./ServiceCatalog.ts"
import * as Staleness from "./Staleness.ts"
import { fingerprint } from "./vocabulary/Fingerprint.ts"
import * as Vocabulary from "./Vocabulary.ts"

export { observe }
export type { Observation }

/** What a strategy is given: the detections of the whole image, and every detector that answered, if only with nothing. */
export const harmonizationInput = (observation: Observation): HarmonizationInput => {
  const detectors = observation.image.filter(({ service }) => service.kind === "spatial")
  return {
    detections: detectors.flatMap(({ reply, service }): ReadonlyArray<Detection> =>
      Reply.detections(reply, service.id)
    ),
    reporters: detectors.map(({ reply, service }) => ({
      service: service.id,
      vocabulary: vocabularyOf(service),
      trust: service.trust,
      unread: reply.unread,
      align: service.align
    }))
  }
}

/** The harmonized boxes with their names, best first, and the detections that are in none of them. */
export const boxes = (observation: Observation, strategy: Strategy): MergedBox.MergedBoxes => {
  const harmonization = strategy.harmonize(harmonizationInput(observation))
  return { boxes: MergedBox.name(harmonization), rejected: harmonization.rejected }
}

/** What all services together say is in the image. `harmonized` are its boxes, where they are derived already. */
export const consensus = (
  observation: Observation,
  strategy: Strategy,
  harmonized: MergedBox.MergedBoxes = boxes(observation, strategy)
): Consensus.Consensus => Consensus.vote(observation, { ...harmonized, algorithm: strategyKey(strategy) })

/** The crops to be shown to services. */
export const plan = (
  observation: Observation,
  strategy: Strategy,
  catalog: ServiceCatalog,
  options?: EnrichmentPlan.Options
): EnrichmentPlan.EnrichmentPlan => EnrichmentPlan.plan(boxes(observation, strategy).boxes, catalog, options)

/** What was learned from crops, in image pixels. */
export const enrichments = (observation: Observation): ReadonlyArray<Enrichment.Enrichment> =>
  observation.crops.map(Enrichment.ofCrop)

/**
 * What each stage derives with, as derived rows store it: a row with another key is stale. A key names all that is
 * configured and may change the outcome: algorithms with their options, how replies are read, the vocabulary, and of each
 * service the trust when that is not full, the vocabulary when that is a list, how its boxes are moved, and which
 * predictions count when not all do. A service more
 * with none of these leaves the keys as they are; where it has answered already, `keysOf` tells.
 * The end of a long key is a fingerprint, for keys are indexed.
 */
export const keys = (
  strategy: Strategy,
  catalog: ServiceCatalog,
  options: EnrichmentPlan.Options = EnrichmentPlan.defaults
): Staleness.Algorithms => {
  const services = catalog.toSorted(byName)
  const particular = services.flatMap(particulars)
  const wishes = services.flatMap(({ crops, id }) => (crops === undefined ? [] : [[id, crops] as const]))
  const versions = [`reply@${Reply.version}`, `vocabulary@${Vocabulary.version}`]
  const harmonize = inShort([strategyKey(strategy), ...versions, ...particular].join(" "))
  const crops = inShort(JSON.stringify({ ...options, ...Object.fromEntries(wishes) }))
  return {
    harmonize,
    consensus: `${Consensus.algorithm} ${harmonize}`,
    enrich: `${EnrichmentPlan.algorithm}${crops} ${harmonize}`,
    services: services.map(({ id }) => id)
  }
}

/** What an image is derived with: the keys name the services whose answers about it are left out. */
export const keysOf = (
  algorithms: Staleness.Algorithms,
  { crops, results }: ImageFacts
): Readonly<Record<Staleness.Stage, string>> => {
  const { consensus, enrich, harmonize, services } = algorithms
  const names = services === undefined ? [] : leftOut([...results, ...crops], services)
  const without = (key: string) => Staleness.without(key, names)
  return { harmonize: without(harmonize), consensus: without(consensus), enrich: without(enrich) }
}

/** The services of answers that are no `services`, by name: nothing is derived from what they said. */
export const leftOut = (
  answers: ReadonlyArray<Pick<ServiceResult, "outcome" | "service">>,
  services: ReadonlyArray<ServiceId>
): ReadonlyArray<ServiceId> => {
  const names = answers.flatMap(({ outcome, service }) =>
    outcome._tag === "Success" && !services.includes(service) ? [service] : []
  )
  return [...new Set(names)].sort()
}

const inShort = (key: string): string => (key.length <= 1000 ? key : `${key.slice(0, 900)}…${fingerprint(key)}`)

const byName = Order.mapInput(Order.String, (service: Service): string => service.id)

const particulars = ({ align, id, selection, trust, vocabulary }: Service): ReadonlyArray<string> => [
  ...(trust === 1 ? [] : [`${id}.trust=${trust}`]),
  ...(Array.isArray(vocabulary) ? [`${id}.vocabulary=${fingerprint(JSON.stringify(vocabulary))}`] : []),
  ...(align === undefined ? [] : [`${id}.align=${edges.map((edge) => align[edge] ?? 0).join(",")}`]),
  ...(Selection.isEverything(selection) ? [] : [`${id}.selection=${fingerprint(JSON.stringify(selection))}`])
]
