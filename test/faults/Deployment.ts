/**
 * A deployment on a real PostgreSQL and a real RabbitMQ. Its processes run in this one, each with connections of its own
 * that can be cut, and end like real ones: told to stop, or killed with whatever they have in hand.
 */
import { PgClient } from "@effect/sql-pg"
import { assert } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Redacted, Schedule, Scope, Stream } from "effect"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import { stages } from "../../src/domain/Staleness.ts"
import * as MemoryServiceSwitch from "../../src/layers/memory/MemoryServiceSwitch.ts"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as PgProgress from "../../src/layers/postgres/PgProgress.ts"
import * as PgWorkerRegistry from "../../src/layers/postgres/PgWorkerRegistry.ts"
import * as PgResultStore from "../../src/layers/postgres/PgResultStore.ts"
import * as RabbitAddress from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import * as Pipeline from "../../src/programs/flows/Pipeline.ts"
import { publishOwed } from "../../src/programs/flows/Submit.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import { Progress } from "../../src/services/Progress.ts"
import { ResultStore } from "../../src/services/ResultStore.ts"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import { WorkerRegistry } from "../../src/services/WorkerRegistry.ts"
import type * as Scenario from "../simulation/Scenario.ts"
import * as World from "../simulation/World.ts"
import * as Databases from "../support/Databases.ts"
import * as Invariants from "../support/Invariants.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as TcpProxy from "../support/TcpProxy.ts"
import * as MemoryWorkerRegistry from "../support/MemoryWorkerRegistry.ts"

/** What is run in a process until told to stop. */
export type Program = (
  stop: Deferred.Deferred<void>
) => Stream.Stream<unknown, never, Layer.Success<World.Process["layer"]>>

export interface Process {
  readonly database: TcpProxy.TcpProxy
  readonly broker: TcpProxy.TcpProxy
  /** Waits until the process dies of a fault of its own. */
  readonly crashed: Effect.Effect<void>
  /** Resets its connections and ends it: nothing it does reaches anybody any more. */
  readonly kill: Effect.Effect<void>
  /** Tells it to stop and waits until it has. */
  readonly stop: Effect.Effect<void>
}

/** Where a deployment is. */
export interface Servers {
  readonly database: PgDatabase.Address["Service"]
  readonly broker: RabbitAddress.Address["Service"]
}

/** A database and queues of one's own on the servers of the tests. */
export const sharedServers = Effect.gen(function* () {
  const context = yield* Layer.build(Layer.fresh(Layer.merge(Databases.address, RabbitQueues.address)))
  const servers: Servers = {
    database: Context.get(context, PgDatabase.Address),
    broker: Context.get(context, RabbitAddress.Address)
  }
  return servers
})

/** A deployment of the scenario without processes. It ends with the scope, and leaves nothing behind. */
export const make = Effect.fnUntraced(function* (scenario: Scenario.Scenario, servers: Servers) {
  const queues = [...scenario.catalog.map(({ queue }) => queue), ...stages.map((stage) => hintQueue[stage])]
  yield* Effect.addFinalizer(() => Effect.ignore(RabbitQueues.deleteQueues(servers.broker, queues)))
  const onlooker = yield* Layer.build(connected(servers))
  const store = Context.get(onlooker, ResultStore)
  const progress = Context.get(onlooker, Progress)
  const broker = Context.get(onlooker, MessageBroker)
  const sql = Context.get(onlooker, PgClient.PgClient)
  yield* broker.declare(queues)
  let isCalm = false
  const world: World.World = {
    scenario,
    broker,
    store,
    switches: Context.get(yield* Layer.build(Layer.fresh(MemoryServiceSwitch.layer)), ServiceSwitch),
    registry: Context.get(yield* Layer.build(Layer.fresh(MemoryWorkerRegistry.layer)), WorkerRegistry),
    asked: new Map(),
    looked: new Map(),
    isCalm: Effect.sync(() => isCalm),
    defects: []
  }
  let started = 0

  /** Runs the program in a process of its own. */
  const start = Effect.fnUntraced(function* (program: Program, isFatal: (boundary: string) => boolean = () => false) {
    const scope = yield* Scope.make()
    const proxies = {
      broker: yield* TcpProxy.make(servers.broker),
      database: yield* TcpProxy.make(placeOf(servers.database))
    }
    const own = yield* Layer.build(connected(through(servers, proxies))).pipe(Scope.provide(scope))
    const sever = Effect.forEach(
      [proxies.database, proxies.broker],
      ({ cut, refuse }) => Effect.andThen(refuse, cut()),
      {
        discard: true
      }
    )
    const process = yield* World.process(
      {
        ...world,
        store: Context.get(own, ResultStore),
        broker: Context.get(own, MessageBroker),
        registry: Context.get(own, WorkerRegistry),
        isFatal: (_, at) => isFatal(at),
        sever
      },
      `process ${started++}`
    )
    const stop = yield* Deferred.make<void>()
    const running = yield* program(stop).pipe(
      Stream.runDrain,
      Effect.provide(process.layer),
      Effect.provide(silent),
      Effect.forkDetach
    )
    const end = Effect.gen(function* () {
      yield* Fiber.interrupt(running)
      yield* Scope.close(scope, Exit.void)
    })
    const handle: Process = {
      ...proxies,
      crashed: process.crashed,
      kill: Effect.andThen(sever, Effect.forkDetach(Effect.andThen(process.kill, end))),
      stop: Effect.gen(function* () {
        yield* Deferred.succeed(stop, undefined)
        yield* Fiber.join(running)
        yield* Scope.close(scope, Exit.void)
      })
    }
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(end, "5 seconds")))
    return handle
  })

  /** Submits the images of the scenario, or some of them; returns their ids. */
  const submit = (images = scenario.images) =>
    Effect.gen(function* () {
      const submitted = yield* store.submit(
        images.map(({ reference, services }) => ({ reference, services: services.map(({ id }) => id) }))
      )
      yield* publishOwed(submitted).pipe(Effect.provide(World.catalogAnd(scenario, broker)))
      return submitted.map(({ imageId }) => imageId)
    })

  const isIdle = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
    const { done, images } = yield* progress.counts({ _tag: "Images", ids })
    if (done < images) return false
    const statistics = yield* Effect.forEach(queues, (queue) => broker.statistics(queue))
    return statistics.every(({ delayed, ready }) => ready + delayed === 0)
  })

  /** Waits until nothing is left to do about the images, and then asserts all that must hold of them. */
  const settled = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
    isCalm = true
    yield* isIdle(ids).pipe(
      Effect.repeat({ until: (idle) => idle, schedule: Schedule.spaced("100 millis") }),
      Effect.timeoutOption("30 seconds")
    )
    const violations = [
      ...(yield* Invariants.violations(scenario, ids).pipe(
        Effect.provideService(ResultStore, store),
        Effect.provideService(Progress, progress)
      ))
    ]
    for (const record of yield* store.records(ids)) violations.push(...World.misheard(world, record))
    const [wrong] = yield* sql<Record<string, number>>`
      SELECT
        (SELECT count(*) FROM (SELECT FROM results GROUP BY image_id, service HAVING count(*) > 1) AS d) AS duplicates,
        (SELECT count(*) FROM postprocessing LEFT JOIN merged_boxes ON merged_id = merged_box_id
          AND merged_boxes.image_id = postprocessing.image_id WHERE merged_id IS NULL) AS orphans,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
          AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second') AS forgotten`
    assert.deepStrictEqual(violations, [])
    assert.deepStrictEqual(wrong, { duplicates: 0, orphans: 0, forgotten: 0 })
    isCalm = false
  })

  const worker: Program = (stop) =>
    Stream.mergeAll(
      scenario.catalog.map((service) => Pipeline.worker([service], { workerId: "worker", stop })),
      { concurrency: "unbounded" }
    )
  const postprocessor: Program = (stop) =>
    Pipeline.postprocess({
      strategy: scenario.strategy,
      stages,
      stop,
      sweepEvery: "500 millis",
      cropsWait: scenario.cropsWait
    })

  return { world, sql, store, progress, broker, queues, start, submit, settled, worker, postprocessor }
})

const silent = Logger.layer([])

const connected = (servers: Servers) =>
  Layer.fresh(
    Layer.mergeAll(
      Layer.mergeAll(PgResultStore.layer, PgProgress.layer, PgWorkerRegistry.layer).pipe(
        Layer.provideMerge(PgDatabase.layer)
      ),
      RabbitMessageBroker.layer
    ).pipe(
      Layer.provide(Layer.succeed(PgDatabase.Address, servers.database)),
      Layer.provide(Layer.succeed(RabbitAddress.Address, servers.broker)),
      Layer.provide(silent)
    )
  )

/** The servers as they are reached through the proxies. */
const through = (
  { broker, database }: Servers,
  proxies: { readonly broker: TcpProxy.TcpProxy; readonly database: TcpProxy.TcpProxy }
): Servers => {
  const url = new URL(urlOf(database))
  url.host = `127.0.0.1:${proxies.database.port}`
  return {
    broker: { ...broker, host: "127.0.0.1", port: proxies.broker.port },
    database: { ...database, url: Redacted.make(url.href) }
  }
}

const placeOf = (database: Servers["database"]) => {
  const { hostname, port } = new URL(urlOf(database))
  return { host: hostname, port: Number(port) }
}

const urlOf = ({ url }: Servers["database"]): string => Redacted.value(url!)
