import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import type { Worker } from "../../../src/domain/Worker.ts"
import * as PipelineView from "../../../src/programs/views/PipelineView.ts"
import type { Counts } from "../../../src/services/Progress.ts"
import { serviceId } from "../../support/Facts.ts"
import { progressOf } from "../../support/Runs.ts"

const ocr = serviceId("ocr")
const service = ServiceCatalog.get(ServiceCatalog.standard, ocr)
const at = new Date("2026-01-01T00:00:00Z")

const nothing: PipelineView.Sight = {
  progress: {
    images: 10,
    answered: 9,
    done: 4,
    services: [{ service: ocr, requested: 10, succeeded: 5, failed: 1, failedCrops: 0 }],
    stale: { harmonize: 2, consensus: 0, enrich: 3 },
    boxes: 7,
    crops: 8
  },
  answers: { seconds: 10, services: new Map() },
  waits: { services: new Map(), stages: new Map() },
  queues: new Map(),
  pauses: [],
  tunings: new Map(),
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
  away: [],
  activities
})

describe("serviceState", () => {
  it("claims nothing that is not known", () => {
    assert.deepStrictEqual(PipelineView.serviceState(service, nothing), {
      service: ocr,
      kind: "specialized",
      tuning: {},
      health: "unknown",
      requested: 10,
      succeeded: 5,
      failed: 1,
      failedCrops: 0,
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
    assert.deepStrictEqual(state.breakers, [{ workerId: "b", on: "image", ...breaker }])
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
    const services = [{ service: ocr, requested: 1, succeeded: 2, failed: 0, failedCrops: 0 }]
    const state = PipelineView.serviceState(service, { ...nothing, progress: { ...nothing.progress, services } })
    assert.deepInclude(state, { waiting: 0, eta: 0 })
  })
})

describe("awayState", () => {
  it("puts together what programs that are alive say of a source", () => {
    const says = (workerId: string, isAlive: boolean, seconds: number): Worker => ({
      ...worker(workerId, isAlive),
      away: [
        {
          source: "/mnt/nas",
          reason: `${workerId} misses it`,
          nextProbe: new Date(at.getTime() + 1000 * seconds),
          since: new Date(at.getTime() - 1000 * seconds)
        }
      ]
    })
    const workers = [says("b", true, 9), says("a", true, 5), says("dead", false, 1), worker("well", true)]
    assert.deepStrictEqual(PipelineView.awayState({ workers }), [
      {
        source: "/mnt/nas",
        reason: "a misses it",
        nextProbe: new Date(at.getTime() + 5000),
        since: new Date(at.getTime() - 9000),
        workers: ["a", "b"]
      }
    ])
  })
})

describe("withdrawn", () => {
  it("is what services owe, or have in their queues, that left the catalog (issue 12, A6)", () => {
    const statistics = { ready: 2, unsettled: 0, delayed: 1, dead: 0, consumers: 0 }
    const counted = (service: string, requested: number, succeeded: number) => ({
      service: serviceId(service),
      requested,
      succeeded,
      failed: 0,
      failedCrops: 0
    })
    const services = [counted("clip", 9, 1), counted("done", 4, 4), counted("gone", 9, 1), counted("left", 2, 2)]
    const queues = new Map([["queue_left", Option.some(statistics)]])
    const catalog = ServiceCatalog.standard.filter(({ id }) => id === "clip")
    assert.deepStrictEqual(PipelineView.withdrawn(catalog, { progress: progressOf({ services }), queues }), [
      { service: serviceId("gone"), owed: 8, queue: "queue_gone", queued: 0 },
      { service: serviceId("left"), owed: 0, queue: "queue_left", queued: 3 }
    ])
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
  const clip = serviceId("clip")
  const counts = (ofClip: number, ofOcr: number, done: number) =>
    progressOf({
      images: 20,
      done,
      services: [
        { service: clip, requested: 20, succeeded: ofClip, failed: 0, failedCrops: 0 },
        { service: ocr, requested: 20, succeeded: ofOcr - 1, failed: 1, failedCrops: 0 }
      ]
    })
  const paced = (paces: PipelineView.Paces, progress: Counts, at: number) =>
    PipelineView.paced(paces, progress, PipelineView.withAll(progress), at)
  const started = paced(PipelineView.noPaces, counts(4, 4, 2), 5000)
  const rates = (progress: Counts, at: number, before = started, without = PipelineView.withAll(progress)) => {
    const paces = PipelineView.paced(before, progress, without, at)
    const { eta, rate, services } = PipelineView.progressState(progress, without, paces, at)
    return { eta, images: rate, services: services.map(({ rate }) => rate) }
  }

  it("counts what the store counts", () => {
    const { boxes, crops, done, images, services, stages } = PipelineView.progressState(
      nothing.progress,
      PipelineView.withAll(nothing.progress),
      PipelineView.noPaces,
      0
    )
    assert.deepStrictEqual([images, done, boxes, crops], [10, 4, 7, 8])
    assert.deepStrictEqual(services, nothing.progress.services)
    assert.deepStrictEqual(
      stages.map(({ stage, waiting }) => [stage, waiting]),
      [
        ["harmonize", 2],
        ["consensus", 0],
        ["enrich", 3]
      ]
    )
  })

  it("knows no rate in the first second", () => {
    assert.deepStrictEqual(rates(counts(10, 10, 5), 5900), {
      eta: undefined,
      images: undefined,
      services: [undefined, undefined]
    })
  })

  it("leaves out what was there before, and lets the slowest service decide when it ends", () => {
    assert.deepStrictEqual(rates(counts(12, 8, 4), 7000), { eta: 6, images: 1, services: [4, 2] })
  })

  it("says nothing about the end while a service with work gives no answers", () => {
    assert.isUndefined(rates(counts(12, 4, 4), 7000).eta)
  })

  it("leaves services that give no answers out of the pace and the end", () => {
    const without = (done: number) => ({ halted: [ocr], done })
    const before = PipelineView.paced(PipelineView.noPaces, counts(4, 4, 0), without(4), 5000)
    const { eta, images } = rates(counts(12, 4, 0), 7000, before, without(12))
    assert.deepStrictEqual([eta, images], [2, 4])
    assert.strictEqual(rates(counts(20, 4, 0), 9000, before, without(20)).eta, 0)
  })

  it("does not take images that are counted without one more service for images that were completed", () => {
    assert.isUndefined(rates(counts(12, 4, 0), 7000, started, { halted: [ocr], done: 12 }).images)
  })

  it("goes by the images once nothing is owed", () => {
    assert.strictEqual(rates(counts(20, 20, 10), 7000).eta, 2.5)
    assert.strictEqual(rates(counts(20, 20, 20), 7000).eta, 0)
  })

  it("forgets what is long past", () => {
    const burst = paced(started, counts(20, 4, 2), 6000)
    const calm = Array.from({ length: 40 }, (_, n) => 6500 + n * 500).reduce(
      (paces, at) => paced(paces, counts(20, 4, 2), at),
      burst
    )
    assert.deepStrictEqual(rates(counts(20, 4, 2), 26_500, calm).services, [0, 0])
  })
})
