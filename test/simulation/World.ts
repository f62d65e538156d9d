/** One database, one broker and the services, as each of several processes reaches them: slowly, and not always. */
import { Clock, Deferred, Duration, Effect, Exit, Layer, Result, Scope, Stream } from "effect"
import * as NodeUtil from "node:util"
import * as Random from "#farm/simulated/Random"
import { type BoundingBox, imageBox } from "../../src/domain/BoundingBox.ts"
import type { EncodedImage, ImageReference } from "../../src/domain/ImageReference.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import type { Outcome } from "../../src/domain/Facts.ts"
import type { ServiceId } from "../../src/domain/Identifiers.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { type Stage, stages } from "../../src/domain/Staleness.ts"
import * as Sources from "../../src/programs/flows/Sources.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { CropError, Cropper } from "../../src/services/Cropper.ts"
import { ImageSource, ImageSourceError, Unreachable, Unusable } from "../../src/services/ImageSource.ts"
import { Inference, type InferenceError } from "../../src/services/Inference.ts"
import {
  BrokerUnavailable,
  type Delivery,
  MessageBroker,
  type OutgoingMessage,
  Settlement
} from "../../src/services/MessageBroker.ts"
import { Withdrawals } from "../../src/services/Operations.ts"
import { type ImageRecord, ResultStore, ResultStoreError, StoreUnavailable } from "../../src/services/ResultStore.ts"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import { WorkerRegistry } from "../../src/services/WorkerRegistry.ts"
import * as Scenario from "./Scenario.ts"
import { sourceImage } from "../support/SourceImages.ts"

/** What all processes share, and what an onlooker counts. */
export interface World {
  readonly scenario: Scenario.Scenario
  readonly broker: MessageBroker["Service"]
  readonly store: ResultStore["Service"]
  readonly switches: ServiceSwitch["Service"]
  readonly registry: WorkerRegistry["Service"]
  /** How often each service was asked about each picture or crop. */
  readonly asked: Map<string, number>
  /** How often each kind of trouble was met. */
  readonly reached?: Map<string, number>
  /** How often each picture was looked for. */
  readonly looked: Map<string, number>
  /** When what was owed was cancelled last, in milliseconds. */
  cancelledAt?: number
  /** Whether nothing fails any more. */
  readonly isCalm: Effect.Effect<boolean>
  /** Whether a process is to die at a boundary, such as `after record`, whatever its luck. */
  readonly isFatal?: (process: string, boundary: string) => boolean
  /** Resets the connections of the process that dies. */
  readonly sever?: Effect.Effect<void>
  /** Defects that ended a process. */
  readonly defects: Array<string>
}

/** A process: what it reaches, and how it ends when it is killed. */
export interface Process {
  readonly layer: Layer.Layer<
    Catalog | Cropper | ImageSource | Inference | MessageBroker | ResultStore | ServiceSwitch | WorkerRegistry
  >
  /** Waits until the process dies of a fault of its own. */
  readonly crashed: Effect.Effect<void>
  /** Ends it at once: its connections close, and nothing it does reaches anybody any more. */
  readonly kill: Effect.Effect<void>
}

/** A new process with its own connections. `name` distinguishes its luck from that of others. */
export const process = Effect.fnUntraced(function* (world: World, name: string) {
  const { asked, broker, isCalm, looked, registry, scenario, store, switches } = world
  const { faults, seed } = scenario
  const random = Random.make(seed, "process", name)
  const crash = yield* Deferred.make<void>()
  const connections = yield* Scope.make()
  let isDead = false
  const reach = (state: string) => world.reached?.set(state, (world.reached.get(state) ?? 0) + 1)

  const deployed = Scenario.deployedAt(scenario, yield* Clock.currentTimeMillis)
  if (deployed.catalog.length < scenario.catalog.length) reach("a process without a service of the catalog")
  if (deployed.strategy !== scenario.strategy) reach("a process with another algorithm")

  const isDuring = ({ from, until }: Scenario.Outage) =>
    Effect.map(Clock.currentTimeMillis, (now) => now >= from && now < until)
  const isOut = (service: ServiceCatalog.Service) => isDuring(scenario.outages.service(service))
  const happens = (probability: number) => Effect.map(isCalm, (calm) => !calm && random.chance(probability))
  const die = Effect.suspend(() => {
    isDead = true
    reach("a process dead")
    return Effect.andThen(world.sever ?? Effect.void, Deferred.succeed(crash, undefined))
  })
  /** A moment before or after something. Whoever is dead goes no further, and anybody may die here. */
  const boundary = Effect.fnUntraced(function* (at: string) {
    if (random.chance(0.5)) yield* Effect.sleep(random.integer(1, 30))
    if (!isDead && (world.isFatal?.(name, at) || (yield* happens(faults.crash)))) yield* die
    if (isDead) yield* Effect.interrupt
  })
  const between = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
    boundary(`before ${what}`).pipe(
      Effect.andThen(effect),
      Effect.tap(() => boundary(`after ${what}`))
    )

  const unavailable = new ResultStoreError({ reason: new StoreUnavailable({ cause: "connection lost" }) })
  const storing = <A>(what: string, effect: Effect.Effect<A, ResultStoreError>) =>
    between(
      what,
      Effect.gen(function* () {
        const fails = yield* happens(faults.store)
        const isAway = yield* isDuring(scenario.outages.store)
        if (isAway) reach("the database away")
        if (isAway || (fails && random.chance(0.5))) return yield* unavailable
        const value = yield* effect
        return fails ? yield* unavailable : value
      })
    )

  const publish = (messages: ReadonlyArray<OutgoingMessage>) =>
    between(
      "publish",
      Effect.gen(function* () {
        const fails = yield* happens(faults.publish)
        const taken: Array<OutgoingMessage> = []
        for (const message of messages.flatMap((message) => mutated(scenario, message))) {
          if (fails && random.chance(0.5)) break
          if (yield* happens(isHint(message) ? faults.lostHint : faults.lostJob)) continue
          taken.push(message)
          if (yield* happens(faults.duplicate)) taken.push(message)
        }
        yield* broker.publish(taken)
        if (fails) yield* new BrokerUnavailable({ queue: "any", cause: "connection lost" })
      })
    )

  const subscribe = Effect.fnUntraced(function* (queue: string, options: { readonly prefetch: number }) {
    yield* boundary("before subscribe")
    const connection = yield* Scope.fork(connections)
    yield* Effect.addFinalizer((exit) => Scope.close(connection, exit))
    const subscription = yield* Scope.provide(broker.subscribe(queue, options), connection)
    const lost = yield* Deferred.make<never, BrokerUnavailable>()
    const lose = Effect.andThen(
      Scope.close(connection, Exit.void),
      Deferred.fail(lost, new BrokerUnavailable({ queue, cause: "connection reset" }))
    )
    if (faults.cut > 0) {
      const cut = Effect.andThen(Effect.sleep(random.integer(1, Math.ceil(10_000 / faults.cut))), happens(1))
      yield* Effect.forkScoped(Effect.flatMap(cut, (isCut) => (isCut ? lose : Effect.void)))
    }
    const wrap = (delivery: Delivery): Delivery => ({
      ...delivery,
      settle: (settlement) =>
        between(
          "settle",
          Effect.flatMap(isLost(settlement), (lost) => delivery.settle(lost ? Settlement.Ack() : settlement))
        )
    })
    return {
      stop: subscription.stop,
      deliveries: subscription.deliveries.pipe(Stream.map(wrap), Stream.interruptWhen(Deferred.await(lost)))
    }
  })

  /** Whether the message is lost while it waits: alone, or with all that the broker has. */
  const isLost = Effect.fnUntraced(function* (settlement: Settlement) {
    if (settlement._tag !== "Retry" && settlement._tag !== "Wait") return false
    const now = yield* Clock.currentTimeMillis
    const { brokerLoss = -1 } = scenario
    const isWithAll = now < brokerLoss && brokerLoss <= now + Duration.toMillis(settlement.after)
    if (!isWithAll && !(yield* happens(faults.lostDelayed))) return false
    reach("a delayed message lost")
    return true
  })

  const pictureOf = (image: EncodedImage) => image.filename
  const analyze = Effect.fnUntraced(function* (service: ServiceCatalog.Service, picture: string) {
    const name = `${service.id} ${picture}`
    asked.set(name, (asked.get(name) ?? 0) + 1)
    yield* Effect.sleep(scenario.takes?.(service) ?? random.integer(1, 400))
    if (yield* isOut(service)) {
      reach("a service away")
      return yield* Scenario.failure(Scenario.away(service))
    }
    if (yield* happens(faults.service)) return yield* Scenario.failure(Scenario.unavailable(service))
    return yield* scenario.says(service, picture)
  })

  const isDamaged = (filename: string) => conditionOf(scenario, filename) === "damaged"
  const unreadable = (reason: Unreachable | Unusable) => Effect.fail(new ImageSourceError({ reason }))
  const isSourceAway = isDuring(scenario.outages.source)
  const read = (reference: ImageReference) =>
    Effect.flatMap(isSourceAway, (isAway) => {
      const { filename } = reference
      if (isAway) {
        reach("a source away")
        return unreadable(new Unreachable({ image: filename, detail: "not mounted", source: "/" }))
      }
      const condition = conditionOf(scenario, filename)
      const times = (looked.get(filename) ?? 0) + 1
      looked.set(filename, times)
      if (condition === "undecodable") return unreadable(new Unusable({ image: filename, detail: "is not a picture" }))
      if (condition === "absent" && times < 8)
        return unreadable(new Unreachable({ image: filename, detail: "no route" }))
      return Effect.succeed(encoded(filename))
    })

  const layer = Layer.mergeAll(
    Layer.succeed(Catalog, deployed.catalog),
    Layer.succeed(
      Withdrawals,
      Effect.sync(() => world.cancelledAt)
    ),
    Layer.succeed(ServiceSwitch, switches),
    Layer.succeed(WorkerRegistry, {
      beat: (beat) => storing("beat", registry.beat(beat)),
      leave: (workerId) => storing("leave", registry.leave(workerId)),
      lead: (duty, holder, time) => storing("lead", registry.lead(duty, holder, time)),
      workers: storing("workers", registry.workers)
    }),
    Layer.succeed(Inference, {
      analyze: (service, image) =>
        between("analyze", analyze(service, image._tag === "Upload" ? pictureOf(image.image) : image._tag)),
      isHealthy: (service) =>
        Effect.gen(function* () {
          return !(yield* isOut(service)) && !(yield* happens(faults.service))
        })
    }),
    Layer.provide(
      Sources.layer,
      Layer.succeed(ImageSource, {
        isBack: () => Effect.map(isSourceAway, (isAway) => !isAway),
        lend: (reference, use) => Effect.flatMap(between("read", read(reference)), use),
        load: (reference) =>
          between(
            "load",
            Effect.tap(read(reference), ({ filename }) =>
              isDamaged(filename) ? unreadable(new Unusable({ image: filename, detail: "is damaged" })) : Effect.void
            )
          )
      })
    ),
    Layer.succeed(Cropper, {
      open: (image) =>
        isDamaged(image.filename)
          ? Effect.fail(new CropError({ image: image.filename, detail: "is damaged" }))
          : Effect.succeed((box) =>
              box.x + box.width > picture.width
                ? Effect.fail(new CropError({ image: image.filename, detail: "nothing of the box lies inside it" }))
                : Effect.succeed({
                    image: encoded(cropName(image.filename, box)),
                    region: imageBox(box)
                  })
            )
    }),
    Layer.succeed(MessageBroker, {
      ...broker,
      publish,
      subscribe,
      depth: (queue) => between("depth", broker.depth(queue)),
      ready: (queue) => between("ready", broker.ready(queue)),
      statistics: (queue) => between("statistics", broker.statistics(queue))
    }),
    Layer.succeed(ResultStore, {
      submit: (requests) => storing("submit", store.submit(requests)),
      record: (records) => storing("record", store.record(records)),
      recordCrops: (records) => storing("recordCrops", store.recordCrops(records)),
      facts: (ids, staleFor) => storing("facts", store.facts(ids, staleFor)),
      isOwed: (id, service) => storing("isOwed", store.isOwed(id, service)),
      save: (derived) => storing("save", store.save(derived)),
      setAside: (stage, reasons) => storing("setAside", store.setAside(stage, reasons)),
      boxes: (id) => storing("boxes", store.boxes(id)),
      croppable: (id, algorithm) => storing("croppable", store.croppable(id, algorithm)),
      stale: (stage, options) =>
        scenario.broken?.includes("stale") === true
          ? Effect.succeed([])
          : storing("stale", store.stale(stage, options)),
      owed: (options) =>
        scenario.broken?.includes("owed") === true ? Effect.succeed([]) : storing("owed", store.owed(options)),
      outstanding: (id) => storing("outstanding", store.outstanding(id)),
      see: (imageId, picture) => storing("see", store.see(imageId, picture)),
      forget: (options) => storing("forget", store.forget(options)),
      request: (ids, services) => storing("request", store.request(ids, services)),
      assign: (ids, group) => storing("assign", store.assign(ids, group)),
      remove: (id) => storing("remove", store.remove(id)),
      unfinished: (algorithms) => storing("unfinished", store.unfinished(algorithms)),
      reference: (id) => storing("reference", store.reference(id)),
      records: (ids) => storing("records", store.records(ids))
    })
  )
  const kill = Effect.andThen(die, Scope.close(connections, Exit.void))
  return { layer, crashed: Deferred.await(crash), kill } satisfies Process
})

/** What publishing the jobs of a scenario takes. */
export const catalogAnd = ({ catalog }: Scenario.Scenario, broker: MessageBroker["Service"]) =>
  Layer.merge(Layer.succeed(Catalog, catalog), Layer.succeed(MessageBroker, broker))

/** The message as a broken line of the program publishes it, if it does. */
const mutated = ({ broken = [] }: Scenario.Scenario, message: OutgoingMessage): ReadonlyArray<OutgoingMessage> => {
  if (broken.some((line) => line.startsWith("no ") && hintQueue[line.slice(3) as Stage] === message.queue)) return []
  if (!broken.includes("astray") || !isHint(message)) return [message]
  const { image_id, ...hint } = JSON.parse(message.body) as { readonly image_id: number }
  return [{ ...message, body: JSON.stringify({ ...hint, image_id: image_id + 1 }) }]
}

const isHint = ({ queue }: OutgoingMessage) => stages.some((stage) => hintQueue[stage] === queue)

/**
 * What is wrong with the answers about an image: nothing when each is what the service said, or that it, or the image,
 * could not be had. When nothing stood in the way, it must be what the service said.
 */
export const misheard = ({ scenario }: World, { facts, imageId, reference }: ImageRecord): ReadonlyArray<string> => {
  const condition = conditionOf(scenario, reference.filename)
  const said = (id: ServiceId, picture: string): Outcome =>
    Result.match(Effect.runSync(Effect.result(scenario.says(ServiceCatalog.get(scenario.catalog, id), picture))), {
      onSuccess: (answer) => ({ _tag: "Success", ...answer }),
      onFailure: (error) => ({ _tag: "Failure", class: classOf(error), reason: error.message })
    })
  const blamesImage = (actual: Outcome) => actual._tag === "Failure" && actual.class === "image"
  const isMisheard = (actual: Outcome, expected: Outcome) => {
    if (condition === "undecodable") return !blamesImage(actual)
    // No service that fails is to blame, whether it always does or only now.
    if (condition === "damaged" && actual._tag === "Failure") return !blamesImage(actual)
    if (actual._tag === "Failure") {
      const isExpected = expected._tag === "Failure" && actual.class === expected.class
      return !isExpected && (actual.class !== "unavailable" || isUntroubled(scenario, condition))
    }
    return !NodeUtil.isDeepStrictEqual(actual, expected)
  }
  return [
    ...facts.results.filter(({ outcome, service }) => isMisheard(outcome, said(service, reference.filename))),
    ...facts.crops.filter(({ outcome, region, service }) =>
      condition === "damaged" || region.x + region.width > picture.width
        ? !blamesImage(outcome)
        : isMisheard(outcome, said(service, cropName(reference.filename, region)))
    )
  ].map(({ outcome, service }) => `image ${imageId}: ${service} did not say ${JSON.stringify(outcome)}`)
}

/** A picture that the scenario does not mention is fine. */
const conditionOf = ({ images }: Scenario.Scenario, filename: string) =>
  images.find(({ reference }) => reference.filename === filename)?.condition ?? "fine"

const isUntroubled = ({ faults }: Scenario.Scenario, condition: Scenario.Picture["condition"]) =>
  faults.service === 0 && condition === "fine"

const classOf = ({ reason }: InferenceError) =>
  (({ Refused: "refused", Unavailable: "unavailable", UnreadableReply: "unreadable-reply" }) as const)[reason._tag]

const cropName = (filename: string, { height, width, x, y }: BoundingBox) =>
  `${filename} ${JSON.stringify({ x, y, width, height })}`

const picture = { width: 305, height: 400 }

const encoded = (filename: string) => sourceImage({ filename, ...picture })
