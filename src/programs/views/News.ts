/**
 * What happened in a run since it began, as its events tell: what no count says.
 *
 * A fold: `start`, then `step` for every event in the order in which they come.
 */
import { HashMap, Option } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { PipelineEvent } from "../../domain/PipelineEvent.ts"
import * as Moment from "./Moment.ts"

export interface News {
  readonly filenames: ReadonlyMap<ImageId, string>
  /** Why services could not answer the last time they were asked; not of those that answered again. */
  readonly postponed: ReadonlyMap<ServiceId, string>
  /** Images harmonized for the first time, later improvements, votes counted. */
  readonly harmonized: number
  readonly reharmonized: number
  readonly voted: number
  /** Answers about crops, by service. */
  readonly crops: ReadonlyMap<ServiceId, number>
  /** The latest moments, oldest first, and how many there have been. */
  readonly moments: ReadonlyArray<Moment.Moment>
  readonly momentCount: number
  readonly latest: HashMap.HashMap<ImageId, Moment.Harmonized>
}

/** The state before anything happened. `filenames` may grow later. */
export const start = (filenames: ReadonlyMap<ImageId, string>): News => ({
  filenames,
  postponed: new Map(),
  harmonized: 0,
  reharmonized: 0,
  voted: 0,
  crops: new Map(),
  moments: [],
  momentCount: 0,
  latest: HashMap.empty()
})

/** The state after an event. */
export const step = (self: News, event: PipelineEvent): News => {
  switch (event._tag) {
    case "Answered": {
      const postponed = new Map(self.postponed)
      postponed.delete(event.service)
      return withFailure({ ...self, postponed }, event)
    }
    case "Postponed":
      return { ...self, postponed: new Map(self.postponed).set(event.service, event.reason) }
    case "Harmonized":
      return withBoxes(self, event)
    case "Voted":
      return { ...self, voted: self.voted + 1 }
    case "Enriched": {
      const crops = new Map(self.crops).set(event.service, (self.crops.get(event.service) ?? 0) + 1)
      return withFailure({ ...self, crops }, event)
    }
  }
}

/** A failure is a moment; a success is none. */
const withFailure = (self: News, event: Extract<PipelineEvent, { readonly _tag: "Answered" | "Enriched" }>): News =>
  event.succeeded ? self : withMoment(self, Moment.ofFailure(filename(self, event.imageId), event))

/** An event that a later derivation of the same image has overtaken is only counted, one before any detector has answered not at all. */
const withBoxes = (self: News, event: Moment.Harmonized): News => {
  const before = Option.getOrUndefined(HashMap.get(self.latest, event.imageId))
  if (before === undefined) {
    if (event.services.length === 0) return self
    const first = { ...self, harmonized: self.harmonized + 1, latest: HashMap.set(self.latest, event.imageId, event) }
    return withMoment(first, Moment.ofBoxes(filename(self, event.imageId), event, undefined))
  }
  const again = { ...self, reharmonized: self.reharmonized + 1 }
  if (event.revision < before.revision) return again
  const latest = { ...again, latest: HashMap.set(self.latest, event.imageId, event) }
  return event.changed ? withMoment(latest, Moment.ofBoxes(filename(self, event.imageId), event, before)) : latest
}

/** More than any display shows at once; what is older is forgotten. */
const remembered = 50

const withMoment = (self: News, moment: Moment.Moment): News => ({
  ...self,
  moments: [...self.moments, moment].slice(-remembered),
  momentCount: self.momentCount + 1
})

const filename = (self: News, imageId: ImageId): string => self.filenames.get(imageId) ?? `image ${imageId}`
