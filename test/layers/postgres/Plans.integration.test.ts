import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { Statement } from "effect/sql"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { stages } from "../../../src/domain/Staleness.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { consensusOf, factsOf, serviceId } from "../../support/Facts.ts"
import * as Databases from "../../support/Databases.ts"
import { answer, cropAnswer, derived, personsAt } from "../../support/Stores.ts"

const count = 20_000
const current = "current@1"
const consensus = consensusOf(factsOf({}))

/** 20,000 images that were answered by three services and are done, except for ten every 2,000. */
const filled = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql`
      INSERT INTO images (
        source_key, image_filename, image_path, requested_services, answered_services, revision, boxes_revision,
        boxes_algorithm, consensus_revision, consensus_algorithm, enrichment_revision, enrichment_algorithm)
      SELECT i, i, '/pictures/' || i, '{blip,clip,yolov8}', CASE WHEN unfinished THEN 2 ELSE 3 END, 3,
        CASE WHEN unfinished THEN 2 ELSE 3 END, ${current}, CASE WHEN unfinished THEN 2 ELSE 3 END, ${current},
        CASE WHEN unfinished THEN 2 ELSE 3 END, ${current}
      FROM generate_series(1, ${count}) AS i CROSS JOIN LATERAL (SELECT i % 2000 = 0 AS unfinished) AS u`
    yield* sql`
      INSERT INTO results (image_id, service, status, data, worker_id)
      SELECT image_id, service, 'success', '{}', 'worker' FROM images CROSS JOIN unnest(requested_services) AS service
      WHERE service <> 'yolov8' OR answered_services = 3`
    yield* sql`
      INSERT INTO boxes (image_id, merged_id, rank, source_result_ids, status, revision)
      SELECT image_id, 'box', 0, '{}', 'confirmed', 3 FROM images`
    yield* sql`INSERT INTO box_details (image_id, algorithm, details) SELECT image_id, ${current}, '{"{}"}' FROM images`
    yield* sql`
      INSERT INTO postprocessing
        (image_id, merged_box_id, service, status, region_x, region_y, region_width, region_height)
      SELECT image_id, 'box', 'colors', 'success', 0, 0, 1, 1 FROM images`
    for (const table of ["images", "results", "boxes", "box_details", "postprocessing"])
      yield* sql`ANALYZE ${sql(table)}`
  })
)

interface Plan {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Actual Rows"?: number
  readonly "Actual Loops"?: number
  readonly "Rows Removed by Filter"?: number
  readonly Plans?: ReadonlyArray<Plan>
}

/** The plans, down to their last node, of the statements that some work runs. Reads are run to see the rows they touch. */
const nodesOf = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const nodes: Array<Plan> = []
  const collect = (plan: Plan): void => {
    nodes.push(plan)
    plan.Plans?.forEach(collect)
  }
  const explain: Statement.Transformer = (statement, sql) =>
    Effect.gen(function* () {
      const [text, parameters] = statement.compile()
      const isRead = !/INSERT|UPDATE|DELETE/.test(text)
      const rows = yield* sql.unsafe<{ "QUERY PLAN": ReadonlyArray<{ readonly Plan: Plan }> }>(
        `EXPLAIN (FORMAT JSON${isRead ? ", ANALYZE" : ""}) ${text}`,
        parameters
      ).unprepared
      for (const { "QUERY PLAN": plans } of rows) for (const { Plan } of plans) collect(Plan)
      return statement
    }).pipe(Effect.provideService(Statement.CurrentTransformer, undefined), Effect.orDie)
  yield* Effect.provideService(work, Statement.CurrentTransformer, explain)
  return nodes
})

const tables = new Set(["images", "results", "boxes", "box_details", "votes", "postprocessing"])

const scansOf = (nodes: ReadonlyArray<Plan>) =>
  nodes.filter((node) => node["Node Type"] === "Seq Scan" && tables.has(node["Relation Name"] ?? ""))

/** How many rows were read where they are stored. */
const rowsRead = (nodes: ReadonlyArray<Plan>) =>
  nodes
    .filter((node) => node["Relation Name"] !== undefined || node["Index Name"] !== undefined)
    .map((node) => ((node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0)) * (node["Actual Loops"] ?? 1))
    .reduce((total, rows) => total + rows, 0)

/** One connection, which knows of all statements. */
const one = ConfigProvider.layer(ConfigProvider.fromUnknown({ DB_POOL_SIZE: "1" }))

layer(filled.pipe(Layer.provideMerge(Databases.store), Layer.provide(one)), { timeout: "60 seconds" })(
  "PgResultStore with 20,000 images",
  (it) => {
    it.effect("finds what is stale and what is owed without reading what is not", () =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        for (const stage of stages) {
          const nodes = yield* nodesOf(store.stale(stage, { algorithm: current, limit: 100 }))
          assert.deepStrictEqual(scansOf(nodes), [])
          assert.isAbove(rowsRead(nodes), 0)
          assert.isBelow(rowsRead(nodes), 100)
        }
        const nodes = yield* nodesOf(store.owed({ scope: { _tag: "All" }, limit: 100 }))
        assert.deepStrictEqual(scansOf(nodes), [])
        assert.isBelow(rowsRead(nodes), 150)
        const ends = yield* nodesOf(store.unfinished({ harmonize: current, consensus: current, enrich: current }))
        assert.deepStrictEqual(scansOf(ends), [])
        assert.isBelow(rowsRead(ends), 50)
      })
    )

    it.effect("finds the next images when a new algorithm makes all of them stale, wherever it is", () =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        for (const stage of stages) {
          for (const after of [0, count / 2, count - 50]) {
            const options = { algorithm: "new@1", after: after as ImageId, limit: 100 }
            const nodes = yield* nodesOf(store.stale(stage, options))
            assert.deepStrictEqual(scansOf(nodes), [])
            assert.isBelow(rowsRead(nodes), 1000)
            assert.strictEqual((yield* store.stale(stage, options)).length, Math.min(100, count - after))
          }
        }
      })
    )

    it.effect("reads and writes images by their ids", () =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const ids = [4, 8, 15, 16, 23, 42] as ReadonlyArray<number> as ReadonlyArray<ImageId>
        const [box] = personsAt([0, 0, 50, 90])
        const works: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
          store.facts(ids),
          store.facts(ids, { harmonize: "new@1" }),
          store.isOwed(ids[0]!, answer(ids[0]!, "blip").service),
          store.reference(ids[0]!),
          (yield* Progress).counts({ _tag: "Images", ids }),
          store.record(ids.map((id) => answer(id, "ocr"))),
          store.save({ boxes: ids.map((id) => derived(id, 4, [box!])) }),
          store.boxes(ids[0]!),
          store.croppable(ids[0]!, { enrich: "new@1" }),
          store.recordCrops(ids.map((id) => cropAnswer(id, box!, "pose"))),
          store.save({ enrichment: ids.map((id) => derived(id, 5, undefined)) }),
          store.forget({ which: "failed", scope: { _tag: "All" } }),
          store.submit([{ reference: { filename: "a.jpg", path: "/pictures/new" }, services: [] }])
        ]
        for (const work of works) {
          const nodes = yield* nodesOf(work)
          assert.isNotEmpty(nodes)
          assert.deepStrictEqual(scansOf(nodes), [])
        }
      })
    )

    it.effect("keeps the plans of what is done about every image, whether about one or many at once", () =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const sql = yield* PgClient.PgClient
        const [box] = personsAt([0, 0, 50, 90])
        const staleFor = { harmonize: current, consensus: current, enrich: current, services: [serviceId("blip")] }
        const analyze = Effect.fnUntraced(function* (from: number, images: number) {
          const ids = Array.from({ length: images }, (_, i) => (from + i) as ImageId)
          yield* store.record(ids.map((id) => answer(id, "ocr")))
          yield* store.facts(ids, staleFor)
          yield* store.save({
            boxes: ids.map((id) => derived(id, 4, [box!])),
            consensus: ids.map((id) => derived(id, 4, consensus))
          })
          yield* store.croppable(ids[0]!, { enrich: "new@1", services: [serviceId("blip")] })
          yield* store.recordCrops(ids.map((id) => cropAnswer(id, box!, "pose")))
        })
        for (let i = 0; i < 12; i++) yield* analyze(1001 + 100 * i, 1 + ((5 * i) % 16))
        const kept = yield* sql<{ statement: string; ofOne: number; ofAll: number }>`
          SELECT left(statement, 200) AS statement, custom_plans AS "ofOne", generic_plans AS "ofAll"
          FROM pg_prepared_statements WHERE custom_plans + generic_plans >= 12`
        // PostgreSQL plans a statement five times before it compares.
        assert.deepStrictEqual(
          kept.filter(({ ofOne }) => ofOne > 5),
          []
        )
        assert.lengthOf(kept, 5)
      })
    )
  }
)
