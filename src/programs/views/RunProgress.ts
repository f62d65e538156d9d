/**
 * How a run is going, as far as its events and the store's counts tell.
 *
 * A fold: `start`, then `step` for every event and `observe` for every count of the store, in the order in which they
 * come. The store is right; events only fill the time between two counts. All times (`at`) are milliseconds of one clock
 * that never goes back.
 */
import { HashMap, Option } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { Stage } from "../../domain/Staleness.ts"
import type { Progress } from "../../services/ResultStore.ts"
import * as Moment from "./Moment.ts"
import * as Pace from "./Pace.ts"

/** How far one service is with whole images. */
export interface ServiceProgress {
  readonly service: ServiceId
  readonly requested: number
  readonly succeeded: number
  readonly failed: number
  /** Why the service could not answer the last time it was asked; `undefined` since it answered again. */
  readonly postponed: string | undefined
  readonly pace: Pace.Pace
}

export interface RunProgress {
  readonly at: number
  readonly filenames: ReadonlyMap<ImageId, string>
  readonly images: number
  readonly done: number
  readonly services: ReadonlyArray<ServiceProgress>
  readonly stale: Readonly<Record<Stage, number>>
  readonly boxes: number
  /** What happened since the start: images harmonized for the first time, later improvements, votes counted. */
  readonly harmonized: number
  readonly reharmonized: number
  readonly voted: number
  /** Answers about crops since the start, by service, and how many of them were failures. */
  readonly crops: ReadonlyMap<ServiceId, number>
  readonly failedCrops: number
  /** The latest moments, oldest first, and how many there have been. */
  readonly moments: ReadonlyArray<Moment.Moment>
  readonly momentCount: number
  readonly latest: HashMap.HashMap<ImageId, Moment.Harmonized>
  readonly pace: Pace.Pace
}

/** The state before anything happened; `progress` counts what earlier runs have done. */
export const start = (options: {
  readonly at: number
  readonly filenames: ReadonlyMap<ImageId, string>
  readonly progress: Progress
}): RunProgress =>
  paced({
    at: options.at,
    filenames: options.filenames,
    images: options.progress.images,
    done: options.progress.done,
    services: options.progress.services.map((service) => ({ ...service, postponed: undefined, pace: [] })),
    stale: options.progress.stale,
    boxes: options.progress.boxes,
    harmonized: 0,
    reharmonized: 0,
    voted: 0,
    crops: new Map(),
    failedCrops: 0,
    moments: [],
    momentCount: 0,
    latest: HashMap.empty(),
    pace: []
  })

/** The state after an event. */
export const step = (self: RunProgress, event: PipelineEvent, at: number): RunProgress =>
  paced({ ...applied(self, event), at })

/** The state after the store was asked for its counts. */
export const observe = (self: RunProgress, progress: Progress, at: number): RunProgress =>
  paced({
    ...self,
    at,
    images: progress.images,
    done: progress.done,
    stale: progress.stale,
    boxes: progress.boxes,
    services: progress.services.map((counts) => ({
      postponed: undefined,
      pace: [],
      ...self.services.find(({ service }) => service === counts.service),
      ...counts
    }))
  })

/** Answers a service has given. */
export const answered = (self: ServiceProgress): number => self.succeeded + self.failed

/** Answers a service still owes. */
export const waiting = (self: ServiceProgress): number => Math.max(0, self.requested - answered(self))

/** Images completed per second, lately; `undefined` until there is a second to look back on. */
export const imageRate = (self: RunProgress): number | undefined => Pace.perSecond(self.pace, self.at, self.done)

/** Answers of a service per second, lately; `undefined` until there is a second to look back on. */
export const serviceRate = (self: RunProgress, service: ServiceProgress): number | undefined =>
  Pace.perSecond(service.pace, self.at, answered(service))

/**
 * Seconds until every image is done, if all goes on as it does now: what the slowest service needs, then, when nothing is
 * owed any more, what the remaining images need. `undefined` when that cannot be told.
 */
export const secondsLeft = (self: RunProgress): number | undefined => {
  if (self.done >= self.images) return 0
  const busy = self.services.filter((service) => waiting(service) > 0)
  if (busy.length === 0) return Pace.secondsFor(self.images - self.done, imageRate(self))
  const each = busy.map((service) => Pace.secondsFor(waiting(service), serviceRate(self, service)))
  return each.reduce((most, next) => (most === undefined || next === undefined ? undefined : Math.max(most, next)), 0)
}

const applied = (self: RunProgress, event: PipelineEvent): RunProgress => {
  switch (event._tag) {
    case "Answered": {
      const counted = withService(self, event.service, (service) =>
        answered(service) >= service.requested
          ? { ...service, postponed: undefined }
          : {
              ...service,
              succeeded: service.succeeded + (event.succeeded ? 1 : 0),
              failed: service.failed + (event.succeeded ? 0 : 1),
              postponed: undefined
            }
      )
      return event.succeeded ? counted : withMoment(counted, Moment.ofFailure(filename(self, event.imageId), event))
    }
    case "Postponed":
      return withService(self, event.service, (service) => ({ ...service, postponed: event.reason }))
    case "Harmonized":
      return withBoxes(self, event)
    case "Voted":
      return { ...self, voted: self.voted + 1 }
    case "Enriched": {
      const counted = {
        ...self,
        crops: new Map(self.crops).set(event.service, (self.crops.get(event.service) ?? 0) + 1),
        failedCrops: self.failedCrops + (event.succeeded ? 0 : 1)
      }
      return event.succeeded ? counted : withMoment(counted, Moment.ofFailure(filename(self, event.imageId), event))
    }
  }
}

/** An event that a later derivation of the same image has overtaken is only counted. */
const withBoxes = (self: RunProgress, event: Moment.Harmonized): RunProgress => {
  const before = Option.getOrUndefined(HashMap.get(self.latest, event.imageId))
  if (before === undefined) {
    const first = { ...self, harmonized: self.harmonized + 1, latest: HashMap.set(self.latest, event.imageId, event) }
    return withMoment(first, Moment.ofBoxes(filename(self, event.imageId), event, undefined))
  }
  const again = { ...self, reharmonized: self.reharmonized + 1 }
  if (event.revision < before.revision) return again
  const latest = { ...again, latest: HashMap.set(self.latest, event.imageId, event) }
  return event.changed ? withMoment(latest, Moment.ofBoxes(filename(self, event.imageId), event, before)) : latest
}

const withService = (
  self: RunProgress,
  id: ServiceId,
  change: (service: ServiceProgress) => ServiceProgress
): RunProgress => ({
  ...self,
  services: self.services.map((service) => (service.service === id ? change(service) : service))
})

/** More than any display shows at once; what is older is forgotten. */
const remembered = 50

const withMoment = (self: RunProgress, moment: Moment.Moment): RunProgress => ({
  ...self,
  moments: [...self.moments, moment].slice(-remembered),
  momentCount: self.momentCount + 1
})

const filename = (self: RunProgress, imageId: ImageId): string => self.filenames.get(imageId) ?? `image ${imageId}`

const paced = (self: RunProgress): RunProgress => ({
  ...self,
  pace: Pace.sample(self.pace, self.at, self.done),
  services: self.services.map((service) => ({
    ...service,
    pace: Pace.sample(service.pace, self.at, answered(service))
  }))
})
