/**
 * A deployment from its first submission to its last derivation, in one seeded run under the test clock: two workers, two
 * postprocessors and two producers that die, lose their connections and start again, until nothing fails any more.
 */
import { Cause, Clock, Deferred, Duration, Effect, Exit, Fiber, Layer, References, Schedule, Stream } from "effect"
import * as EffectRandom from "effect/Random"
import { TestClock } from "effect/testing"
import * as Random from "#farm/simulated/Random"
import * as Derive from "../../src/domain/Derive.ts"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import { stages } from "../../src/domain/Staleness.ts"
import * as MemoryMessageBroker from "../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../src/layers/memory/MemoryServiceSwitch.ts"
import { postprocess, worker } from "../../src/programs/flows/Pipeline.ts"
import { submit } from "../../src/programs/flows/Submit.ts"
import { MessageBroker, Settlement } from "../../src/services/MessageBroker.ts"
import { Progress } from "../../src/services/Progress.ts"
import { type ImageRecord, ResultStore } from "../../src/services/ResultStore.ts"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import { WorkerRegistry } from "../../src/services/WorkerRegistry.ts"
import * as Invariants from "../support/Invariants.ts"
import * as MemoryResultStore from "../support/MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "../support/MemoryWorkerRegistry.ts"
import * as Poison from "./Poison.ts"
import * as Scenario from "./Scenario.ts"
import * as World from "./World.ts"

/** How a run ended. */
export interface Report {
  /** What is wrong; nothing when all is well. */
  readonly violations: ReadonlyArray<string>
  readonly records: ReadonlyArray<ImageRecord>
  /** How often each service was asked about each picture or crop. */
  readonly asked: ReadonlyMap<string, number>
  /** How often each kind of trouble was met. */
  readonly reached: ReadonlyMap<string, number>
}

/** How long everything may take after the last fault. */
const settleTimeout = Duration.minutes(20)

/** The same where not all is to come to its end. */
const brokenTimeout = Duration.minutes(3)

/** Runs the scenario. */
export const run = (scenario: Scenario.Scenario): Effect.Effect<Report> =>
  simulate(scenario).pipe(
    Effect.orDie,
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(
        MemoryMessageBroker.layer,
        MemoryResultStore.layer,
        MemoryServiceSwitch.layer,
        MemoryWorkerRegistry.layer
      )
    ),
    Effect.provide(TestClock.layer()),
    Effect.provideService(References.MinimumLogLevel, "None"),
    EffectRandom.withSeed(scenario.seed)
  )

const simulate = Effect.fnUntraced(function* (scenario: Scenario.Scenario) {
  const store = yield* ResultStore
  const broker = yield* MessageBroker
  const progress = yield* Progress
  const world: World.World = {
    scenario,
    broker,
    store,
    switches: yield* ServiceSwitch,
    registry: yield* WorkerRegistry,
    asked: new Map(),
    reached: new Map(),
    looked: new Map(),
    isCalm: Effect.map(Clock.currentTimeMillis, (now) => now >= Duration.toMillis(Scenario.calm)),
    defects: []
  }
  const queues = [...scenario.catalog.map(({ queue }) => queue), ...stages.map((stage) => hintQueue[stage])]
  yield* Effect.forkScoped(change(world, yield* MemoryResultStore.Deeds))
  const poisoned = yield* Poison.spread(scenario, queues)
  const producers = yield* Effect.forEach([1, 2], (n) => Effect.forkScoped(produce(world, `producer ${n}`)))
  for (const n of [1, 2]) {
    yield* Effect.forkScoped(supervise(world, `worker ${n}`, work(`worker ${n}`)))
    yield* Effect.forkScoped(supervise(world, `postprocessor ${n}`, derive(world, n)))
  }

  if (scenario.brokerLoss !== undefined) {
    yield* Effect.forkScoped(Effect.andThen(Effect.sleep(scenario.brokerLoss), loseAll(world, queues)))
  }

  const algorithms = Derive.keys(scenario.strategy, scenario.catalog)
  const isIdle = Effect.gen(function* () {
    const statistics = yield* Effect.forEach(queues, (queue) => broker.statistics(queue))
    const { done, images } = yield* progress.counts({ _tag: "All" }, algorithms)
    return (
      producers.every((producer) => producer.pollUnsafe() !== undefined) &&
      images === done &&
      statistics.every(({ delayed, ready, unsettled }) => ready + unsettled + delayed === 0)
    )
  })
  yield* TestClock.adjust(Scenario.calm)
  const deadline = Duration.toMillis(
    Duration.sum(Scenario.calm, scenario.broken === undefined ? settleTimeout : brokenTimeout)
  )
  while (!(yield* isIdle) && (yield* Clock.currentTimeMillis) < deadline) yield* TestClock.adjust("5 seconds")

  const ids = scenario.images.map((_, i) => (i + 1) as ImageId)
  const violations = [
    ...world.defects,
    ...(yield* Invariants.violations({ ...scenario, withdrawn: scenario.changes?.cancel?.service }, ids)),
    ...(yield* poisoned)
  ]
  if (!(yield* isIdle)) violations.push("something is still in a queue, or in hand")
  const records = yield* store.records(ids)
  for (const record of records) violations.push(...World.misheard(world, record))

  const asked = new Map(world.asked)
  yield* TestClock.adjust("2 minutes")
  if (JSON.stringify([...asked]) !== JSON.stringify([...world.asked])) violations.push("services are asked again")
  if (JSON.stringify(records) !== JSON.stringify(yield* store.records(ids))) violations.push("images change again")
  return { violations, records, asked, reached: world.reached! }
})

/** Loses all messages that wait in the queues. */
const loseAll = ({ broker, reached }: World.World, queues: ReadonlyArray<string>) =>
  Effect.forEach(
    queues.flatMap((queue) => (["bulk", "express"] as const).map((lane) => [queue, lane] as const)),
    Effect.fnUntraced(function* ([queue, lane]) {
      const { ready } = yield* broker.statistics(queue)
      const { deliveries } = yield* broker.subscribe(queue, { prefetch: ready + 1, lane })
      yield* deliveries.pipe(
        Stream.runForEach((delivery) => {
          reached?.set("a message lost with its queue", (reached.get("a message lost with its queue") ?? 0) + 1)
          return delivery.settle(Settlement.Ack())
        }),
        Effect.timeoutOption("10 millis")
      )
    }, Effect.scoped),
    { discard: true }
  )

/** Has everything derived again, and cancels what a service owes, when that is due. */
const change = Effect.fnUntraced(function* (world: World.World, deeds: typeof MemoryResultStore.Deeds.Service) {
  const { cancel, recompute } = world.scenario.changes ?? {}
  const reach = (state: string, times: number) =>
    times > 0 && world.reached?.set(state, (world.reached.get(state) ?? 0) + times)
  const again = Effect.sync(() => reach("an image derived again", deeds.recompute()))
  const withdraw = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.sync(() => {
      reach("a question cancelled", deeds.withdraw(cancel!.service))
      world.cancelledAt = now
    })
  )
  yield* Effect.all(
    [
      recompute === undefined ? Effect.void : Effect.andThen(Effect.sleep(recompute), again),
      cancel === undefined ? Effect.void : Effect.andThen(Effect.sleep(cancel.at), withdraw)
    ],
    { concurrency: "unbounded", discard: true }
  )
})

/** What is run in a process until told to stop. */
type Program = (
  deployed: Deployed,
  stop: Deferred.Deferred<void>
) => Stream.Stream<unknown, never, Layer.Success<World.Process["layer"]>>

type Deployed = ReturnType<typeof Scenario.deployedAt>

const work =
  (workerId: string): Program =>
  ({ catalog }, stop) =>
    Stream.mergeAll(
      catalog.map((service) => worker([service], { workerId, stop })),
      { concurrency: "unbounded" }
    )

const derive =
  ({ scenario: { cropsWait, isApart } }: World.World, n: number): Program =>
  ({ strategy }, stop) => {
    const own = isApart === true ? stages.filter((stage) => (stage === "consensus") === (n === 2)) : stages
    return postprocess({ strategy, stages: own, stop, sweepEvery: "30 seconds", cropsWait })
  }

/** Runs the program again and again: its process dies, is killed, or is told to stop. When nothing fails any more it stays. */
const supervise = Effect.fnUntraced(function* (world: World.World, name: string, program: Program) {
  const { faults, seed } = world.scenario
  const random = Random.make(seed, "supervisor", name)
  for (let generation = 0; ; generation++) {
    const process = yield* World.process(world, `${name} ${generation}`)
    const stop = yield* Deferred.make<void>()
    const begun = yield* Clock.currentTimeMillis
    const deployed = Scenario.deployedAt(world.scenario, begun)
    const running = yield* Effect.forkScoped(Effect.provide(Stream.runDrain(program(deployed, stop)), process.layer))
    const end = (yield* Clock.currentTimeMillis) + random.integer(5_000, 120_000)
    const isOrdered = faults.crash > 0 && end < Duration.toMillis(Scenario.calm)
    const isOrderly = random.chance(0.3)
    // Not all processes are replaced at the same moment.
    const next = Scenario.nextDeployment(world.scenario, begun) + random.integer(0, 5_000)
    const replaced = Number.isFinite(next) ? Effect.sleep(next - begun) : Effect.never
    const ordered = isOrdered ? Effect.sleep(end - (yield* Clock.currentTimeMillis)) : Effect.never
    yield* Effect.raceAllFirst([process.crashed, ordered, replaced])
    if (isOrderly) {
      yield* Deferred.succeed(stop, undefined)
      yield* Effect.timeoutOption(Fiber.await(running), "10 seconds")
    }
    yield* process.kill
    yield* Fiber.interrupt(running)
    const exit = yield* Fiber.await(running)
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) world.defects.push(`${name}: ${Cause.pretty(exit.cause)}`)
    yield* Effect.sleep(random.integer(0, 5_000))
  }
})

/** Submits images, again and again until nothing goes wrong with it. The first producer knows all of them. */
const produce = Effect.fnUntraced(function* (world: World.World, name: string) {
  const random = Random.make(world.scenario.seed, "supervisor", name)
  const images = world.scenario.images.filter(() => name === "producer 1" || random.chance(0.7))
  let generation = 0
  const once = Effect.gen(function* () {
    yield* Effect.sleep(random.integer(0, 15_000))
    const process = yield* World.process(world, `${name} ${generation++}`)
    const submitting = Effect.forEach(images, ({ reference, services }) =>
      Stream.runDrain(submit(Stream.make(reference), { services }))
    )
    yield* submitting.pipe(
      Effect.provide(process.layer),
      Effect.raceFirst(Effect.andThen(process.crashed, Effect.fail("died")))
    )
  })
  yield* Effect.retry(Effect.sandbox(once), Schedule.spaced("1 second"))
})
