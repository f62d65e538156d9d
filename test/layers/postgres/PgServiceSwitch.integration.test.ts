import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as PgServiceSwitch from "../../../src/layers/postgres/PgServiceSwitch.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import { serviceSwitch } from "../../contracts/ServiceSwitch.ts"
import * as Databases from "../../support/Databases.ts"
import { serviceId } from "../../support/Facts.ts"

layer(PgServiceSwitch.layer.pipe(Layer.provide(Databases.client)), { excludeTestServices: true })(
  "a service switch in PostgreSQL",
  serviceSwitch
)

describe("two processes with one database", () => {
  /** A process of its own. */
  const start = Effect.map(Layer.build(Layer.fresh(PgServiceSwitch.layer)), Context.get(ServiceSwitch))

  it.live("hear of each other, and a later one remembers", () =>
    Effect.gen(function* () {
      const ocr = serviceId("ocr")
      const [one, other] = yield* Effect.all([start, start])
      const pause = yield* one.pause({ step: ocr, by: "Ada", reason: "a reason" })
      yield* other.untilPaused(ocr)
      const later = yield* start
      assert.isTrue(yield* later.isPaused(ocr))
      assert.deepStrictEqual(yield* later.pauses, [pause])
      yield* later.resume(ocr)
      yield* Effect.all([one.untilResumed(ocr), other.untilResumed(ocr)])
    }).pipe(Effect.scoped, Effect.provide(Databases.client))
  )
})
