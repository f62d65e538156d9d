import { assert, describe, it } from "@effect/vitest"
import * as Troubles from "../../../src/dashboard/overview/Troubles.ts"
import type { ServiceState } from "../../../src/domain/PipelineState.ts"
import { serviceId } from "../../support/Facts.ts"

const ocr = serviceId("ocr")
const statistics = { ready: 0, unsettled: 0, delayed: 0, dead: 0, consumers: 1 }

/** A service that is well and has work, unless said otherwise. */
const state = (changes: Partial<ServiceState> = {}): ServiceState => ({
  service: ocr,
  kind: "specialized",
  health: "healthy",
  requested: 10,
  succeeded: 4,
  failed: 0,
  history: [],
  breakers: [],
  queue: { name: "queue_ocr", statistics },
  waiting: 6,
  inFlight: 2,
  workers: 1,
  rate: 1,
  ...changes
})

const texts = (changes: Partial<ServiceState>) => Troubles.of(state(changes)).map(({ text }) => text)
const paused = { step: ocr, by: "Ada", reason: "a new model", since: new Date(0) }

describe("Troubles", () => {
  it("has nothing to say about a service that is well", () => {
    assert.deepStrictEqual(texts({}), [])
    assert.deepStrictEqual(texts({ health: "unknown" }), [])
  })

  it("misses workers only where there is work for them", () => {
    assert.deepStrictEqual(texts({ workers: 0 }), ["no worker"])
    assert.deepStrictEqual(texts({ workers: 0, waiting: 0 }), [])
  })

  it("names who paused, in place of the worker that is missed", () => {
    assert.deepStrictEqual(Troubles.of(state({ paused, workers: 0 })), [
      { kind: "halted", text: "paused by Ada", detail: "a new model" }
    ])
  })

  it("announces the next probe of the breakers that are open", () => {
    const breaker = (second: number) => ({
      workerId: "w",
      reason: "down",
      nextProbe: new Date(2026, 0, 1, 12, 0, second)
    })
    const [trouble, ...others] = Troubles.of(state({ breakers: [breaker(9), breaker(5)], health: "unhealthy" }))
    assert.deepStrictEqual(others, [])
    assert.include(trouble!.text, breaker(5).nextProbe.toLocaleTimeString())
    assert.strictEqual(trouble!.detail, "down")
  })

  it("counts what is lost", () => {
    const queue = { name: "queue_ocr", statistics: { ...statistics, dead: 1 } }
    assert.deepStrictEqual(texts({ failed: 3, queue }), ["3 failed", "1 dead letter"])
  })

  it("says that the broker or the service is away", () => {
    assert.deepStrictEqual(texts({ queue: { name: "queue_ocr" }, health: "unhealthy" }), [
      "broker does not answer",
      "health check fails"
    ])
  })
})
