/** The state of services and stages, from what their surroundings say about them. */
import { Option } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { hintQueue } from "../../domain/Messages.ts"
import * as Agreement from "../../domain/catalog/Agreement.ts"
import type {
  AwayState,
  OtherCatalog,
  PipelineProgress,
  QueueState,
  ServiceState,
  StageState,
  WithdrawnService
} from "../../domain/PipelineState.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { type Stage, stages } from "../../domain/Staleness.ts"
import type { Pause, StepName } from "../../domain/StepName.ts"
import type { Worker } from "../../domain/Worker.ts"
import type { Counts, Pace as Answers, Waits } from "../../services/Progress.ts"
import * as Tuning from "../../domain/Tuning.ts"
import type { QueueStatistics } from "../../services/MessageBroker.ts"
import * as Pace from "./Pace.ts"

/** What can be seen of the pipeline from outside. */
export interface Sight {
  readonly progress: Counts
  readonly answers: Answers
  readonly waits: Waits
  /** By name; none for a queue that could not be asked about. */
  readonly queues: ReadonlyMap<string, Option.Option<QueueStatistics>>
  readonly pauses: ReadonlyArray<Pause>
  readonly tunings: ReadonlyMap<ServiceId, Tuning.Tuning>
  readonly workers: ReadonlyArray<Worker>
  readonly health: ReadonlyMap<ServiceId, ServiceState["health"]>
}

/** Intervals of the pace that a rate looks back on. */
const lookBack = 6

/** The state of a service. */
export const serviceState = (service: ServiceCatalog.Service, sight: Sight): ServiceState => {
  const { answers, health, progress, waits } = sight
  const counts = progress.services.find((counts) => counts.service === service.id)
  const { failed = 0, failedCrops = 0, requested = 0, succeeded = 0 } = counts ?? {}
  const history = answers.services.get(service.id) ?? []
  const waiting = counts === undefined ? 0 : owed(counts)
  return {
    service: service.id,
    kind: service.kind,
    tuning: sight.tunings.get(service.id) ?? Tuning.untuned,
    health: health.get(service.id) ?? "unknown",
    requested,
    succeeded,
    failed,
    failedCrops,
    history,
    breakers: sight.workers.filter(({ isAlive }) => isAlive).flatMap((worker) => breakersOf(service.id, worker)),
    ...stepState(service.id, service.queue, waiting, rateOf(history, answers.seconds), sight),
    ...since(waits.services.get(service.id))
  }
}

/** Where the programs that are alive cannot read pictures from: as the first of them says that looks again. */
export const awayState = ({ workers }: Pick<Sight, "workers">): ReadonlyArray<AwayState> => {
  const told = workers
    .filter(({ isAlive }) => isAlive)
    .flatMap(({ away, workerId }) => away.map((source) => ({ ...source, workerId })))
    .toSorted((a, b) => a.nextProbe.getTime() - b.nextProbe.getTime())
  return [...new Set(told.map(({ source }) => source))].sort().map((source) => {
    const all = told.filter((other) => other.source === source)
    const { nextProbe, reason } = all[0]!
    const [since] = all.flatMap(({ since }) => since ?? []).sort((a, b) => a.getTime() - b.getTime())
    return { source, reason, nextProbe, ...(since && { since }), workers: all.map(({ workerId }) => workerId).sort() }
  })
}

/** Services that are not in the catalog and still owe answers, or have messages in their queues. */
export const withdrawn = (
  catalog: ServiceCatalog.ServiceCatalog,
  { progress, queues }: Pick<Sight, "progress" | "queues">
) =>
  unlisted(catalog, progress).flatMap((counts): ReadonlyArray<WithdrawnService> => {
    const queue = usualQueue(counts.service)
    const statistics = Option.flatten(Option.fromUndefinedOr(queues.get(queue)))
    const queued = Option.match(statistics, { onNone: () => 0, onSome: ({ delayed, ready }) => delayed + ready })
    const still = owed(counts)
    return still + queued === 0 ? [] : [{ service: counts.service, owed: still, queue, queued }]
  })

/** The queue of a service that names none of its own. */
export const usualQueue = (service: ServiceId): string => `queue_${service}`

/** What was counted of services that are not in the catalog. */
export const unlisted = (catalog: ServiceCatalog.ServiceCatalog, { services }: Pick<Counts, "services">) =>
  services.filter(({ service }) => ServiceCatalog.find(catalog, service) === undefined)

/** Programs that are alive and work with another catalog. */
export const otherCatalogs = (catalog: ServiceCatalog.ServiceCatalog, { workers }: Pick<Sight, "workers">) => {
  const own = Agreement.printOf(catalog)
  return workers.flatMap(({ catalog, isAlive, workerId }): ReadonlyArray<OtherCatalog> => {
    const difference = isAlive && catalog !== undefined ? Agreement.difference(own, catalog) : undefined
    return difference === undefined ? [] : [{ workerId, ...difference }]
  })
}

/** The state of a stage. */
export const stageState = (stage: Stage, sight: Sight): StageState => {
  const { progress, waits } = sight
  const rate = activitiesOf(stage, sight).reduce((sum, activity) => sum + activity.rate, 0)
  return {
    stage,
    done: progress.answered - progress.stale[stage],
    ...stepState(stage, hintQueue[stage], progress.stale[stage], rate, sight),
    ...since(waits.stages.get(stage))
  }
}

/** Services that give no answers now, and the images that are done or lack only what these owe. */
export interface Without {
  readonly halted: ReadonlyArray<ServiceId>
  readonly done: number
}

/** Every service gives answers, as far as is known. */
export const withAll = ({ done }: Pick<Counts, "done">): Without => ({ halted: [], done })

/** What images and answers were counted at earlier times. */
export interface Paces {
  /** Without which services the images were counted. */
  readonly halted: ReadonlyArray<ServiceId>
  readonly images: Pace.Pace
  readonly services: ReadonlyMap<ServiceId, Pace.Pace>
}

export const noPaces: Paces = { halted: [], images: [], services: new Map() }

/** Remembers what was counted, for rates to come. Images that are counted without other services are counted anew. */
export const paced = (self: Paces, { services }: Counts, { done, halted }: Without, at: number): Paces => ({
  halted,
  images: Pace.sample(halted.join() === self.halted.join() ? self.images : [], at, done),
  services: new Map(
    services.map((counts) => [
      counts.service,
      Pace.sample(self.services.get(counts.service) ?? [], at, answered(counts))
    ])
  )
})

/** How far the images are, and how fast that grows as far as the paces tell. */
export const progressState = (
  progress: Counts,
  without: Without,
  paces: Paces,
  at: number
): Omit<PipelineProgress, "at" | "groups"> => {
  const { boxes, crops, done, images, stale } = progress
  const { halted } = without
  const rate = Pace.perSecond(paces.images, at, without.done)
  const services = progress.services.map((counts) => ({
    ...counts,
    ...rateIfKnown(Pace.perSecond(paces.services.get(counts.service) ?? [], at, answered(counts)))
  }))
  const busy = services.filter((counts) => owed(counts) > 0 && !halted.includes(counts.service))
  const times = busy.map((counts) => Pace.secondsFor(owed(counts), counts.rate))
  return {
    images,
    done,
    halted,
    doneWithoutHalted: without.done,
    ...rateIfKnown(rate),
    ...(busy.length > 0 && without.done < images ? etaIfKnown(latest(times)) : etaOf(images - without.done, rate)),
    boxes,
    crops,
    services,
    stages: stages.map((stage) => ({ stage, waiting: stale[stage] }))
  }
}

type ServiceCounts = Counts["services"][number]

/** Answers that were requested about whole images, and how many of them are given. */
export const answers = ({ services }: Pick<Counts, "services">) => ({
  requested: services.reduce((sum, { requested }) => sum + requested, 0),
  given: services.reduce((sum, counts) => sum + Math.min(counts.requested, answered(counts)), 0)
})

/** Answers a service has given. */
export const answered = ({ failed, succeeded }: ServiceCounts): number => succeeded + failed
/** Failed answers a service has given, about images and about crops of them. */
export const failures = ({ failed, failedCrops }: Pick<ServiceCounts, "failed" | "failedCrops">): number =>
  failed + failedCrops

/** Answers a service still owes. */
export const owed = (self: ServiceCounts): number => Math.max(0, self.requested - answered(self))

/** When the last is ready; `undefined` when that of one cannot be told. */
const latest = (seconds: ReadonlyArray<number | undefined>): number | undefined =>
  seconds.reduce((most, next) => (most === undefined || next === undefined ? undefined : Math.max(most, next)), 0)

const rateIfKnown = (rate: number | undefined) => (rate === undefined ? {} : { rate })

const stepState = (step: StepName, queue: string, waiting: number, rate: number, sight: Sight) => {
  const activities = activitiesOf(step, sight)
  const pause = sight.pauses.find((pause) => pause.step === step)
  return {
    queue: queueState(queue, step, sight),
    waiting,
    inFlight: activities.reduce((sum, activity) => sum + activity.inFlight, 0),
    workers: activities.length,
    rate,
    ...etaOf(waiting, rate),
    ...(pause === undefined ? {} : { paused: pause })
  }
}

/** What the programs that are alive do for a step. */
const activitiesOf = (step: StepName, { workers }: Sight) =>
  workers
    .filter(({ isAlive }) => isAlive)
    .flatMap(({ activities, workerId }) =>
      activities.filter((activity) => activity.step === step).map((activity) => ({ ...activity, workerId }))
    )

/** What a program says about leaving a service alone, for whole images or for crops. */
const breakersOf = (service: ServiceId, { activities, workerId }: Worker): ServiceState["breakers"] =>
  activities.flatMap(({ breaker, leftAlone = [], step }) => [
    ...(breaker === undefined || step !== service ? [] : [{ workerId, on: "image" as const, ...breaker }]),
    ...leftAlone
      .filter((other) => other.service === service)
      .map(({ nextProbe, reason, since }) => ({
        workerId,
        on: "crops" as const,
        reason,
        nextProbe,
        ...(since === undefined ? {} : { since })
      }))
  ])

/** What waits for a delay is known to the programs that sent it there. */
const queueState = (name: string, step: StepName, sight: Sight): QueueState => {
  const statistics = Option.flatten(Option.fromUndefinedOr(sight.queues.get(name)))
  if (Option.isNone(statistics)) return { name }
  const sent = activitiesOf(step, sight).reduce((sum, { delayed }) => sum + (delayed?.count ?? 0), 0)
  return { name, statistics: { ...statistics.value, delayed: Math.max(statistics.value.delayed, sent) } }
}

/** Answers per second in the latest intervals, from the first one with answers. */
const rateOf = (history: ReadonlyArray<number>, seconds: number): number => {
  const latest = history.slice(-lookBack)
  const begin = latest.findIndex((count) => count > 0)
  return begin === -1 ? 0 : latest.reduce((sum, count) => sum + count, 0) / ((latest.length - begin) * seconds)
}

const etaOf = (waiting: number, rate: number | undefined): { readonly eta?: number } =>
  etaIfKnown(waiting === 0 ? 0 : Pace.secondsFor(waiting, rate))

const etaIfKnown = (eta: number | undefined): { readonly eta?: number } => (eta === undefined ? {} : { eta })

const since = (oldest: Date | undefined): { readonly oldest?: Date } => (oldest === undefined ? {} : { oldest })
