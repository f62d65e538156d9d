/** The services that have reported, and who of them could have seen what. */
import type { HarmonizationInput, RejectedDetection, Reporter } from "../Harmonization.ts"
import type { Concept, ServiceId } from "../Identifiers.ts"
import type { Offsets } from "./Alignment.ts"

/** One entry per service that reported or has a detection, in name order. */
export type Panel = ReadonlyMap<ServiceId, Profile>

/** What matters of a reporter. */
interface Profile {
  readonly trust: number
  /** `undefined`: the service can name anything. */
  readonly vocabulary: ReadonlySet<Concept> | undefined
  readonly unread: ReadonlySet<Concept> | "anything" | undefined
  readonly align: Offsets | undefined
}

/**
 * The services of an image. A service that is listed twice counts once, with the lower trust, the larger vocabulary and
 * all that could not be read; it is not aligned. One with detections has reported, listed or not. A trust that is no
 * number in `[0, 1]` is `1`: nothing is known.
 */
export const panelOf = (input: HarmonizationInput): Panel => {
  const profiles = new Map<ServiceId, Profile>()
  for (const reporter of input.reporters) {
    const known = profiles.get(reporter.service)
    const profile = profileOf(reporter)
    profiles.set(reporter.service, known === undefined ? profile : join(known, profile))
  }
  for (const { service } of input.detections) {
    if (!profiles.has(service)) profiles.set(service, unlisted)
  }
  return new Map([...profiles].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The panel when these detections do not count: what a service named in them it is not silent about. */
export const withUnread = (self: Panel, setAside: ReadonlyArray<RejectedDetection>): Panel => {
  if (setAside.length === 0) return self
  const panel = new Map(self)
  const concepts = new Map<ServiceId, Set<Concept>>()
  for (const { detection } of setAside) {
    const known = concepts.get(detection.service)
    if (known === undefined) concepts.set(detection.service, new Set([detection.concept]))
    else known.add(detection.concept)
  }
  for (const [service, unread] of concepts) {
    const profile = self.get(service)!
    panel.set(service, { ...profile, unread: bothUnread(profile.unread, unread) })
  }
  return panel
}

/** The weight of the service's word in `[0, 1]`. */
export const trustOf = (self: Panel, service: ServiceId): number => self.get(service)?.trust ?? 1

/** How the service's boxes are moved; `undefined` when they stay. */
export const alignOf = (self: Panel, service: ServiceId): Offsets | undefined => self.get(service)?.align

/** Whether the boxes of any service are moved. */
export const isAligned = (self: Panel): boolean => {
  for (const { align } of self.values()) if (align !== undefined) return true
  return false
}

/** The sum of the trust of some services. */
export const totalTrust = (self: Panel, services: ReadonlyArray<ServiceId>): number => {
  let sum = 0
  for (const service of services) sum += trustOf(self, service)
  return sum
}

/** The second-highest trust among some services; `0` when there is one alone. */
export const secondTrust = (self: Panel, services: ReadonlyArray<ServiceId>): number => {
  let first = 0
  let second = 0
  for (const service of services) {
    const trust = trustOf(self, service)
    second = Math.max(second, Math.min(first, trust))
    first = Math.max(first, trust)
  }
  return second
}

/** How the services that are not among a box's voters stand to its concept, each list in name order. */
export interface Silent {
  /** They could have named it and did not. */
  readonly dissenters: ReadonlyArray<ServiceId>
  /** They said something that does not count and may have named it. */
  readonly unread: ReadonlyArray<ServiceId>
}

/** Tells who dissents from who abstains. A service whose vocabulary lacks the concept is in neither list. */
export const silentOn = (self: Panel, concept: Concept, voters: ReadonlyArray<ServiceId>): Silent => {
  const dissenters: Array<ServiceId> = []
  const silent: Array<ServiceId> = []
  for (const [service, { unread, vocabulary }] of self) {
    if (!(vocabulary === undefined || vocabulary.has(concept)) || voters.includes(service)) continue
    if (unread !== undefined && (unread === "anything" || unread.has(concept))) silent.push(service)
    else dissenters.push(service)
  }
  return { dissenters, unread: silent }
}

const unlisted: Profile = { trust: 1, vocabulary: undefined, unread: undefined, align: undefined }

const profileOf = ({ align, trust = 1, unread, vocabulary }: Reporter): Profile => ({
  trust: trust >= 0 && trust <= 1 ? trust : 1,
  vocabulary,
  unread,
  align
})

const join = (a: Profile, b: Profile): Profile => ({
  trust: Math.min(a.trust, b.trust),
  vocabulary:
    a.vocabulary === undefined || b.vocabulary === undefined ? undefined : new Set([...a.vocabulary, ...b.vocabulary]),
  unread: bothUnread(a.unread, b.unread),
  align: undefined
})

const bothUnread = (a: Profile["unread"], b: Profile["unread"]): Profile["unread"] => {
  if (a === "anything" || b === "anything") return "anything"
  return a === undefined ? b : b === undefined ? a : new Set([...a, ...b])
}
