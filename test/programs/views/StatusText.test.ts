import { assert, describe, it } from "@effect/vitest"
import type { ServiceId } from "../../../src/domain/Identifiers.ts"
import type { PipelineProgress, PipelineState, ServiceState } from "../../../src/domain/PipelineState.ts"
import * as StatusText from "../../../src/programs/views/StatusText.ts"

const at = new Date(0)
const ocr = "ocr" as ServiceId

const service: ServiceState = {
  service: ocr,
  kind: "specialized",
  health: "unknown",
  requested: 2000,
  succeeded: 900,
  failed: 100,
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
  boxes: 1,
  crops: 0,
  services: [],
  stages: [],
  groups: []
}

const textOf = (changes: Partial<ServiceState>, about: Partial<PipelineProgress> = {}) => {
  const state: PipelineState = { at, services: [{ ...service, ...changes }], stages: [] }
  const [summary, , , row] = StatusText.lines(state, { ...progress, ...about })
  return { summary, row }
}

describe("lines", () => {
  it("say of a service what is queued, running, done, failed, owed and dead", () => {
    assert.strictEqual(textOf({}).row?.replace(/ +/g, " "), "ocr 998 2 900 100 1,000 3 1 10 1 min 40 s")
  })

  it("say what keeps a service from going on", () => {
    assert.match(textOf({ workers: 0 }).row!, /nobody works on it$/)
    assert.notMatch(textOf({ workers: 0, waiting: 0 }).row!, /nobody/)
    const breakers = [{ workerId: "w", reason: "ocr is unavailable", nextProbe: at }]
    assert.match(textOf({ breakers }).row!, /left alone: ocr is unavailable$/)
    const paused = { step: ocr, by: "me", reason: "new model", since: at }
    assert.match(textOf({ breakers, paused }).row!, /switched off by me: new model$/)
  })

  it("do not make up what the broker did not say", () => {
    assert.strictEqual(
      textOf({ queue: { name: "queue_ocr" } }).row?.replace(/ +/g, " "),
      "ocr ? 2 900 100 1,000 ? 1 10 1 min 40 s"
    )
  })

  it("foretell the end only while there is something left", () => {
    assert.strictEqual(textOf({}, { eta: 60 }).summary, "900 of 2,000 images done, 1 box, 0 crops, 1 min 0 s left")
    assert.strictEqual(textOf({}, { done: 2000, eta: 0 }).summary, "2,000 of 2,000 images done, 1 box, 0 crops")
  })

  it("fit a terminal of 60 columns: the least important are left out, notes stand below", () => {
    const paused = { step: ocr, by: "me", reason: "new model", since: at }
    const state = { at, services: [{ ...service, paused }], stages: [] }
    assert.deepEqual(StatusText.lines(state, progress, 60).slice(2, 5), [
      "service  queued  running  done  failed   owed  dead",
      "ocr         998        2   900     100  1,000     3",
      "ocr: switched off by me: new model"
    ])
  })
})
