import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { get, standard } from "../../src/domain/ServiceCatalog.ts"
import { publishOwed } from "../../src/programs/flows/Submit.ts"
import * as World from "../simulation/World.ts"
import { serviceId } from "../support/Facts.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const detectors = ["detectron2", "rtdetr", "yolov8"]
const catalog = [...detectors, "face"].sort().map((id) => get(standard, serviceId(id)))

describe("several processes at one image", () => {
  it.live(
    "record one answer for jobs that come often, from several submitters (B09)",
    () =>
      Effect.gen(function* () {
        const scenario = Scenes.scenario()
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { broker, postprocessor, settled, start, store, submit, worker } = deployment
        for (const program of [worker, worker, postprocessor, postprocessor]) yield* start(program)
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
        yield* publishOwed(again).pipe(Effect.provide(World.catalogAnd(scenario, broker)))
        yield* settled(ids)
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
        const scenario = Scenes.scenario({ catalog, takes: ({ id }) => 1 + 40 * Math.max(order.indexOf(id), 0) })
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { postprocessor, settled, start, store, submit, worker } = deployment
        for (const program of [worker, worker, postprocessor, postprocessor]) yield* start(program)
        const outcomes: Array<unknown> = []
        for (const [i, next] of orders.entries()) {
          order = next
          const ids = yield* submit(Scenes.pictures(`order ${i}`, 2, catalog))
          yield* settled(ids)
          const records = yield* store.records(ids)
          outcomes.push(...records.map(({ boxes, consensus }) => [boxes, Option.map(consensus, ({ votes }) => votes)]))
        }
        assert.lengthOf(outcomes, 12)
        for (const outcome of outcomes) assert.deepStrictEqual(outcome, outcomes[0])
      }).pipe(Effect.scoped),
    40_000
  )
})
