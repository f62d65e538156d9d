/**
 * Who votes, dissents and abstains.
 *
 * Every service that reported is one of the three about each concept. Who can name a concept, looked at the whole image
 * and did not name it dissents. The others have no say: describers (colors, metadata), specialists (a text reader says
 * nothing about horses), services whose vocabulary lacks the concept, those that may have named it in words that could not
 * be read, and those that saw crops only.
 */
import type { Concept, ServiceId } from "../Identifiers.ts"
import { type Observation, vocabularyOf } from "../Observation.ts"
import type { Reply } from "../Reply.ts"
import type { Service } from "../ServiceCatalog.ts"

/** A service that reported. */
export interface Reporter {
  readonly service: ServiceId
  /** Whether its silence counts against a concept it can name. */
  readonly answerable: boolean
  readonly vocabulary: ReadonlySet<Concept> | undefined
  /** What it said that does not count; about that its silence says nothing. */
  readonly unread: Reply["unread"]
}

/** The services that reported about the image or about a crop of it, in name order. */
export const reportersOf = (observation: Observation): ReadonlyArray<Reporter> => {
  const reporters = new Map<ServiceId, Reporter>()
  for (const { reply, service } of observation.image) {
    reporters.set(service.id, {
      service: service.id,
      answerable: seesEverything(service),
      vocabulary: vocabularyOf(service),
      unread: reply.unread
    })
  }
  for (const { service } of observation.crops) {
    if (reporters.has(service.id)) continue
    reporters.set(service.id, { service: service.id, answerable: false, vocabulary: undefined, unread: undefined })
  }
  return [...reporters.values()].sort((a, b) => (a.service < b.service ? -1 : 1))
}

/** The reporters that did not vote, parted into those whose silence counts against the concept and those without a say. */
export const silent = (
  reporters: ReadonlyArray<Reporter>,
  concept: Concept,
  voters: ReadonlySet<ServiceId>
): { readonly dissenters: ReadonlyArray<ServiceId>; readonly abstainers: ReadonlyArray<ServiceId> } => {
  const dissenters: Array<ServiceId> = []
  const abstainers: Array<ServiceId> = []
  for (const { answerable, service, unread, vocabulary } of reporters) {
    if (voters.has(service)) continue
    const isUnderstood = unread === undefined || (unread !== "anything" && !unread.has(concept))
    if (answerable && isUnderstood && (vocabulary === undefined || vocabulary.has(concept))) dissenters.push(service)
    else abstainers.push(service)
  }
  return { dissenters, abstainers }
}

const seesEverything = ({ kind }: Service): boolean =>
  kind === "spatial" || kind === "semantic" || kind === "classification"
