import { assert, describe, it } from "@effect/vitest"
import type { ServiceId } from "../../../src/domain/Identifiers.ts"
import type { PipelineProgress, PipelineState, ServiceState } from "../../../src/domain/PipelineState.ts"
import * as StatusText from "../../../src/programs/views/StatusText.ts"

const at = new Date(100_000)
const since = new Date(40_000)
const ocr = "ocr" as ServiceId

const service: ServiceState = {
  service: ocr,
  kind: "specialized",
  tuning: {},
  health: "unknown",
  requested: 2000,
  succeeded: 900,
  failed: 60,
  failedCrops: 40,
  history: [],
  breakers: [],
  queue: { name: "queue_ocr", statistics: { ready: 990, unsettled: 0, delayed: 8, dead: 3, consumers: 1 } },
  waiting: 1000,
  inFlight: 2,
  workers: 1,
  rate: 10,
  eta: 100
}

const progress: PipelineProgress = {
  at,
  images: 2000,
  done: 900,
  halted: [],
  doneWithoutHalted: 900,
  boxes: 1,
  crops: 0,
  services: [],
  stages: [],
  groups: []
}

/** Nothing is wrong with the pipeline as a whole. */
const well = { at, away: [], withdrawn: [], otherCatalogs: [] }

const textOf = (changes: Partial<ServiceState>, about: Partial<PipelineProgress> = {}) => {
  const state: PipelineState = { ...well, services: [{ ...service, ...changes }], stages: [] }
  const lines = StatusText.lines(state, { ...progress, ...about })
  const end = lines.indexOf("")
  return { summary: lines.slice(0, end), row: lines[end + 2] }
}

describe("lines", () => {
  it("say of a service what is queued, running, done, failed, owed and dead", () => {
    assert.strictEqual(textOf({}).row?.replace(/ +/g, " "), "ocr 998 2 900 100 1,000 3 1 10 1 min 40 s")
  })

  it("say what keeps a service from going on", () => {
    assert.match(textOf({ workers: 0 }).row!, /no worker: No running program takes this work$/)
    assert.notMatch(textOf({ workers: 0, waiting: 0 }).row!, /no worker/)
    const breakers = [{ workerId: "w", on: "image" as const, reason: "HTTP 503", nextProbe: at, since }]
    assert.match(textOf({ breakers }).row!, /down for 1 min 0 s: HTTP 503$/)
    const paused = { step: ocr, by: "me", reason: "new model", since }
    assert.match(textOf({ breakers, paused }).row!, /paused by me for 1 min 0 s: new model$/)
  })

  it("do not make up what the broker did not say", () => {
    assert.strictEqual(
      textOf({ queue: { name: "queue_ocr" } }).row?.replace(/ +/g, " "),
      "ocr ? 2 900 100 1,000 ? 1 10 1 min 40 s"
    )
  })

  it("foretell the end only while there is something left", () => {
    const services = [{ service: ocr, requested: 2000, succeeded: 900, failed: 100, failedCrops: 0 }]
    assert.deepEqual(textOf({}, { eta: 60, services }).summary, [
      "900 of 2,000 images done, 1 min 0 s left",
      "1,000 of 2,000 answers, 1 box, 0 crop answers"
    ])
    const finished = { done: 2000, doneWithoutHalted: 2000, eta: 0 }
    assert.strictEqual(textOf({}, finished).summary[0], "2,000 of 2,000 images done")
  })

  it("say how far everything is without the services that are halted", () => {
    assert.deepEqual(textOf({}, { done: 2, halted: [ocr], doneWithoutHalted: 1990, eta: 5 }).summary.slice(0, 2), [
      "2 of 2,000 images done",
      "1,990 done without ocr, 5 s left"
    ])
  })

  it("say where pictures cannot be read from, for how long and why (issue 12, A2)", () => {
    const source = { source: "/mnt/nas", reason: "/mnt/nas is missing: mount it", nextProbe: at, since }
    const state = { ...well, away: [{ ...source, workers: ["a", "b"] }], services: [service], stages: [] }
    assert.include(
      StatusText.lines(state, progress),
      "/mnt/nas: pictures cannot be read by a and b for 1 min 0 s: /mnt/nas is missing: mount it. " +
        "Images wait and are not counted as failed"
    )
  })

  it("say what left the catalog, and who works with another one, with the remedy (issue 12, A6)", () => {
    const state = {
      ...well,
      withdrawn: [
        { service: ocr, owed: 20, queue: "queue_ocr", queued: 3 },
        { service: "old" as ServiceId, owed: 0, queue: "queue_old", queued: 1 }
      ],
      otherCatalogs: [{ workerId: "w2", lacks: [ocr], adds: [], differs: ["clip" as ServiceId] }],
      services: [],
      stages: []
    }
    assert.includeMembers(
      [...StatusText.lines(state, progress)],
      [
        "ocr: withdrawn: It is not in the catalog. 20 answers are not waited for, and asked for again when it is back in " +
          "service_config.json. 3 messages left in queue_ocr: drop them with rabbitmqctl delete_queue queue_ocr",
        "old: withdrawn: It is not in the catalog. 1 message left in queue_old: drop it with rabbitmqctl delete_queue queue_old",
        "w2: another catalog: It lacks ocr and has another configuration of clip: give all programs the same " +
          "service_config.json, or each derives anew what others derived"
      ]
    )
  })

  it("fit a terminal of 60 columns: the least important are left out, notes stand below", () => {
    const paused = { step: ocr, by: "me", reason: "new model", since }
    const state = { ...well, services: [{ ...service, paused }], stages: [] }
    assert.deepEqual(StatusText.lines(state, progress, 60).slice(3, 6), [
      "service  queued  running  done  failed   owed  dead  workers",
      "ocr         998        2   900     100  1,000     3        1",
      "ocr: paused by me for 1 min 0 s: new model"
    ])
  })
})
