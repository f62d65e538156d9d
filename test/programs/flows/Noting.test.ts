import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import type { Action } from "../../../src/domain/Action.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import * as Actions from "../../../src/programs/flows/Actions.ts"
import { ActionLog, CurrentPerson } from "../../../src/services/ActionLog.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import { ResultStoreError, StoreUnavailable } from "../../../src/services/ResultStore.ts"
import { serviceId } from "../../support/Facts.ts"

const ocr = serviceId("ocr")

const memory = Layer.mergeAll(
  Layer.succeed(Catalog, ServiceCatalog.standard),
  MemoryMessageBroker.layer,
  MemoryServiceSwitch.layer,
  Layer.succeed(CurrentPerson, "Ada")
)

/** A log in memory, and what it has noted. */
const keeping = () => {
  const noted: Array<Omit<Action, "id" | "at">> = []
  const log = Layer.succeed(ActionLog, {
    note: (action) => Effect.sync(() => void noted.push(action)),
    list: () => Effect.succeed([]),
    total: Effect.succeed(0)
  })
  return { noted, log }
}

describe("what people do", () => {
  const { log, noted } = keeping()

  it.effect("is noted with who did it, what, and to how many", () =>
    Effect.gen(function* () {
      yield* Actions.pause({ step: ocr, by: "Bob", reason: "too hot" })
      assert.isTrue(yield* Actions.resume(ocr))
      assert.isFalse(yield* Actions.resume(ocr))
      const broker = yield* MessageBroker
      yield* broker.publish([{ queue: "queue_ocr", body: "no job" }])
      const { deliveries } = yield* broker.subscribe("queue_ocr", { prefetch: 1 })
      const [delivery] = yield* Effect.map(Stream.runCollect(Stream.take(deliveries, 1)), (all) => [...all])
      yield* delivery!.settle(Settlement.DeadLetter({ reason: "no job" }))
      yield* Actions.drop(ocr, "all")
      yield* Actions.drop(ocr, "all")
      assert.deepStrictEqual(noted, [
        { by: "Bob", what: "pause ocr: too hot" },
        { by: "Ada", what: "resume ocr" },
        { by: "Ada", what: "drop dead letters of ocr", count: 1 }
      ])
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(memory, log)))
  )

  it.effect("is done also when it cannot be noted now", () =>
    Effect.gen(function* () {
      const away = new ResultStoreError({ reason: new StoreUnavailable({ cause: "away" }) })
      const log = Layer.succeed(ActionLog, {
        note: () => Effect.fail(away),
        list: () => Effect.fail(away),
        total: Effect.fail(away)
      })
      yield* Actions.pause({ step: ocr, by: "Bob", reason: "" })
      assert.isTrue(yield* Effect.provide(Actions.resume(ocr), log))
    }).pipe(Effect.provide(memory))
  )
})
