/**
 * What happens in one simulation, as it follows from its seed: the images, what services say about them, and what fails.
 */
import { Duration, Effect } from "effect"
import * as Random from "#farm/simulated/Random"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import type { Strategy } from "../../src/domain/Harmonization.ts"
import type { ServiceId } from "../../src/domain/Identifiers.ts"
import type { ImageReference } from "../../src/domain/ImageReference.ts"
import { get, type Service, type ServiceCatalog, standard } from "../../src/domain/ServiceCatalog.ts"
import type { Stage } from "../../src/domain/Staleness.ts"
import { type Answer, InferenceError, Refused, Unavailable, UnreadableReply } from "../../src/services/Inference.ts"
import { caption, type Corners, face, label, object, palette, pose, said, serviceId } from "../support/Facts.ts"

export interface Scenario {
  readonly seed: number
  readonly catalog: ServiceCatalog
  readonly strategy: typeof Strategies.defaultStrategy
  readonly images: ReadonlyArray<Picture>
  /** How long crops wait for detectors. */
  readonly cropsWait: Duration.Input
  /** What a service says about a picture, or a crop of one: the same however often it is asked, and whoever asks. */
  readonly says: (service: Service, picture: string) => Effect.Effect<Answer, InferenceError>
  /** Milliseconds a service takes; any when it does not say. */
  readonly takes?: (service: Service) => number
  readonly faults: Faults
  /** When the database cannot be reached, when services cannot, and when the folder of the pictures is away. */
  readonly outages: { readonly store: Outage; readonly service: (service: Service) => Outage; readonly source: Outage }
  /** When the broker loses all that waits in its queues, if ever; in milliseconds. */
  readonly brokerLoss?: number
  /** What people change meanwhile. */
  readonly changes?: Changes
  /** Whether one postprocessor harmonizes and enriches, and the other votes. */
  readonly isApart?: boolean
  /** Lines of the program that are broken, to see that it is noticed. */
  readonly broken?: ReadonlyArray<Broken>
}

/**
 * The sweep finds no owed answers, or no stale facts; no hint reaches a stage; or hints are about another image.
 */
export type Broken = "owed" | "stale" | "astray" | `no ${Stage}`

/** Times are milliseconds, all of them before `calm`. */
export interface Changes {
  /** A service leaves the catalog, and comes back. */
  readonly withdrawal?: Outage & { readonly service: ServiceId }
  /** Until then boxes are harmonized with another strategy. */
  readonly strategy?: { readonly until: number; readonly before: Strategy }
  /** All is to be derived again. */
  readonly recompute?: number
  /** What a service owes is cancelled. */
  readonly cancel?: { readonly at: number; readonly service: ServiceId }
}

/** From one millisecond until before another. */
export interface Outage {
  readonly from: number
  readonly until: number
}

/**
 * An image and whether it can be read: `absent` cannot be reached at the first few tries, and that it is `damaged` is
 * noticed only when all of it is decoded.
 */
export interface Picture {
  readonly reference: ImageReference
  readonly condition: "fine" | "undecodable" | "damaged" | "absent"
  readonly services: ReadonlyArray<Service>
}

/** Probabilities, each of one occasion. */
export interface Faults {
  /** A process dies at a boundary. */
  readonly crash: number
  /** A statement fails, and as likely after its commit as before. */
  readonly store: number
  /** A hint is confirmed and lost. */
  readonly lostHint: number
  /** So is a job. */
  readonly lostJob: number
  /** A publication fails, and as likely after some were taken as before. */
  readonly publish: number
  /** A message that is to come later is lost. */
  readonly lostDelayed: number
  /** A message comes twice. */
  readonly duplicate: number
  /** A consumer loses its connection, in any second of its life. */
  readonly cut: number
  /** Something that is no message is found in a queue, in any second. */
  readonly poison: number
  /** A service cannot answer at this moment. */
  readonly service: number
}

export const noFaults: Faults = {
  crash: 0,
  store: 0,
  lostHint: 0,
  lostJob: 0,
  lostDelayed: 0,
  publish: 0,
  duplicate: 0,
  cut: 0,
  poison: 0,
  service: 0
}
export const noOutages: Scenario["outages"] = {
  store: { from: 0, until: 0 },
  service: () => ({ from: 0, until: 0 }),
  source: { from: 0, until: 0 }
}

/** What a process is started with at that time. */
export const deployedAt = ({ catalog, changes: { strategy, withdrawal } = {}, ...usual }: Scenario, now: number) => {
  const isGone = withdrawal !== undefined && now >= withdrawal.from && now < withdrawal.until
  return {
    catalog: isGone ? catalog.filter(({ id }) => id !== withdrawal.service) : catalog,
    strategy: strategy !== undefined && now < strategy.until ? strategy.before : usual.strategy
  }
}

/** When something else is deployed for the next time; never if it is not. */
export const nextDeployment = ({ changes: { strategy, withdrawal } = {} }: Scenario, now: number): number =>
  Math.min(...[withdrawal?.from, withdrawal?.until, strategy?.until].filter((time) => (time ?? 0) > now).map(Number))

/** When nothing fails any more. */
export const calm = Duration.seconds(40)

/** The scenario of a seed. */
export const make = (seed: number): Scenario => {
  const random = Random.make(seed, "scenario")
  const kind = random.pick(["usual", "usual", "usual", "nothing seen", "all fail"])
  const catalog = catalogOf(random)
  const images = Array.from({ length: random.integer(1, 2) }, (_, i): Picture => ({
    reference: { filename: `${kind} ${seed}-${i}.jpg`, path: `/${seed}-${i}.jpg` },
    condition: random.pick<Picture["condition"]>(["fine", "fine", "fine", "damaged", "undecodable", "absent"]),
    services: catalog.filter(({ category }) => category === "primary" && random.chance(0.9))
  }))
  const rate = (highest: number) => (random.chance(0.6) ? random.between(0, highest) : 0)
  const faults: Faults = {
    crash: rate(0.01),
    store: rate(0.2),
    lostHint: rate(0.5),
    lostJob: rate(0.2),
    publish: rate(0.1),
    duplicate: rate(0.3),
    cut: rate(0.1),
    poison: rate(0.05),
    service: rate(0.3),
    lostDelayed: Random.make(seed, "lost delayed").pick([0, 0, 0.1, 0.5])
  }
  const outage = (of: string): Outage => {
    const own = Random.make(seed, "outage", of)
    const from = own.integer(0, 20_000)
    const length = own.chance(0.8) ? own.integer(1_000, 15_000) : own.integer(15_000, 600_000)
    return { from, until: own.chance(0.3) ? from + length : from }
  }
  const loss = Random.make(seed, "broker loss")
  return {
    seed,
    catalog,
    strategy: Strategies.defaultStrategy,
    images,
    cropsWait: Random.make(seed, "crops wait").pick<Duration.Input>([0, "15 seconds", "10 minutes"]),
    says: (service, picture) => answer(seed, service, picture),
    faults,
    outages: { store: outage("store"), service: ({ id }) => outage(id), source: outage("source") },
    changes: changesOf(seed, catalog),
    isApart: Random.make(seed, "apart").chance(0.2),
    // What is no message must be found where it was put.
    ...(faults.poison === 0 && loss.chance(0.4) ? { brokerLoss: loss.integer(1_000, 30_000) } : {})
  }
}

/** Mostly none. */
const changesOf = (seed: number, catalog: ServiceCatalog): Changes => {
  const random = Random.make(seed, "changes")
  const primary = catalog.filter(({ category }) => category === "primary")
  const service = (among: ServiceCatalog) => among[random.integer(0, among.length - 1)]!.id
  const from = random.integer(1_000, 25_000)
  return {
    ...(random.chance(0.3)
      ? { withdrawal: { service: service(catalog), from, until: from + random.integer(1_000, 12_000) } }
      : {}),
    ...(random.chance(0.2)
      ? { strategy: { before: Strategies.crossServiceClusteringV1, until: random.integer(5_000, 30_000) } }
      : {}),
    ...(random.chance(0.2) ? { recompute: random.integer(5_000, 38_000) } : {}),
    ...(random.chance(0.4) ? { cancel: { service: service(primary), at: random.integer(500, 12_000) } } : {})
  }
}

/** Detectors, captioners and those that want crops; not always the same, and not always with the same wishes. */
const catalogOf = (random: Random.Random): ServiceCatalog =>
  ["blip", "clip", "colors", "detectron2", "face", "pose", "rtdetr", "yolov8"]
    .filter(() => random.chance(0.7))
    .concat("ollama")
    .map(serviceId)
    .sort()
    .map((id) => ({ ...get(standard, id), concurrency: random.integer(1, 3) }))

type Fate = "said" | "refused" | "unreadable" | "gibberish" | "unavailable"

const answer = (seed: number, service: Service, picture: string): Effect.Effect<Answer, InferenceError> => {
  const random = Random.make(seed, service.id, picture)
  const fate = picture.startsWith("all fail")
    ? random.pick<Fate>(["refused", "unreadable", "unavailable"])
    : random.pick<Fate>([
        "said",
        "said",
        "said",
        "said",
        "said",
        "said",
        "refused",
        "unreadable",
        "gibberish",
        "unavailable"
      ])
  switch (fate) {
    case "said":
      return Effect.succeed(reply(random, service, picture))
    case "gibberish":
      return Effect.succeed({ data: { status: "success", predictions: "none" } })
    case "refused":
      return failure(new Refused({ service: service.id, detail: "no" }))
    case "unreadable":
      return failure(new UnreadableReply({ service: service.id, detail: "<html>" }))
    case "unavailable":
      return failure(unavailable(service))
  }
}

export const unavailable = (service: Service) => new Unavailable({ service: service.id, detail: "connection refused" })

/** The service is away, whatever it is asked. */
export const away = (service: Service) =>
  new Unavailable({ service: service.id, detail: "connection refused", sign: "Unreached" })

export const failure = (reason: InferenceError["reason"]) => Effect.fail(new InferenceError({ reason }))

const reply = (random: Random.Random, service: Service, picture: string): Answer => {
  const some = <A>(make: () => A, most: number): ReadonlyArray<A> =>
    Array.from({ length: random.integer(0, most) }, make)
  const outcome = said(
    ...(service.kind === "spatial"
      ? picture.startsWith("nothing seen")
        ? []
        : some(() => object(random.pick(["person", "dog"]), corners(random), random.pick([0.4, 0.7, 0.9])), 3)
      : service.kind === "color"
        ? [palette]
        : service.id === "face"
          ? some(() => face([1, 1, 9, 9], 0.9), 1)
          : service.id === "pose"
            ? [pose]
            : service.kind === "semantic"
              ? [caption(random.pick(["person", "horse", "dog"]))]
              : some(() => label(random.pick(["person", "horse", "dog"]), 0.8), 2))
  )
  return { data: outcome.data!, processingTime: 0.25 }
}

/** Few places, a little apart: detectors agree often, and boxes move when another one answers. */
const corners = (random: Random.Random): Corners => [
  random.pick([0, 200]) + random.pick([0, 3, 9]),
  random.pick([0, 4]),
  random.pick([100, 106]),
  random.pick([5, 150, 160])
]
