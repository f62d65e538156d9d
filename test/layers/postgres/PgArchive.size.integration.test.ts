/** The archive with 100,000 images in it. */
import { assert, layer } from "@effect/vitest"
import { Brand, Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { ImageFilter } from "../../../src/domain/archive/ImageFilter.ts"
import { ImageOrder } from "../../../src/domain/archive/ImageOrder.ts"
import type * as Query from "../../../src/domain/archive/Query.ts"
import * as Consensus from "../../../src/domain/Consensus.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import * as MergedBox from "../../../src/domain/MergedBox.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Progress } from "../../../src/services/Progress.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import { boxesOf, consensusOf, factsOf, object, said, serviceId } from "../../support/Facts.ts"

const images = 100_000
const imageId = Brand.nominal<ImageId>()

/**
 * Rows as the pipeline leaves them: two answers, one box with two crops and three findings per image; every 1000th image is
 * unfinished, every 500th has a failure, every one a failed crop, every 50th boxes that could not be derived, every tenth a
 * correction; groups are of 10,000, and of the findings one is everywhere and one rare.
 */
const fill = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SET session_replication_role = replica`
  // What an attempt before this one left.
  yield* sql`TRUNCATE images, deleted_images RESTART IDENTITY CASCADE`
  yield* sql`
    INSERT INTO images (image_filename, image_path, image_group, source_key, requested_services, answered_services,
      revision, boxes_revision, consensus_revision, enrichment_revision, boxes_algorithm, consensus_algorithm)
    SELECT i || '.jpg', '/' || i || '.jpg', 'group ' || i / 10000, i, '{clip,yolov8}', 2, 2, 2,
      CASE WHEN i % 1000 = 0 THEN 1 ELSE 2 END, 2, 'a', 'a'
    FROM generate_series(1, ${images}) AS i`
  yield* sql`INSERT INTO image_changes (image_id, changed) SELECT image_id, changed FROM images`
  yield* sql`
    INSERT INTO results (image_id, service, data, status, error_class, error_reason, worker_id)
    SELECT i, service, '{}',
      CASE WHEN i % 500 = 0 THEN 'failed' ELSE 'success' END, CASE WHEN i % 500 = 0 THEN 'refused' END, 'no', 'w'
    FROM generate_series(1, ${images}) AS i, unnest('{clip,yolov8}'::text[]) AS service`
  yield* sql`
    INSERT INTO boxes (image_id, merged_id, rank, source_result_ids, status, revision, concept, confidence, agreeing,
      dissenting, ayes, noes)
    SELECT i, 'box', 0, '{}', 'confirmed', 2, ${box.concept}, ${box.confidence}, ${box.services.join(" ")},
      ${box.dissenters.join(" ")}, ${box.services.length}, ${box.dissenters.length}
    FROM generate_series(1, ${images}) AS i`
  yield* sql`
    INSERT INTO box_details (image_id, algorithm, details)
    SELECT i, 'a', ARRAY[${details}] FROM generate_series(1, ${images}) AS i`
  yield* sql`
    INSERT INTO votes (image_id, data, accepted, texts, processing_time, revision, algorithm)
    SELECT i, ${consensus}, ${accepted}::text::jsonb, '[]', 1, 2, 'a' FROM generate_series(1, ${images}) AS i`
  yield* sql`
    INSERT INTO deleted_images (image_id) SELECT i FROM generate_series(${images + 1}, ${2 * images}) AS i`
  yield* sql`
    INSERT INTO postprocessing
      (image_id, merged_box_id, service, data, status, error_class, error_reason, region_x, region_y, region_width, region_height)
    SELECT i, 'box', service, '{}', status, class, class, 1, 2, 3, 4 FROM generate_series(1, ${images}) AS i,
      (VALUES ('colors', 'success', NULL), ('face', 'failed', 'unreadable-reply')) AS answers (service, status, class)`
  yield* sql`
    INSERT INTO derivations (image_id, stage, revision) SELECT i, 'harmonize', 2 FROM generate_series(1, ${images}) AS i`
  yield* sql`
    INSERT INTO findings (image_id, concept, emoji, confidence, rank)
    SELECT i, concept, '🧑', (i % 100) / 100.0, 1
    FROM generate_series(1, ${images}) AS i,
      unnest(ARRAY['person', 'thing ' || i % 1000, CASE WHEN i % 20000 = 0 THEN 'unicorn' ELSE 'word ' || i END]) AS concept`
  yield* sql`
    INSERT INTO underived (image_id, stage, revision, algorithm, reason)
    SELECT i, 'harmonize', 2, 'a', 'no' FROM generate_series(1, ${images}, 50) AS i`
  yield* sql`
    INSERT INTO image_words (image_id, words)
    SELECT i, ('img:1 ' || i || ':2 group:4 ' || i / 10000 || ':5 person:7,12 🧑:8 thing:10,13 ' || i % 1000 || ':11 zebra:14 stop:16 '
      || i / 3 || ':17' || CASE WHEN i % 20000 = 0 THEN ' unicorn:19' ELSE '' END
      || CASE WHEN i % 500 = 0 THEN ' clip:21 refused:22' ELSE '' END)::tsvector
    FROM generate_series(1, ${images}) AS i`
  yield* sql`
    INSERT INTO corrections (image_id, made_by, kind, label, x, y, width, height)
    SELECT i, 'Ada', 'confirm', 'person', 1, 2, 3, 4 FROM generate_series(1, ${images}, 10) AS i`
  yield* sql`
    INSERT INTO corrected_boxes (image_id, concept, status, confidence, boxes)
    SELECT i, 'person', 'confirmed', confidence, boxes FROM generate_series(1, ${images}, 10) AS i,
      (VALUES (0.9, -1), (1, 1)) AS counts (confidence, boxes)`
  yield* sql`SET session_replication_role = origin`
}).pipe((work) => SqlClient.SqlClient.use((sql) => Effect.andThen(sql.withTransaction(work), sql`VACUUM ANALYZE`)))

const facts = factsOf({ yolov8: said(object("person", [10, 20, 30, 40], 0.9)) })
const box = boxesOf(facts)[0]!
const details = JSON.stringify(MergedBox.toDetails(box))
const voted = consensusOf(facts)
const consensus = JSON.stringify(Schema.encodeSync(Consensus.Consensus)(voted))
const accepted = JSON.stringify(Consensus.accepted(voted))

/** The statements that an effect runs. */
const statementsOf = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const statements: Array<Statement.Statement<unknown>> = []
  yield* effect.pipe(
    Effect.provideService(Statement.CurrentTransformer, (statement) => {
      statements.push(statement)
      return Effect.succeed(statement)
    })
  )
  return statements
})

interface Plan {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly Plans?: ReadonlyArray<Plan>
}

/** The tables of which a statement reads every row. */
const readWhole = Effect.fnUntraced(function* (statement: Statement.Statement<unknown>) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ "QUERY PLAN": ReadonlyArray<{ readonly Plan: Plan }> }>`
    EXPLAIN (FORMAT JSON) ${statement}`
  const tables = (plan: Plan): ReadonlyArray<string> => [
    ...(plan["Node Type"] === "Seq Scan" ? [plan["Relation Name"] ?? ""] : []),
    ...(plan.Plans ?? []).flatMap(tables)
  ]
  return tables(row!["QUERY PLAN"][0]!.Plan)
})

/** Words that all images, many, few or none have, alone and together. */
const queries = [
  "person",
  "thing 7",
  '"thing 77"',
  "unicorn",
  "person -zebra",
  "unicorn zebra",
  "NOT person",
  "-unicorn",
  "IMG_50000",
  "IMG_5*",
  "person OR unicorn",
  "🧑 (unicorn OR refused)",
  '"STOP 1234"',
  "nothing",
  "person zebra stop nothing"
].map((text) => ({ q: text as Query.QueryText }))

const filters: ReadonlyArray<ImageFilter> = [
  {},
  ...queries,
  { q: "person zebra" as Query.QueryText, group: "group 3", status: "done" },
  { ids: [imageId(7), imageId(99_999)] },
  { group: "group 3" },
  { status: "done" },
  { status: "working" },
  { status: "waiting" },
  { service: serviceId("clip") },
  { service: serviceId("nobody") },
  { error: "any" },
  { error: "any", service: serviceId("clip") },
  { error: "any", service: serviceId("nobody") },
  { error: "unreadable-reply" },
  { error: "refused", service: serviceId("clip") },
  { error: "image" },
  { label: "person" },
  { label: "unicorn" },
  { label: "nothing" },
  { label: "person", confidence: 0.99 },
  { emoji: "🧑" },
  { emoji: "🦄" },
  { confidence: 0.99 },
  { group: "group 0", status: "done", service: serviceId("clip"), error: "refused", label: "person", confidence: 0.5 }
]

layer(ApiServers.layer(), { excludeTestServices: true, timeout: "60 seconds" })("with 100,000 images", (it) => {
  it.effect(
    "no question about some images reads a whole table, and a first page takes less than 300 ms",
    () =>
      Effect.gen(function* () {
        yield* fill
        const archive = yield* Archive
        const catalog = yield* Catalog
        const begin = yield* archive.now
        const middle = imageId(images / 2)
        const questions: Readonly<Record<string, Effect.Effect<unknown, unknown>>> = {
          ...Object.fromEntries(
            filters.map((filter) => [JSON.stringify(filter), archive.search(filter, { limit: 51 })])
          ),
          "a page in the middle": archive.search({}, { limit: 51, before: middle }),
          "a page of a label in the middle": archive.search({ label: "person" }, { limit: 51, before: middle }),
          ...Object.fromEntries(ImageOrder.literals.map((order) => [`ordered, ${order}`, archive.ordered({}, order)])),
          "ordered, with failures": archive.ordered(
            { q: "unicorn" as Query.QueryText, error: "any" },
            "least-agreement",
            50
          ),
          statistics: archive.statistics(),
          "statistics of a group": archive.statistics("group 3"),
          suggestions: archive.suggestions("thing 1", 10),
          "one image": Effect.flatMap(archive.image(middle), Effect.fromOption),
          "its timeline": Effect.flatMap(archive.timeline(middle), Effect.fromOption),
          "the latest changes": archive.changes(begin, 500),
          "all changes": archive.changes("0-0" as never, 500),
          "the failures": archive.failures({ samples: 5 }),
          "the number of failures": archive.countFailures({}),
          "the number of failures of a service": archive.countFailures({ services: [serviceId("face")] }),
          "the waits": (yield* Progress).waits(catalog.map(({ id }) => id))
        }
        for (const [name, question] of Object.entries(questions)) {
          for (const statement of yield* statementsOf(question)) {
            const whole = (yield* readWhole(statement)).filter((table) => !isCounted(name, table))
            assert.deepStrictEqual(whole, [], `${name}: ${statement.compile()[0]}`)
          }
          // From the sixth time on PostgreSQL has one plan for all values of a prepared statement.
          yield* Effect.replicateEffect(question, 6, { discard: true })
          const limit = limitOf(name)
          const duration = yield* milliseconds(question).pipe(
            Effect.repeat({ times: 9, until: (each) => each < limit })
          )
          assert.isBelow(duration, limit, name)
        }
      }),
    // Most of it fills the tables.
    120_000
  )
})

/** The whole list in an order, also of the images with failures, and what all images tell together. */
const isAboutAll = (name: string) => /^(ordered|statistics)/.test(name)

/** What a question may take at most, in ms. */
const limitOf = (name: string) => {
  if (isAboutAll(name)) return 600
  return /error|failures|"q"|suggestions/.test(name) && !/NOT person/.test(name) ? 100 : 300
}

/**
 * What is about all reads all. All failures are counted, and whether one of a stage still counts is
 * in its image. Which images do not have a word that all have is known when all have been looked at.
 */
const isCounted = (name: string, table: string) =>
  isAboutAll(name) ||
  (name.includes("NOT person") && table === "image_words") ||
  (name.startsWith("the ") && name.includes("failures") && ["underived", "images"].includes(table))

const milliseconds = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.suspend(() => {
    const begin = performance.now()
    return Effect.map(effect, () => performance.now() - begin)
  })
