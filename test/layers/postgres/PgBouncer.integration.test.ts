/** PostgreSQL behind Debian's PgBouncer in transaction mode. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Layer } from "effect"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as PgProgress from "../../../src/layers/postgres/PgProgress.ts"
import * as PgResultStore from "../../../src/layers/postgres/PgResultStore.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { contract } from "../../contracts/ResultStore.ts"
import * as Databases from "../../support/Databases.ts"
import * as PgBouncer from "../../support/PgBouncer.ts"
import { answer, known } from "../../support/Stores.ts"

/** A store in a fresh database behind PgBouncer, of a program with these variables. */
const store = (variables: Readonly<Record<string, string>>, ignored: ReadonlyArray<string> = []) =>
  Layer.merge(PgResultStore.layer, PgProgress.layer).pipe(
    Layer.provideMerge(PgDatabase.layer),
    Layer.provide(
      Layer.effect(
        PgDatabase.Address,
        Effect.flatMap(PgDatabase.Address, (address) => PgBouncer.before(address, { ignored }))
      )
    ),
    Layer.provide(Databases.address),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))
  )

const announced = { DB_POOLER: "transaction", DB_POOL_SIZE: "20" }

contract({ name: "PgResultStore behind PgBouncer", layer: store(announced) })

describe("PgBouncer in transaction mode", () => {
  it.live("shares few connections of the server among many of the program, again and again", () =>
    Effect.gen(function* () {
      const services = yield* Layer.build(store(announced))
      const results = Context.get(services, ResultStore)
      yield* Effect.forEach(
        Array.from({ length: 200 }, (_, i) => i),
        (i) =>
          Effect.gen(function* () {
            const id = yield* known("yolov8", "clip")
            yield* results.record([answer(id, i % 2 === 0 ? "yolov8" : "clip")])
            assert.strictEqual(yield* results.isOwed(id, answer(id, i % 2 === 0 ? "yolov8" : "clip").service), false)
            assert.lengthOf(yield* results.facts([id]), 1)
          }).pipe(Effect.provideContext(services)),
        { concurrency: 40, discard: true }
      )
    }).pipe(Effect.scoped)
  )

  for (const [what, ignored] of [
    ["refuses the settings of a connection", []],
    ["takes them and does not keep them", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]]
  ] as const) {
    it.live(`is named with the remedy when it was not announced and ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(store({}, ignored))))
        assert.include(String(error), "DB_POOLER=transaction")
      })
    )
  }
})
