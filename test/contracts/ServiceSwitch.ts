/** What every service switch promises. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import { serviceId } from "../support/Facts.ts"

const ocr = serviceId("ocr")
const clip = serviceId("clip")

export const serviceSwitch = (it: Vitest.MethodsNonLive<ServiceSwitch>) => {
  it.effect("says who switched a step off and why", () =>
    Effect.gen(function* () {
      const switches = yield* ServiceSwitch
      const first = yield* switches.pause({ step: ocr, by: "Ada", reason: "a new model" })
      const second = yield* switches.pause({ step: "consensus", by: "Grace", reason: "" })
      assert.deepStrictEqual(yield* switches.pauses, [second, first])
      const third = yield* switches.pause({ step: ocr, by: "Grace", reason: "it is hot" })
      assert.deepStrictEqual(yield* switches.pauses, [second, third])
      assert.isTrue(yield* switches.resume(ocr))
      assert.isFalse(yield* switches.resume(ocr))
      assert.isTrue(yield* switches.resume("consensus"))
      assert.deepStrictEqual(yield* switches.pauses, [])
    })
  )

  it.effect("holds text of any kind", () =>
    Effect.gen(function* () {
      const switches = yield* ServiceSwitch
      const { by, reason } = yield* switches.pause({ step: ocr, by: "'; DROP TABLE pauses", reason: "<b>\u2028猫" })
      assert.deepStrictEqual([by, reason], ["'; DROP TABLE pauses", "<b>\u2028猫"])
      yield* switches.resume(ocr)
    })
  )

  it.effect("lets those who wait know, and nobody else", () =>
    Effect.gen(function* () {
      const switches = yield* ServiceSwitch
      yield* switches.untilResumed(ocr)
      const off = yield* Effect.forkChild(switches.untilPaused(ocr))
      const other = yield* Effect.forkChild(switches.untilPaused(clip))
      yield* switches.pause({ step: ocr, by: "Ada", reason: "" })
      yield* Fiber.join(off)
      assert.isTrue(yield* switches.isPaused(ocr))
      assert.isFalse(yield* switches.isPaused(clip))
      yield* switches.untilPaused(ocr)
      const on = yield* Effect.forkChild(switches.untilResumed(ocr))
      yield* switches.resume(ocr)
      yield* Fiber.join(on)
      assert.isFalse(yield* switches.isPaused(ocr))
      assert.isUndefined(other.pollUnsafe())
      yield* Fiber.interrupt(other)
    })
  )
}
