import { assert, describe, it } from "@effect/vitest"
import * as Troubles from "../../src/domain/Troubles.ts"
import type { ServiceState } from "../../src/domain/PipelineState.ts"
import { serviceId } from "../support/Facts.ts"

const ocr = serviceId("ocr")
const statistics = { ready: 0, unsettled: 0, delayed: 0, dead: 0, consumers: 1 }

/** A service that is well and has work, unless said otherwise. */
const state = (changes: Partial<ServiceState> = {}): ServiceState => ({
  service: ocr,
  kind: "specialized",
  tuning: {},
  health: "healthy",
  requested: 10,
  succeeded: 4,
  failed: 0,
  failedCrops: 0,
  history: [],
  breakers: [],
  queue: { name: "queue_ocr", statistics },
  waiting: 6,
  inFlight: 2,
  workers: 1,
  rate: 1,
  ...changes
})

const now = new Date(2026, 0, 1, 12)

const texts = (changes: Partial<ServiceState>) => Troubles.of(state(changes), now).map(({ text }) => text)
/** An open breaker that looks again so many seconds from now. */
const breaker = (workerId: string, seconds: number) => ({
  workerId,
  on: "image" as const,
  reason: "HTTP 503",
  since: new Date(2026, 0, 1, 11),
  nextProbe: new Date(now.getTime() + 1000 * seconds)
})
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
    assert.deepStrictEqual(Troubles.of(state({ paused, workers: 0 }), now), [
      { kind: "halted", text: "paused by Ada", since: paused.since, detail: "a new model" }
    ])
  })

  it("announces the next probe of the breakers that are open", () => {
    const [trouble, ...others] = Troubles.of(
      state({ breakers: [breaker("a", 9), breaker("b", 5)], health: "unhealthy" }),
      now
    )
    assert.deepStrictEqual(others, [])
    const { nextProbe, since } = breaker("b", 5)
    assert.deepStrictEqual(trouble, { kind: "halted", text: "down", detail: "HTTP 503", since, nextProbe })
  })

  it("names no probe that should have been", () => {
    const [trouble] = Troubles.of(state({ breakers: [breaker("a", -1)] }), now)
    assert.strictEqual(trouble!.text, "down")
    assert.notProperty(trouble, "nextProbe")
  })

  it("calls a service down only when no worker asks it", () => {
    const one = [breaker("a", 5)]
    assert.deepStrictEqual(texts({ breakers: one, workers: 2 }), ["down for 1 of 2 workers"])
    assert.isFalse(Troubles.isHalted(state({ breakers: one, workers: 2 })))
    assert.isTrue(Troubles.isHalted(state({ breakers: [...one, breaker("b", 5)], workers: 2 })))
    assert.isFalse(Troubles.isHalted(state({ breakers: one, waiting: 0 })))
    const forCrops = [{ ...breaker("a", 5), on: "crops" as const }]
    assert.deepStrictEqual(texts({ breakers: forCrops }), ["down for crops"])
    assert.isFalse(Troubles.isHalted(state({ breakers: forCrops })))
  })

  it("calls a service halted that does not say that it can serve only while it gives no answers", () => {
    assert.isFalse(Troubles.isHalted(state({ health: "unhealthy", rate: 1.1 })))
    assert.isTrue(Troubles.isHalted(state({ health: "unhealthy", rate: 0 })))
  })

  it("names the services that owe answers and give none", () => {
    const services = [state(), state({ service: serviceId("ollama"), workers: 0 })]
    assert.deepStrictEqual(Troubles.halted({ services }), [serviceId("ollama")])
  })

  it("counts what is lost", () => {
    const queue = { name: "queue_ocr", statistics: { ...statistics, dead: 1 } }
    assert.deepStrictEqual(texts({ failed: 3, failedCrops: 1000, queue }), ["1,003 failed", "1 dead letter"])
  })

  it("says that the broker or the service is away", () => {
    assert.deepStrictEqual(texts({ queue: { name: "queue_ocr" }, health: "unhealthy" }), [
      "broker does not answer",
      "health check fails"
    ])
  })
})
