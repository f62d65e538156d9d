import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as PgActionLog from "../../../src/layers/postgres/PgActionLog.ts"
import * as PgArchive from "../../../src/layers/postgres/PgArchive.ts"
import * as PgHistory from "../../../src/layers/postgres/PgHistory.ts"
import * as PgOperations from "../../../src/layers/postgres/PgOperations.ts"
import * as PgWorkerRegistry from "../../../src/layers/postgres/PgWorkerRegistry.ts"
import { ActionLog } from "../../../src/services/ActionLog.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { History } from "../../../src/services/History.ts"
import { Operations } from "../../../src/services/Operations.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import * as Archives from "../../support/Archives.ts"
import * as Databases from "../../support/Databases.ts"
import { said } from "../../support/Facts.ts"

const surroundings = Layer.mergeAll(
  PgActionLog.layer,
  PgArchive.layer,
  PgHistory.layer,
  PgOperations.layer,
  PgWorkerRegistry.layer
).pipe(Layer.provideMerge(Layer.merge(Databases.store, Layer.succeed(Catalog, ServiceCatalog.standard))))

/** Rows of each table that grows with time. */
const rows = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [counts] = yield* sql<Record<string, number>>`
    SELECT (SELECT count(*) FROM derivations) AS derivations, (SELECT count(*) FROM deleted_images) AS deleted,
      (SELECT count(*) FROM workers) AS workers, (SELECT count(*) FROM operations) AS operations,
      (SELECT count(*) FROM actions) AS actions`
  return counts!
})

layer(surroundings, { excludeTestServices: true })("the history in PostgreSQL", (it) => {
  it.effect("forgets what is older than wanted, and keeps what still says something", () =>
    Effect.gen(function* () {
      const history = yield* History
      const operations = yield* Operations
      const sql = yield* PgClient.PgClient
      const store = yield* ResultStore
      const kept = yield* Archives.done("kept.jpg", { clip: said() })
      yield* Archives.done("gone.jpg", { clip: said() }).pipe(Effect.flatMap(store.remove))
      yield* store.record([])
      const request = { kind: "recompute", stages: ["consensus"], ids: [kept] } as const
      const ended = yield* operations.begin(request, "Ada")
      yield* operations.stop(ended.id)
      const running = yield* operations.begin(request, "Ada")
      yield* operations.step(running.id, 10)
      yield* Archives.derive(kept)
      const log = yield* ActionLog
      yield* log.note({ by: "Ada", what: "pause ocr: too hot" })
      yield* log.note({ by: "Bob", what: "retry failures", count: 7 })
      assert.deepStrictEqual(
        (yield* log.list({ limit: 9 })).map(({ by, count, what }) => [by, what, count]),
        [
          ["Bob", "retry failures", 7],
          ["Ada", "pause ocr: too hot", undefined]
        ]
      )
      const beat = { host: "h", version: "v", activities: [] }
      const registry = yield* WorkerRegistry
      for (const workerId of ["alive", "dead"]) yield* registry.beat({ ...beat, workerId })

      const month = Duration.days(30)
      assert.strictEqual(yield* history.forget(month), 0)
      const before = yield* rows
      const past = sql`now() - interval '31 days'`
      yield* sql`UPDATE derivations SET created = created - interval '31 days'`
      yield* sql`UPDATE deleted_images SET deleted = ${past}`
      yield* sql`UPDATE workers SET last_beat = ${past} WHERE worker_id = 'dead'`
      yield* sql`UPDATE operations SET began = ${past}, ended = CASE WHEN ended IS NOT NULL THEN ${past} END`
      yield* sql`UPDATE actions SET done = ${past} WHERE done_by = 'Ada'`
      assert.isAbove(yield* history.forget(month), 0)
      assert.strictEqual(yield* history.forget(month), 0)
      const after = yield* rows
      assert.deepStrictEqual(after, { derivations: 3, deleted: 0, workers: 1, operations: 1, actions: 1 })
      assert.isAbove(before["derivations"]!, 3)
      const image = Option.getOrThrow(yield* Archive.use((archive) => archive.image(kept)))
      assert.isTrue(image.derivations.every(({ at }) => at !== undefined))
      assert.strictEqual((yield* operations.running)[0]!.id, running.id)
    })
  )
})
