import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option, Tracer } from "effect"
import { SqlClient } from "effect/sql"
import { vi } from "vitest"
import * as Derived from "../../../src/layers/postgres/Derived.ts"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore, type Unfinished } from "../../../src/services/ResultStore.ts"
import { contract } from "../../contracts/ResultStore.ts"
import * as Databases from "../../support/Databases.ts"
import { factsOf, failed, object, said, boxesOf, consensusOf } from "../../support/Facts.ts"
import {
  answer,
  cropAnswer,
  derived,
  factsAbout,
  known,
  personsAt,
  saveBoxes,
  saveConsensus,
  saveEnrichment
} from "../../support/Stores.ts"

contract({ name: "PgResultStore", layer: Databases.store })

/** Sessions in the test's database that wait for a lock. */
const waiting = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  return yield* sql`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
})

/** Another program's client of the same database. */
const another = Effect.map(Layer.build(Layer.fresh(PgDatabase.layer)), Context.get(PgClient.PgClient))

layer(Databases.store, { excludeTestServices: true })("PgResultStore", (it) => {
  it.effect("shows what it returned to every other connection (B01, B02, B03)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* known("yolov8")
      yield* store.record([answer(id, "yolov8")])
      const [box] = boxesOf(factsOf({ yolov8: said(object("person", [0, 0, 50, 90], 0.9)) }))
      yield* saveBoxes([derived(id, 1, [box!])])
      yield* saveConsensus([derived(id, 1, consensusOf(yield* factsAbout(id)))])
      yield* store.recordCrops([cropAnswer(id, box!, "pose")])
      const sql = yield* another
      const [seen] = yield* sql<{ results: number; boxes: number; consensus: number; crops: number }>`
        SELECT (SELECT count(*) FROM results WHERE image_id = ${id}) AS results,
          (SELECT count(*) FROM merged_boxes WHERE image_id = ${id}) AS boxes,
          (SELECT count(*) FROM consensus WHERE image_id = ${id}) AS consensus,
          (SELECT count(*) FROM postprocessing WHERE image_id = ${id}) AS crops`
      assert.deepStrictEqual(seen, { results: 1, boxes: 1, consensus: 1, crops: 1 })
    })
  )

  it.effect("knows when nothing is left to do", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      const algorithms = { harmonize: "test@1", consensus: "test@1", enrich: "test@1" }
      const id = yield* known("yolov8")
      const nothing: Unfinished = { stages: new Set(), lacksAnswers: false, newest: Option.some(id) }
      const seen = yield* sql`
        DELETE FROM images WHERE image_id <> ${id}`.pipe(
        Effect.andThen(store.record([answer(id, "yolov8")])),
        Effect.andThen(saveBoxes([derived(id, 1, [])])),
        Effect.andThen(saveConsensus([derived(id, 1, consensusOf(factsOf({})))])),
        Effect.andThen(saveEnrichment([derived(id, 1, undefined)])),
        Effect.andThen(store.unfinished(algorithms)),
        Effect.flip,
        sql.withTransaction,
        Effect.flip
      )
      assert.deepStrictEqual(seen, nothing)
    })
  )

  it.effect("fails when a column is not there, and takes that for no answer (B07)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      const id = yield* known("yolov8")
      yield* store.record([answer(id, "yolov8")])
      yield* saveBoxes([derived(id, 1, personsAt([0, 0, 50, 90]))])
      yield* Effect.acquireRelease(sql`ALTER TABLE box_details RENAME COLUMN details TO gone`, () =>
        Effect.orDie(sql`ALTER TABLE box_details RENAME COLUMN gone TO details`)
      )
      const { reason } = yield* Effect.flip(store.boxes(id))
      assert.strictEqual(reason._tag, "StoreUnavailable")
      assert.match(String(reason.cause), /column .*details.* does not exist/)
    }).pipe(Effect.scoped)
  )

  it.effect("dates by the database's clock, with the time zone, whatever the clock of this machine says (B10)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      yield* Effect.acquireRelease(
        Effect.sync(() => vi.useFakeTimers({ now: new Date("2001-01-01"), toFake: ["Date"] })),
        () => Effect.sync(() => vi.useRealTimers())
      )
      const id = yield* known("yolov8")
      yield* store.record([answer(id, "yolov8")])
      const [box] = personsAt([0, 0, 50, 90])
      yield* saveBoxes([derived(id, 1, [box!])])
      yield* saveConsensus([derived(id, 1, consensusOf(yield* factsAbout(id)))])
      yield* store.recordCrops([cropAnswer(id, box!, "pose")])
      const dates = yield* sql<{ table_name: string; column_name: string; data_type: string }>`
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'windmill_migrations' AND data_type ~ '^(timestamp|date|time)'`
      assert.deepStrictEqual([...new Set(dates.map(({ data_type }) => data_type))], ["timestamp with time zone"])
      const dated = dates.filter(({ table_name }) =>
        ["consensus", "images", "merged_boxes", "postprocessing", "results"].includes(table_name)
      )
      assert.isAtLeast(dated.length, 5)
      for (const { column_name, table_name } of dated) {
        const rows = yield* sql`
          SELECT FROM ${sql(table_name)}
          WHERE image_id = ${id} AND ${sql(column_name)} BETWEEN now() - interval '10 minutes' AND now()`
        assert.lengthOf(rows, 1, `${table_name}.${column_name}`)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("leaves no transaction open, neither after success nor after failure (B04, B05)", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      const id = yield* known("blip")
      const tooLarge = answer((2 ** 52) as typeof id, "blip")
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, i) => i),
        (i) => Effect.ignore(store.record(i % 2 === 0 ? [answer(id, `s_${i}`)] : [tooLarge])),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        yield* sql`
          SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
        []
      )
      assert.strictEqual((yield* factsAbout(id)).revision, 10)
    })
  )

  it.effect("runs again what lost against another transaction in a deadlock", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* another
      const [first, second] = [yield* known("blip"), yield* known("blip")]
      const lock = (id: number) => sql`SELECT FROM images WHERE image_id = ${id} FOR UPDATE`
      const recording = yield* sql.withTransaction(
        Effect.gen(function* () {
          // The other transaction waits long for its victim, so the store is the one that is told to give way.
          yield* sql`SET LOCAL deadlock_timeout = '10min'`
          yield* lock(second)
          const fiber = yield* Effect.forkDetach(store.record([answer(first, "blip"), answer(second, "blip")]))
          yield* Effect.repeat(waiting, { until: (sessions) => sessions.length > 0 })
          yield* lock(first)
          return fiber
        })
      )
      assert.strictEqual((yield* Fiber.join(recording)).length, 2)
      assert.strictEqual((yield* factsAbout(first)).revision, 1)
    })
  )

  it.effect("replaces and reads the boxes that are there once it has the image, not those from before", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* another
      const id = yield* known("yolov8", "rtdetr", "blip")
      yield* store.record([answer(id, "yolov8"), answer(id, "rtdetr"), answer(id, "blip")])
      const [gone, kept, next] = [personsAt([0, 0, 50, 90]), personsAt([60, 0, 50, 90]), personsAt([120, 0, 50, 90])]
      yield* saveBoxes([derived(id, 1, gone)])
      // Both wait for the image while another program replaces its boxes.
      const waited = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* Derived.save({ boxes: [derived(id, 2, kept)] })
          const crops = yield* Effect.forkDetach(
            store.recordCrops([cropAnswer(id, gone[0]!, "pose"), cropAnswer(id, kept[0]!, "face")])
          )
          yield* Effect.repeat(waiting, { until: (sessions) => sessions.length === 1 })
          const boxes = yield* Effect.forkDetach(saveBoxes([derived(id, 3, next)]))
          yield* Effect.repeat(waiting, { until: (sessions) => sessions.length === 2 })
          return { crops, boxes }
        }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
      )
      const recorded = yield* Fiber.join(waited.crops)
      assert.deepStrictEqual(yield* Fiber.join(waited.boxes), [id])
      const stored = yield* sql<{ merged_id: string }>`SELECT merged_id FROM merged_boxes WHERE image_id = ${id}`
      assert.deepStrictEqual(
        stored.map(({ merged_id }) => merged_id),
        next.map(({ id }) => id)
      )
      // The crop was first; that of a box that was gone by then is none.
      assert.deepStrictEqual(
        recorded.map(({ service }) => service),
        ["face"]
      )
      assert.strictEqual((yield* factsAbout(id)).revision, 4)
    })
  )

  it.effect("says that the store is unavailable when connections are cut, and goes on when they are back", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* another
      const id = yield* known("blip")
      const outcome = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT FROM images WHERE image_id = ${id} FOR UPDATE`
          const fiber = yield* Effect.forkDetach(Effect.flip(store.record([answer(id, "blip")])))
          const sessions = yield* Effect.repeat(waiting, { until: (sessions) => sessions.length > 0 })
          for (const { pid } of sessions) yield* sql`SELECT pg_terminate_backend(${pid as number})`
          return yield* Fiber.join(fiber)
        })
      )
      assert.strictEqual(outcome.reason._tag, "StoreUnavailable")
      assert.strictEqual((yield* factsAbout(id)).revision, 0)
      assert.strictEqual((yield* store.record([answer(id, "blip")])).length, 1)
    })
  )

  it.effect("answers the specification's questions about progress as they are written there", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      const id = yield* known("spec_a", "spec_b")
      yield* store.record([answer(id, "spec_a"), answer(id, "spec_b", failed())])
      const perService = yield* sql`
        SELECT service, COUNT(*),
               COUNT(*) FILTER (WHERE status = 'success') as success_count
        FROM results GROUP BY service`
      assert.deepStrictEqual(
        perService
          .filter(({ service }) => String(service).startsWith("spec_"))
          .sort((a, b) => (a.service! < b.service! ? -1 : 1)),
        [
          { service: "spec_a", count: 1, success_count: 1 },
          { service: "spec_b", count: 1, success_count: 0 }
        ]
      )
      const progress = yield* (yield* Progress).counts({ _tag: "All" })
      assert.deepStrictEqual(yield* sql`SELECT COUNT(*) as total_merged_boxes FROM merged_boxes`, [
        { total_merged_boxes: progress.boxes }
      ])
      assert.deepStrictEqual(yield* sql`SELECT COUNT(*) as total_enrichments FROM postprocessing`, [
        { total_enrichments: progress.crops }
      ])
    })
  )

  it.effect("names the results a box came from, and the algorithm and revision of what is derived", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      const id = yield* known()
      yield* store.record([answer(id, "blip"), answer(id, "yolov8"), answer(id, "rtdetr")])
      const { results } = yield* factsAbout(id)
      const seen = said(object("person", [0, 0, 50, 90], 0.9))
      yield* saveBoxes([derived(id, 3, boxesOf(factsOf({ yolov8: seen, rtdetr: seen })), "both@1")])
      const rows = yield* sql`
        SELECT source_result_ids, algorithm, revision, merged_data -> 'source_result_ids' AS in_data FROM merged_boxes
        WHERE image_id = ${id}`
      const sources = results.filter(({ service }) => service !== "blip").map(({ resultId }) => resultId)
      assert.deepStrictEqual(rows, [{ source_result_ids: sources, algorithm: "both@1", revision: 3, in_data: sources }])
    })
  )

  it.effect("counts answers about an image that is stale already in no index of the images", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* PgClient.PgClient
      const id = yield* known("blip", "clip", "rtdetr", "yolov8")
      yield* store.record([answer(id, "blip")])
      // Of this connection, with what it has not told the server yet.
      const counted = sql<{ all: number; in_place: number }>`
        SELECT n_tup_upd AS all, n_tup_hot_upd AS in_place FROM pg_stat_xact_user_tables WHERE relname = 'images'`
      const [before, after] = yield* sql.withTransaction(
        Effect.gen(function* () {
          const [before] = yield* counted
          yield* store.record([answer(id, "clip")])
          yield* store.record([answer(id, "rtdetr")])
          return [before!, (yield* counted)[0]!] as const
        })
      )
      assert.deepStrictEqual(
        { all: after.all - before.all, inPlace: after.in_place - before.in_place },
        { all: 2, inPlace: 2 }
      )
    })
  )

  it.effect("traces every method by its name, with ids and without what was said", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const id = yield* known("blip")
      const payload = "what the service said"
      yield* Effect.withTracer(store.record([answer(id, "blip", said({ text: payload }))]), tracer)
      const method = spans.find(({ name }) => name === "ResultStore.record")
      assert.deepStrictEqual(Object.fromEntries(method!.attributes), {
        "windmill.images": 1,
        "windmill.image_ids": String(id)
      })
      const attributes = spans.flatMap((span) => [...span.attributes.values()])
      assert.isFalse(attributes.some((value) => String(value).includes(payload)))
    })
  )
})
