import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schedule, Schema } from "effect"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { hintQueue, HintJson } from "../../src/domain/Messages.ts"
import { get, standard } from "../../src/domain/ServiceCatalog.ts"
import { stages } from "../../src/domain/Staleness.ts"
import type { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Topology from "../../src/layers/rabbitmq/Topology.ts"
import { publishOwed } from "../../src/programs/flows/Submit.ts"
import * as World from "../simulation/World.ts"
import { serviceId } from "../support/Facts.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const detectors = ["detectron2", "rtdetr", "yolov8"]
const catalog = [...detectors, "face"].sort().map((id) => get(standard, serviceId(id)))

const hintOf = (imageId: ImageId) => Schema.encodeSync(HintJson)({ version: 1, imageId })

/** Takes messages from a queue and lets go of them, so that they are delivered once more. */
const redeliver = (at: Address["Service"], queue: string, count: number) =>
  Effect.gen(function* () {
    const channel = yield* RabbitQueues.channel(at)
    const { bulk } = Topology.namesOf(at.queuePrefix, queue)
    for (let i = 0; i < count; i++) {
      assert.isObject(yield* Effect.promise(() => channel.get(bulk)), "a message that can be taken")
    }
  }).pipe(Effect.scoped)

describe("several processes at one image", () => {
  it.live(
    "record one answer for jobs that come often, from several submitters, and ask for none that is there (B09)",
    () =>
      Effect.gen(function* () {
        const scenario = Scenes.scenario()
        const servers = yield* Deployment.sharedServers
        const deployment = yield* Deployment.make(scenario, servers)
        const { broker, postprocessor, settled, start, store, submit, worker, world } = deployment
        for (const program of [postprocessor, postprocessor]) yield* start(program)
        const workers = [yield* start(worker), yield* start(worker)]
        const pictures = Scenes.pictures("often", 8)
        const submitted = yield* Effect.all(
          Array.from({ length: 4 }, () => submit(pictures)),
          { concurrency: "unbounded" }
        )
        const ids = [...new Set(submitted.flat())]
        assert.lengthOf(ids, pictures.length)
        const again = pictures.map(({ reference, services }, i) => ({
          imageId: ids[i]!,
          reference,
          owed: services.map(({ id }) => id),
          isNew: false,
          traceParent: Option.none()
        }))
        yield* publishOwed([...again, ...again]).pipe(Effect.provide(World.catalogAnd(scenario, broker)))
        yield* settled(ids)
        const before = yield* store.records(ids)

        // Whoever submits, or hints, once more costs no service anything, and no job that comes once more does.
        const asked = new Map(world.asked)
        for (const { stop } of workers) yield* stop
        assert.deepStrictEqual((yield* submit(pictures)).toSorted(), ids.toSorted())
        for (const { id, queue } of scenario.catalog) {
          assert.strictEqual((yield* broker.statistics(queue)).ready, 0, id)
        }
        yield* publishOwed(again).pipe(Effect.provide(World.catalogAnd(scenario, broker)))
        yield* redeliver(servers.broker, "queue_clip", ids.length)
        yield* redeliver(servers.broker, "queue_rtdetr", ids.length)
        yield* redeliver(servers.broker, "queue_yolov8", ids.length)
        for (const stage of stages) {
          const hint = (imageId: ImageId) => ({ queue: hintQueue[stage], body: hintOf(imageId) })
          yield* broker.publish([...ids, ...ids].map(hint))
        }
        yield* start(worker)
        yield* settled(ids)
        assert.deepStrictEqual(world.asked, asked)
        assert.deepStrictEqual(yield* store.records(ids), before)
      }).pipe(Effect.scoped),
    40_000
  )

  it.live(
    "derive the same from every order in which detectors answer, with two postprocessors racing (B06, B19, B21)",
    () =>
      Effect.gen(function* () {
        const orders = detectors.flatMap((a) =>
          detectors.filter((b) => b !== a).map((b) => [a, b, detectors.find((c) => c !== a && c !== b)!])
        )
        let order = orders[0]!
        const recorded = new Set<string>()
        const isRecorded = Effect.fnUntraced(function* (service: string, picture: string) {
          const name = `${service} ${picture}`
          if (recorded.has(name)) return true
          const rows = yield* sql`
            SELECT FROM results JOIN images USING (image_id) WHERE service = ${service} AND image_filename = ${picture}`
          if (rows.length > 0) recorded.add(name)
          return rows.length > 0
        })
        /** A detector answers when the answer of the one before it is recorded. */
        const untilItsTurn = (service: string, picture: string) => {
          const earlier = order[order.indexOf(service) - 1]
          return earlier === undefined
            ? Effect.succeed(true)
            : Effect.repeat(isRecorded(earlier, picture), { until: (is) => is, schedule: Schedule.spaced("5 millis") })
        }
        const { says } = Scenes.scenario()
        const scenario = Scenes.scenario({
          catalog,
          says: (service, picture) =>
            Effect.andThen(Effect.orDie(untilItsTurn(service.id, picture)), says(service, picture))
        })
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { postprocessor, settled, sql, start, store, submit, worker } = deployment
        for (const program of [worker, worker, postprocessor, postprocessor]) yield* start(program)
        const outcomes: Array<unknown> = []
        for (const [i, next] of orders.entries()) {
          order = next
          const ids = yield* submit(Scenes.pictures(`order ${i}`, 2, catalog))
          yield* settled(ids)
          const arrivals = yield* sql<{ services: ReadonlyArray<string> }>`
            SELECT array_agg(service ORDER BY result_id) AS services FROM results
            WHERE image_id = ANY (${ids}) GROUP BY image_id`
          assert.deepStrictEqual(arrivals, [{ services: order }, { services: order }])
          const records = yield* store.records(ids)
          outcomes.push(...records.map(({ boxes, consensus }) => [boxes, Option.map(consensus, ({ votes }) => votes)]))
        }
        assert.lengthOf(outcomes, 12)
        for (const outcome of outcomes) assert.deepStrictEqual(outcome, outcomes[0])
      }).pipe(Effect.scoped),
    40_000
  )
})
