/**
 * A broker that lost everything: what the database says is owed is on its way again.
 *
 * `RECOVERY_IMAGES=100000` shows it at the size that is promised: in at most two minutes, with bounded memory.
 */
import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Clock, Context, Deferred, Effect, Layer, Schedule, Stream } from "effect"
import { standard } from "../../src/domain/ServiceCatalog.ts"
import * as MemoryServiceSwitch from "../../src/layers/memory/MemoryServiceSwitch.ts"
import * as PgWorkerRegistry from "../../src/layers/postgres/PgWorkerRegistry.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import { sweep } from "../../src/programs/flows/Sweep.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import * as Databases from "../support/Databases.ts"
import * as PrivateRabbit from "../support/PrivateRabbit.ts"

const images = Number(process.env.RECOVERY_IMAGES ?? 3000)

/** Megabytes that the process may grow by meanwhile. */
const mostGrowth = 250

const surroundings = Layer.mergeAll(
  Databases.store,
  PgWorkerRegistry.layer.pipe(Layer.provide(Databases.client)),
  MemoryServiceSwitch.layer,
  Layer.succeed(Catalog, standard)
).pipe(Layer.provideMerge(Databases.client))

describe.skipIf(!PrivateRabbit.isInstalled)("a broker that lost everything", () => {
  it.live(
    "has all that is owed again, but for what a service that is off owes",
    () =>
      Effect.gen(function* () {
        const { port, start } = yield* PrivateRabbit.make()
        yield* start
        const address = PrivateRabbit.guestAt(port)
        yield* PrivateRabbit.untilReady(address)
        const own = RabbitMessageBroker.layer.pipe(Layer.provide(Layer.succeed(Address, address)))
        const broker = Context.get(yield* Layer.build(own), MessageBroker)
        const sql = yield* PgClient.PgClient
        for (let first = 1; first <= images; first += 5000) {
          yield* sql`
            INSERT INTO images (source_key, image_filename, image_path, requested_services)
            SELECT 'recovery ' || i, i || '.jpg', '/pictures/' || i || '.jpg', string_to_array(${standard.map(({ id }) => id).join(" ")}, ' ')
            FROM generate_series(${first}::int, ${Math.min(images, first + 4999)}::int) AS i`
        }
        yield* ServiceSwitch.use((switches) => switches.pause({ step: standard[0]!.id, by: "test", reason: "off" }))

        const stop = yield* Deferred.make<void>()
        const begun = yield* Clock.currentTimeMillis
        const before = process.memoryUsage().rss
        const cpu = process.cpuUsage()
        let most = before
        yield* Effect.forkScoped(
          Effect.repeat(
            Effect.sync(() => {
              most = Math.max(most, process.memoryUsage().rss)
            }),
            Schedule.spaced("100 millis")
          )
        )
        yield* sweep({
          every: "2 seconds",
          stop,
          stages: [],
          algorithms: { harmonize: "", consensus: "", enrich: "" }
        }).pipe(Stream.runDrain, Effect.provideService(MessageBroker, broker), Effect.forkScoped)
        const depths = Effect.forEach(standard.slice(1), ({ queue }) => broker.depth(queue))
        yield* Effect.repeat(depths, {
          until: (depths) => depths.every((depth) => depth >= images),
          schedule: Schedule.spaced("200 millis")
        })
        const took = (yield* Clock.currentTimeMillis) - begun
        yield* Effect.sleep("3 seconds")
        yield* Deferred.succeed(stop, undefined)
        assert.deepStrictEqual(
          yield* depths,
          standard.slice(1).map(() => images)
        )
        assert.strictEqual(yield* broker.depth(standard[0]!.queue), 0)
        const { system, user } = process.cpuUsage(cpu)
        const growth = Math.round((most - before) / 1e6)
        yield* Effect.log(
          `${images} images x ${standard.length - 1} in ${took / 1000} s, ${(system + user) / 1e6} s of them at work, ${growth} MB more`
        )
        assert.isAtMost(took, Math.max(60_000, images * 1.2))
        assert.isAtMost(growth, mostGrowth)
      }).pipe(Effect.scoped, Effect.provide(surroundings)),
    300_000 + images * 6
  )
})
