import { assert, describe, it } from "@effect/vitest"
import { Clock, type Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { ServiceId } from "../../../src/domain/Identifiers.ts"
import * as Watching from "../../../src/programs/api/Watching.ts"
import { serviceId } from "../../support/Facts.ts"

const ollama = serviceId("ollama")

/** A pipeline that says after a while which services are halted. */
const watching = (looks: ReadonlyArray<readonly [takes: Duration.Input, services: ReadonlyArray<ServiceId>]>) => {
  let asked = 0
  const halted = Effect.suspend(() => {
    const [takes, services] = looks[asked++]!
    return Effect.delay(Effect.succeed(services), takes)
  })
  return Watching.halted.pipe(Layer.provide(Layer.mock(Watching.Watching, { halted })))
}

/** What is told, and after how many milliseconds. */
const told = Effect.gen(function* () {
  const halted = yield* Watching.Halted
  const begin = yield* Clock.currentTimeMillis
  const asking = yield* Effect.forkChild(
    Effect.flatMap(halted, (services) => Effect.map(Clock.currentTimeMillis, (end) => [services, end - begin] as const))
  )
  yield* TestClock.adjust("5 seconds")
  return yield* Fiber.join(asking)
})

describe("the services that are halted", () => {
  it.effect("are waited for by the first who asks, and by who asks long after", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* told, [[ollama], 2000])
      // What was found a moment ago is told before what comes later.
      assert.deepStrictEqual(yield* told, [[ollama], 500])
      assert.deepStrictEqual(yield* told, [[], 100])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* told, [[ollama], 2000])
    }).pipe(
      Effect.provide(
        watching([
          ["2 seconds", [ollama]],
          ["2 seconds", []],
          ["100 millis", []],
          ["2 seconds", [ollama]]
        ])
      )
    )
  )

  it.effect("hold nobody up for long", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* told, [[], 3000])
    }).pipe(Effect.provide(watching([["1 hour", [ollama]]])))
  )
})
