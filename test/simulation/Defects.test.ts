/** Deployments in which one thing goes wrong, each a defect of the system that windmill replaces. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as RetryPolicy from "../../src/domain/RetryPolicy.ts"
import { get, type Service, standard } from "../../src/domain/ServiceCatalog.ts"
import { Refused } from "../../src/services/Inference.ts"
import { label, object, palette, said, serviceId, type Wire } from "../support/Facts.ts"
import * as Scenario from "./Scenario.ts"
import * as Simulation from "./Simulation.ts"

const detectors = ["detectron2", "rtdetr", "yolov8"]

/** Two images and nothing that goes wrong. */
const deployment = (
  services: ReadonlyArray<string>,
  says: Scenario.Scenario["says"],
  rest: Partial<Scenario.Scenario> = {}
): Scenario.Scenario => {
  const catalog = services.map((id) => get(standard, serviceId(id)))
  return {
    seed: 1,
    catalog,
    strategy: Strategies.defaultStrategy,
    cropsWait: 0,
    images: ["a.jpg", "b.jpg"].map((filename) => ({
      reference: { filename, path: `/${filename}` },
      condition: "fine",
      services: catalog.filter(({ category }) => category === "primary")
    })),
    says,
    faults: Scenario.noFaults,
    outages: Scenario.noOutages,
    ...rest
  }
}

const reply = (...predictions: ReadonlyArray<Wire>) => Effect.succeed({ data: said(...predictions).data! })
const down = (service: Service) => Scenario.failure(Scenario.unavailable(service))

describe("a deployment", () => {
  it.live("finishes images on which nothing was detected, and leaves them alone afterwards (B11, B47)", () =>
    Effect.gen(function* () {
      const { records, violations } = yield* Simulation.run(deployment([...detectors, "clip"], () => reply()))
      assert.deepStrictEqual(violations, [])
      assert.deepStrictEqual(
        records.map(({ boxes, consensus }) => [boxes.length, Option.isSome(consensus)]),
        [
          [0, true],
          [0, true]
        ]
      )
    })
  )

  it.live("finishes images about which all services fail, and undecodable ones (B12, B18)", () =>
    Effect.gen(function* () {
      const scenario = deployment([...detectors, "clip"], (service) =>
        Scenario.failure(new Refused({ service: service.id, detail: "no" }))
      )
      const [first, second] = scenario.images
      const images = [first!, { ...second!, condition: "undecodable" as const }]
      const { asked, records, violations } = yield* Simulation.run({ ...scenario, images })
      assert.deepStrictEqual(violations, [])
      const classes = records.map(({ facts }) =>
        facts.results.map(({ outcome }) => (outcome._tag === "Failure" ? outcome.class : outcome._tag))
      )
      assert.deepStrictEqual(classes, [Array(4).fill("refused"), Array(4).fill("image")])
      assert.isTrue([...asked.values()].every((times) => times === 1))
    })
  )

  it.live("asks a service that is down a bounded number of times, about images and about crops (B12, B18)", () =>
    Effect.gen(function* () {
      const { asked, violations } = yield* Simulation.run(
        deployment(["clip", "colors", "yolov8"], (service, picture) =>
          service.id === "yolov8"
            ? reply(object("dog", [0, 0, 100, 100], 0.9))
            : service.id === "colors" && !picture.includes("{")
              ? reply(palette)
              : down(service)
        )
      )
      assert.deepStrictEqual(violations, [])
      // Two producers submit each image, and a hint may come for each of the three answers about it.
      for (const [name, times] of asked) assert.isAtMost(times, 3 * RetryPolicy.maxAttempts, name)
      assert.isAtLeast(asked.get("clip a.jpg")!, RetryPolicy.maxAttempts)
    })
  )

  it.live("stores an answer about a crop that failed as failed (B40)", () =>
    Effect.gen(function* () {
      const { records, violations } = yield* Simulation.run(
        deployment(["colors", "face", "pose", "yolov8"], (service, picture) =>
          service.id === "yolov8"
            ? reply(object("person", [0, 0, 100, 100], 0.9))
            : picture.includes("{")
              ? Scenario.failure(new Refused({ service: service.id, detail: "405 Method Not Allowed" }))
              : reply(palette)
        )
      )
      assert.deepStrictEqual(violations, [])
      for (const { facts } of records) {
        assert.deepStrictEqual(
          facts.crops.map(({ outcome, service }) => [String(service), outcome._tag]),
          [
            ["colors", "Failure"],
            ["face", "Failure"],
            ["pose", "Failure"]
          ]
        )
      }
    })
  )

  it.live("keeps other services working while one is down (B16)", () =>
    Effect.gen(function* () {
      const { records, violations } = yield* Simulation.run(
        deployment(["clip", "yolov8"], () => reply(label("dog", 0.9)), {
          outages: {
            ...Scenario.noOutages,
            service: ({ id }) => ({ from: 0, until: id === "clip" ? 30_000 : 0 })
          }
        })
      )
      assert.deepStrictEqual(violations, [])
      const outcomes = records.flatMap(({ facts }) => facts.results.map(({ outcome }) => outcome._tag))
      assert.deepStrictEqual(outcomes, ["Success", "Success", "Success", "Success"])
    })
  )

  it.live("waits for a database that is away, and counts no attempt for it (B13, B17)", () =>
    Effect.gen(function* () {
      const { asked, violations } = yield* Simulation.run(
        deployment(["clip", "yolov8"], () => reply(label("dog", 0.9)), {
          outages: { ...Scenario.noOutages, store: { from: 2_000, until: 30_000 } }
        })
      )
      assert.deepStrictEqual(violations, [])
      for (const [name, times] of asked) assert.isAtMost(times, 2, name)
    })
  )

  it.live("repairs what was committed and never published (B14, B15)", () =>
    Effect.gen(function* () {
      const { violations } = yield* Simulation.run(
        deployment([...detectors, "clip"], () => reply(label("dog", 0.9)), {
          faults: { ...Scenario.noFaults, lostHint: 1, lostJob: 1 }
        })
      )
      assert.deepStrictEqual(violations, [])
    })
  )

  it.live("gives one message one effect, however often it comes (B09)", () =>
    Effect.gen(function* () {
      const { records, violations } = yield* Simulation.run(
        deployment([...detectors, "clip"], () => reply(label("dog", 0.9)), {
          faults: { ...Scenario.noFaults, duplicate: 1 }
        })
      )
      assert.deepStrictEqual(violations, [])
      assert.deepStrictEqual(
        records.map(({ facts }) => Number(facts.revision)),
        [4, 4]
      )
    })
  )

  it.live("comes to the same whatever the order in which detectors answer (B19, B21)", () =>
    Effect.gen(function* () {
      const seen: Record<string, ReadonlyArray<Wire>> = {
        detectron2: [object("person", [0, 0, 100, 200], 0.7), object("dog", [200, 0, 90, 90], 0.6)],
        rtdetr: [object("person", [4, 2, 100, 200], 0.9)],
        yolov8: [object("person", [2, 0, 98, 204], 0.8), object("dog", [204, 0, 90, 90], 0.9)]
      }
      const orders = detectors.flatMap((a) =>
        detectors.filter((b) => b !== a).map((b) => [a, b, detectors.find((c) => c !== a && c !== b)!])
      )
      const outcomes = yield* Effect.forEach(orders, (order, i) =>
        Simulation.run(
          deployment([...detectors, "face", "pose"].sort(), ({ id }) => reply(...(seen[id] ?? [])), {
            seed: i,
            takes: ({ id }) => Math.max(order.indexOf(id), 0) * 1_000
          })
        )
      )
      for (const { violations } of outcomes) assert.deepStrictEqual(violations, [])
      const pictures = outcomes.map(({ records }) =>
        records.map(({ boxes, consensus, facts }) => [boxes, Option.getOrThrow(consensus).votes, facts.crops])
      )
      for (const picture of pictures) assert.deepStrictEqual(picture, pictures[0])
      assert.isAbove(outcomes[0]!.records[0]!.boxes.length, 1)
    })
  )
})
