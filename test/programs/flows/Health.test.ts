import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { watchHealth } from "../../../src/programs/flows/Health.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { serviceId } from "../../support/Facts.ts"

const catalog = ServiceCatalog.standard.filter(({ id }) => ["clip", "ocr", "pose"].includes(id))

describe("watchHealth", () => {
  it.effect("keeps nobody waiting for a service that does not answer, and asks seldom", () =>
    Effect.gen(function* () {
      let asked = 0
      const services = Layer.mock(Inference, {
        isHealthy: ({ id }) =>
          Effect.suspend(() => {
            asked++
            return id === "pose" ? Effect.never : Effect.succeed(id === "clip")
          })
      })
      yield* Effect.gen(function* () {
        const health = yield* watchHealth
        assert.strictEqual((yield* health).size, 0)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(
          yield* health,
          new Map([
            [serviceId("clip"), "healthy"],
            [serviceId("ocr"), "unhealthy"]
          ])
        )
        assert.strictEqual(asked, 3)
        yield* TestClock.adjust("1 minute")
        yield* health
        yield* TestClock.adjust("1 second")
        assert.strictEqual(asked, 6)
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(services, Layer.succeed(Catalog, catalog))))
    })
  )
})
