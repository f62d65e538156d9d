import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import type { Worker } from "../../../src/domain/Worker.ts"
import * as PipelineView from "../../../src/programs/views/PipelineView.ts"
import { serviceId } from "../../support/Facts.ts"

const ocr = serviceId("ocr")
const service = ServiceCatalog.get(ServiceCatalog.standard, ocr)
const at = new Date("2026-01-01T00:00:00Z")

const nothing: PipelineView.Sight = {
  progress: {
    images: 10,
    answered: 9,
    done: 4,
    services: [{ service: ocr, requested: 10, succeeded: 5, failed: 1 }],
    stale: { harmonize: 2, consensus: 0, enrich: 3 },
    boxes: 7,
    crops: 8
  },
  answers: { seconds: 10, services: new Map() },
  waits: { services: new Map(), stages: new Map() },
  queues: new Map(),
  pauses: [],
  workers: [],
  health: new Map()
}

const worker = (workerId: string, isAlive: boolean, ...activities: Worker["activities"]): Worker => ({
  workerId,
  host: "farm",
  version: "1",
  started: at,
  lastBeat: at,
  isAlive,
  activities
})

describe("serviceState", () => {
  it("claims nothing that is not known", () => {
    assert.deepStrictEqual(PipelineView.serviceState(service, nothing), {
      service: ocr,
      kind: "specialized",
      health: "unknown",
      requested: 10,
      succeeded: 5,
      failed: 1,
      history: [],
      breakers: [],
      queue: { name: "queue_ocr" },
      waiting: 4,
      inFlight: 0,
      workers: 0,
      rate: 0
    })
  })

  it("puts together what is known", () => {
    const statistics = { ready: 3, unsettled: 1, delayed: 0, dead: 2, consumers: 1 }
    const breaker = { reason: "HTTP 503", nextProbe: at }
    const pause = { step: ocr, by: "Ada", reason: "hot", since: at }
    const state = PipelineView.serviceState(service, {
      ...nothing,
      waits: { services: new Map([[ocr, at]]), stages: new Map() },
      queues: new Map([["queue_ocr", Option.some(statistics)]]),
      pauses: [pause],
      health: new Map([[ocr, "healthy"]]),
      workers: [
        worker("a", true, { step: ocr, inFlight: 2, handled: 9, rate: 1 }),
        worker("b", true, { step: ocr, inFlight: 1, handled: 9, rate: 1, breaker }),
        worker("c", false, { step: ocr, inFlight: 7, handled: 9, rate: 1, breaker }),
        worker("d", true, { step: "enrich", inFlight: 5, handled: 9, rate: 1 })
      ]
    })
    assert.deepInclude(state, { inFlight: 3, workers: 2, health: "healthy", paused: pause, oldest: at })
    assert.deepStrictEqual(state.breakers, [{ workerId: "b", ...breaker }])
    assert.deepStrictEqual(state.queue, { name: "queue_ocr", statistics })
  })

  it("rates a service by its answers of the last minute, from the first of them", () => {
    const rateOf = (history: ReadonlyArray<number>) => {
      const state = PipelineView.serviceState(service, {
        ...nothing,
        answers: { seconds: 10, services: new Map([[ocr, history]]) }
      })
      return [state.rate, state.eta]
    }
    assert.deepStrictEqual(rateOf([90, 0, 0, 0, 0, 0, 0]), [0, undefined])
    assert.deepStrictEqual(rateOf([90, 10, 10, 10, 10, 10, 10]), [1, 4])
    assert.deepStrictEqual(rateOf([0, 0, 0, 0, 0, 20, 20]), [2, 2])
    assert.deepStrictEqual(rateOf([0, 0, 20, 0, 0, 0, 0]), [0.4, 10])
  })

  it("has nothing to wait for when more was answered than requested", () => {
    const services = [{ service: ocr, requested: 1, succeeded: 2, failed: 0 }]
    const state = PipelineView.serviceState(service, { ...nothing, progress: { ...nothing.progress, services } })
    assert.deepInclude(state, { waiting: 0, eta: 0 })
  })
})

describe("stageState", () => {
  it("counts images that are stale, calls none done that has no answer, and rates the stage by its workers", () => {
    const workers = [
      worker("a", true, { step: "enrich", inFlight: 1, handled: 9, rate: 1 }),
      worker("b", true, { step: "enrich", inFlight: 1, handled: 9, rate: 0.5 })
    ]
    const state = PipelineView.stageState("enrich", { ...nothing, workers })
    assert.deepStrictEqual(state, {
      stage: "enrich",
      done: 6,
      queue: { name: "queue_spatial_enrichment" },
      waiting: 3,
      inFlight: 2,
      workers: 2,
      rate: 1.5,
      eta: 2
    })
  })
})

describe("progressState", () => {
  it("tells when all is done only if that can be told", () => {
    assert.notProperty(PipelineView.progressState(nothing.progress, undefined), "eta")
    assert.notProperty(PipelineView.progressState(nothing.progress, 0), "eta")
    assert.strictEqual(PipelineView.progressState(nothing.progress, 2).eta, 3)
    assert.strictEqual(PipelineView.progressState({ ...nothing.progress, done: 10 }, undefined).eta, 0)
  })
})
