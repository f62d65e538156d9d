/** The services that have reported, and who of them could have seen what. */
import type { HarmonizationInput, Reporter } from "../Harmonization.ts"
import type { Concept, ServiceId } from "../Identifiers.ts"

/** One entry per service that reported or has a detection, in name order. */
export type Panel = ReadonlyMap<ServiceId, Member>

interface Member {
  readonly trust: number
  /** `undefined`: the service can name anything. */
  readonly vocabulary: ReadonlySet<Concept> | undefined
}

/**
 * The services of an image. A service that is listed twice counts once, with the lower trust and the larger vocabulary;
 * one with detections has reported, listed or not. A trust that is no number in `[0, 1]` is `1`: nothing is known.
 */
export const panelOf = (input: HarmonizationInput): Panel => {
  const members = new Map<ServiceId, Member>()
  for (const reporter of input.reporters) {
    const known = members.get(reporter.service)
    const member = memberOf(reporter)
    members.set(reporter.service, known === undefined ? member : join(known, member))
  }
  for (const { service } of input.detections) {
    if (!members.has(service)) members.set(service, { trust: 1, vocabulary: undefined })
  }
  return new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The weight of the service's word in `[0, 1]`. */
export const trustOf = (self: Panel, service: ServiceId): number => self.get(service)?.trust ?? 1

/** The services that could have named the concept and are not among its voters, in name order. */
export const dissentersOf = (self: Panel, concept: Concept, voters: ReadonlyArray<ServiceId>): Array<ServiceId> => {
  const dissenters: Array<ServiceId> = []
  for (const [service, { vocabulary }] of self) {
    if ((vocabulary === undefined || vocabulary.has(concept)) && !voters.includes(service)) dissenters.push(service)
  }
  return dissenters
}

const memberOf = ({ trust = 1, vocabulary }: Reporter): Member => ({
  trust: trust >= 0 && trust <= 1 ? trust : 1,
  vocabulary
})

const join = (a: Member, b: Member): Member => ({
  trust: Math.min(a.trust, b.trust),
  vocabulary:
    a.vocabulary === undefined || b.vocabulary === undefined ? undefined : new Set([...a.vocabulary, ...b.vocabulary])
})
