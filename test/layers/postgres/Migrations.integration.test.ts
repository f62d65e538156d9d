import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Migrator, type SqlError } from "effect/sql"
import type { ContentHash } from "../../../src/domain/Identifiers.ts"
import { DatabaseUnusable } from "../../../src/layers/postgres/DatabaseUnusable.ts"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as Migrations from "../../../src/layers/postgres/Migrations.ts"
import * as PgPictureLinks from "../../../src/layers/postgres/PgPictureLinks.ts"
import * as PgResultStore from "../../../src/layers/postgres/PgResultStore.ts"
import { PictureLinks } from "../../../src/services/PictureLinks.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as Databases from "../../support/Databases.ts"

const tables = ["consensus", "images", "merged_boxes", "postprocessing", "results"]

const { migrate } = Migrations

/** The tables as the first so many steps make them. */
const migrateTo = (last: number) =>
  Migrator.make({})({
    loader: Migrator.fromRecord(Object.fromEntries(Object.entries(Migrations.steps).slice(0, last))),
    table: Migrations.table
  })

const steps = PgClient.PgClient.use(
  (sql) => sql<{ name: string }>`SELECT name FROM windmill_migrations ORDER BY migration_id`
)

/** Why there can be no tables in the database of the test after some statements in it. */
const refusal = (prepare: (sql: PgClient.PgClient) => Effect.Effect<unknown, SqlError.SqlError>) =>
  Effect.gen(function* () {
    yield* Effect.flatMap(PgClient.PgClient, prepare)
    const error = yield* Effect.flip(Effect.provide(migrate, Layer.fresh(PgDatabase.layer)))
    return error instanceof DatabaseUnusable ? error.message : String(error)
  })

describe("migrate", () => {
  it.effect("says which setting of the role or the database keeps facts from being kept", () =>
    Effect.gen(function* () {
      const { database } = yield* PgDatabase.Address
      const set = (setting: string) => (sql: PgClient.PgClient) =>
        sql.unsafe(`ALTER DATABASE ${database} SET ${setting}`)
      const readOnly = yield* refusal(set("default_transaction_read_only = on"))
      assert.match(
        readOnly,
        /takes no changes from the role "\w+": default_transaction_read_only is on\. Switch it off/
      )
      const sql = yield* PgClient.PgClient
      yield* sql`SET default_transaction_read_only = off`
      yield* sql.unsafe(`ALTER DATABASE ${database} RESET default_transaction_read_only`)
      const homeless = yield* refusal(set("search_path = nowhere"))
      assert.match(homeless, /none of the schemas in the search_path of the role "\w+" \(nowhere\)/)
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("refuses a database whose encoding does not know all characters", () =>
    Effect.gen(function* () {
      const { database, url } = yield* PgDatabase.Address
      const sql = yield* PgClient.PgClient
      const other = `${database}_latin`
      yield* Effect.acquireRelease(
        sql.unsafe(`CREATE DATABASE ${other} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`),
        () => Effect.orDie(sql.unsafe(`DROP DATABASE ${other} WITH (FORCE)`))
      )
      const address = PgDatabase.Address.of({ url: url!, database: other })
      const error = yield* Effect.flip(
        Effect.provide(
          migrate,
          Layer.fresh(PgDatabase.layer).pipe(Layer.provide(Layer.succeed(PgDatabase.Address, address)))
        )
      )
      assert.instanceOf(error, DatabaseUnusable)
      assert.match(error.message, /keeps text as LATIN1, .* createdb .* -E UTF8 -T template0/)
    }).pipe(Effect.scoped, Effect.provide(Databases.client))
  )

  it.effect("makes the tables once, however many programs start at once", () =>
    Effect.gen(function* () {
      const program = Effect.provide(migrate, Layer.fresh(PgDatabase.layer))
      yield* Effect.all(
        Array.from({ length: 6 }, () => program),
        { concurrency: "unbounded" }
      )
      const sql = yield* PgClient.PgClient
      const found = yield* sql<{ name: string }>`
        SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_name = ANY (${tables}) ORDER BY table_name`
      assert.deepStrictEqual(
        found.map(({ name }) => name),
        tables
      )
      const before = yield* steps
      yield* program
      assert.deepStrictEqual(yield* steps, before)
      assert.strictEqual(before[0]?.name, "create_tables")
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("gives the addresses of kept pictures their keys, and they stay the same images", () =>
    Effect.gen(function* () {
      yield* migrateTo(8)
      const sql = yield* PgClient.PgClient
      const hash = "0123456789abcdef".repeat(4) as ContentHash
      const base = "http://windmill.example:8787/images/content/"
      yield* sql`
        INSERT INTO images (image_filename, image_url, source_key, requested_services)
        VALUES ('a.jpg', ${base + hash}, 'before', '{}')`
      yield* migrate
      const { key, known } = yield* Effect.gen(function* () {
        const [links, store] = [yield* PictureLinks, yield* ResultStore]
        const key = yield* links.keyOf(hash)
        const reference = { filename: "a.jpg", url: `${base}${key}/${hash}` }
        return { key, known: yield* store.submit([{ reference, services: [] }]) }
      }).pipe(Effect.provide(Layer.merge(PgPictureLinks.layer, PgResultStore.layer)))
      const rows = yield* sql<{ image_url: string }>`SELECT image_url FROM images`
      assert.deepStrictEqual(rows, [{ image_url: `${base}${key}/${hash}` }])
      assert.isFalse(known[0]!.isNew)
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("finds the words of images that are older than the index of words", () =>
    Effect.gen(function* () {
      yield* migrateTo(12)
      const sql = yield* PgClient.PgClient
      const consensus = { votes: { consensus: [{ concept: "dog", label: "Dackel", emoji: "🐶" }] }, special: {} }
      yield* sql`
        INSERT INTO images (image_filename, image_path, source_key, requested_services)
        SELECT 'old_' || i || '.jpg', '/old/' || i, i, '{}' FROM generate_series(1, 2001) AS i`
      yield* sql`
        INSERT INTO consensus (image_id, consensus_data, processing_time, revision, algorithm)
        VALUES (2001, ${JSON.stringify(consensus)}::text::jsonb, 1, 1, 'a')`
      yield* migrate
      const [found] = yield* sql<{ ids: ReadonlyArray<number> }>`
        SELECT array_agg(image_id) AS ids FROM image_words WHERE words @@ word_query('dackel', false)`
      assert.deepStrictEqual(found!.ids.map(Number), [2001])
      const [all] = yield* sql<{ images: number }>`
        SELECT count(*) AS images FROM image_words WHERE words @@ word_query('old', false)`
      assert.strictEqual(all!.images, 2001)
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("follows the changes of images that are older than the table of changes", () =>
    Effect.gen(function* () {
      yield* migrateTo(18)
      const sql = yield* PgClient.PgClient
      const images = sql<{ image_id: number; changed: string }>`
        INSERT INTO images (image_filename, image_path, source_key, requested_services)
        SELECT i || '.jpg', '/' || i, i, '{}' FROM generate_series(1, 3) AS i
        RETURNING image_id, changed::text`
      const before = yield* images
      yield* migrate
      const changes = sql<{ image_id: number; changed: string }>`
        SELECT image_id, changed::text FROM image_changes ORDER BY image_id`
      assert.deepStrictEqual(yield* changes, before)
      yield* sql`UPDATE images SET image_group = 'a' WHERE image_id = ${before[1]!.image_id}`
      yield* sql`DELETE FROM images WHERE image_id = ${before[2]!.image_id}`
      const after = yield* changes
      assert.deepStrictEqual(after[0], before[0])
      assert.isAbove(Number(after[1]!.changed), Number(before[1]!.changed))
      assert.lengthOf(after, 2)
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("keeps all that was said of boxes when it is put into one row for each image", () =>
    Effect.gen(function* () {
      yield* migrateTo(21)
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO images (image_filename, image_path, source_key, requested_services)
        SELECT i || '.jpg', '/' || i, i, '{}' FROM generate_series(1, 3) AS i`
      const data = (id: string, services: ReadonlyArray<string>, dissenters: ReadonlyArray<string>) =>
        JSON.stringify({
          cluster_id: id,
          concept: "dog",
          avg_confidence: 0.5,
          status: "confirmed",
          contributing_services: services,
          dissenters,
          detections: [{ service: services[0], mask: null }],
          harmonization_algorithm: "old@1",
          source_result_ids: [7, 8]
        })
      // The first of an image was stored last.
      for (const [image, id, rank, services, dissenters] of [
        [1, "late", 1, ["rtdetr"], ["yolov8", "detectron2"]],
        [1, "early", 0, ["rtdetr", "yolov8"], []],
        [2, "early", 0, ["yolov8"], []]
      ] as const) {
        yield* sql`
          INSERT INTO merged_boxes (image_id, merged_id, rank, source_result_ids, merged_data, status, revision, algorithm)
          VALUES (${image}, ${id}, ${rank}, '{7,8}', ${data(id, services, dissenters)}::text::jsonb, 'confirmed', 3, 'old@1')`
      }
      yield* sql`
        INSERT INTO postprocessing (image_id, merged_box_id, service, status, region_x, region_y, region_width, region_height)
        VALUES (1, 'late', 'colors', 'success', 0, 0, 1, 1)`
      const boxes = sql`
        SELECT image_id, merged_id, rank, source_result_ids, merged_data, status, revision, algorithm, created, concept,
          confidence, agreeing, dissenting, ayes, noes
        FROM merged_boxes ORDER BY image_id, rank`
      const before = yield* boxes
      yield* migrate
      assert.deepStrictEqual(yield* boxes, before)
      assert.lengthOf(before, 3)
      const [late] = yield* sql<{ agreeing: string; dissenting: string; noes: number }>`
        SELECT agreeing, dissenting, noes FROM boxes WHERE merged_id = 'late'`
      assert.deepStrictEqual(late, { agreeing: "rtdetr", dissenting: "yolov8 detectron2", noes: 2 })
      yield* sql`DELETE FROM boxes WHERE merged_id = 'late'`
      assert.deepStrictEqual(yield* sql`SELECT FROM postprocessing`, [])
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("keeps votes as text, and finds images by them as before", () =>
    Effect.gen(function* () {
      yield* migrateTo(26)
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO images (image_filename, image_path, source_key, requested_services)
        SELECT i || '.jpg', '/' || i, i, '{}' FROM generate_series(1, 3) AS i`
      const accepted = [
        { concept: "person", label: "man", emoji: "🧑", voters: [{ confidence: 0.5 }, { confidence: 0.75 }, {}] },
        { concept: "quietude", label: "quietude", voters: [{}] }
      ]
      const tentative = [{ concept: "zebra", label: "zebra", voters: [{ confidence: 0.25 }] }]
      const special = {
        text: { detected: true, sightings: [{ service: "ocr", content: "Exit 12" }] },
        caption: { detected: true, sightings: [{ service: "blip", content: 'A quiet "street" \\ é' }] },
        face: { detected: true, sightings: [{ service: "face" }] }
      }
      for (const [image, data] of [
        [1, { votes: { consensus: accepted, tentative }, special }],
        [2, { votes: { consensus: [], tentative }, special: { text: { detected: false, sightings: [] } } }]
      ] as const) {
        yield* sql`
          INSERT INTO consensus (image_id, consensus_data, processing_time, revision, algorithm)
          VALUES (${image}, ${JSON.stringify(data)}::text::jsonb, 1.5, 3, 'old@1')`
      }
      const found = Effect.all({
        consensus: sql`SELECT * FROM consensus ORDER BY image_id`,
        findings: sql<{ concept: string; confidence: number }>`SELECT * FROM findings ORDER BY image_id, rank`,
        words: sql`SELECT image_id, tsvector_to_array(words) AS words FROM image_words ORDER BY image_id`
      })
      const before = yield* found
      yield* migrate
      assert.deepStrictEqual(yield* found, before)
      const said = before.findings.map(({ concept, confidence }) => [concept, confidence])
      assert.deepStrictEqual(said, [
        ["person", 0.75],
        ["quietude", 0]
      ])

      // By what stands beside the text now, too.
      yield* sql`DELETE FROM findings`
      yield* sql`DELETE FROM image_words`
      yield* sql`SELECT keep_findings('{1,2,3}'), keep_words('{1,2,3}')`
      assert.deepStrictEqual(yield* found, before)
      yield* sql`DELETE FROM consensus WHERE image_id = 1`
      const [gone] = yield* sql<{ words: string }>`SELECT words::text FROM image_words WHERE image_id = 1`
      assert.strictEqual(gone!.words, "'1':1 'jpg':2")
    }).pipe(Effect.provide(Databases.client))
  )

  it.effect("refuses a database with steps it does not know, and names the remedy (B07)", () =>
    Effect.gen(function* () {
      yield* migrate
      const sql = yield* PgClient.PgClient
      yield* sql`INSERT INTO windmill_migrations (migration_id, name) VALUES (9999, 'from_the_future')`
      const error = yield* Effect.flip(migrate)
      assert.strictEqual(error._tag, "DatabaseTooNew")
      assert.match(error.message, /step 9999, this one knows \d+.*Update windmill/)
    }).pipe(Effect.provide(Databases.client))
  )
})
