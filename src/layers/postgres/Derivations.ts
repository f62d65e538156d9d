/**
 * Derived facts: which are stale, and the compare-and-set by which each is replaced.
 *
 * The columns `<fact>_revision` and `<fact>_algorithm` of `images` say what is stored. A derivation is taken when it is of
 * a later revision, or of the same one by another algorithm; so of two that race, the one with more facts stays.
 */
import { Effect, Option } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { type Algorithms, mark, type Stage, type StaleFor, stages } from "../../domain/Staleness.ts"
import type { Derived, StaleImage, Unfinished } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { tryAgain } from "./Transactions.ts"

/** The columns of `images` that belong to a stage. */
export const columnsOf = {
  harmonize: { revision: "boxes_revision", algorithm: "boxes_algorithm", stale: "boxes_stale" },
  consensus: { revision: "consensus_revision", algorithm: "consensus_algorithm", stale: "consensus_stale" },
  enrich: { revision: "enrichment_revision", algorithm: "enrichment_algorithm", stale: "enrichment_stale" }
} as const satisfies Record<Stage, unknown>

/** What the index of an algorithm is ordered by: the name itself has up to some hundred characters. */
export const indexed = (sql: SqlClient.SqlClient, algorithm: Statement.Fragment): Statement.Fragment =>
  sql`md5(${algorithm})::uuid`

/** Whether a row of `images` is stale for any of the stages with its algorithm. */
export const isStale = Effect.fnUntraced(function* ({ services, ...algorithms }: StaleFor) {
  const sql = yield* SqlClient.SqlClient
  return sql.or(
    stages.flatMap((stage) => {
      const algorithm = algorithms[stage]
      return algorithm === undefined ? [] : [isStaleFor(sql, stage, algorithm, services)]
    })
  )
})

/** Whether a row of `images` is stale for a stage with this algorithm. */
export const isStaleFor = (
  sql: SqlClient.SqlClient,
  stage: Stage,
  algorithm: string,
  services?: ReadonlyArray<ServiceId>
): Statement.Fragment => {
  const { algorithm: stored, stale } = columnsOf[stage]
  return sql`(${sql(stale)} IS NOT NULL OR ${isOthers(sql, sql`${sql(stored)}`, algorithm, services)})`
}

/** Whether a stored key is of another algorithm, or of one that left out answers that can be read now. See `Staleness.isOthers`. */
const isOthers = (
  sql: SqlClient.SqlClient,
  key: Statement.Fragment,
  algorithm: string,
  services?: ReadonlyArray<ServiceId>
): Statement.Fragment => {
  if (services === undefined) return sql`${key} <> ${algorithm}`
  const start = `${algorithm}${mark}`
  return sql`(${key} <> ${algorithm} AND (NOT starts_with(${key}, ${start})
    OR string_to_array(substr(${key}, ${start.length + 1}), ',') && ${Columns.texts(services)}))`
}

/** A recursive query of the algorithms that have derived a fact, which are few: it skips from one to the next in their index. */
const algorithmsInUse = (sql: SqlClient.SqlClient, stage: Stage) => {
  const algorithm = sql`${sql(columnsOf[stage].algorithm)}`
  const key = indexed(sql, algorithm)
  return sql`algorithms AS (
      (SELECT ${key} AS key, ${algorithm} AS algorithm FROM images WHERE ${algorithm} IS NOT NULL ORDER BY ${key} LIMIT 1)
      UNION ALL
      SELECT next.key, next.algorithm FROM algorithms CROSS JOIN LATERAL (
        SELECT ${key} AS key, ${algorithm} AS algorithm FROM images
        WHERE ${algorithm} IS NOT NULL AND ${key} > algorithms.key ORDER BY ${key} LIMIT 1
      ) AS next
    )`
}

/**
 * Images that are stale by their revision, or because another algorithm made what is stored. Each of the algorithms in use is
 * asked for its first images.
 */
export const stale = Effect.fnUntraced(function* (
  stage: Stage,
  {
    after = 0 as ImageId,
    algorithm,
    by = "all",
    limit,
    services
  }: {
    readonly algorithm: string
    readonly services?: ReadonlyArray<ServiceId> | undefined
    readonly by?: "all" | "algorithm"
    readonly after?: ImageId
    readonly limit: number
  }
) {
  const sql = yield* SqlClient.SqlClient
  const column = { stale: sql(columnsOf[stage].stale), algorithm: sql(columnsOf[stage].algorithm) }
  const key = indexed(sql, sql`${column.algorithm}`)
  const byRevision =
    by === "algorithm"
      ? sql``
      : sql`
        (SELECT ${column.stale} AS image_id FROM images
          WHERE ${column.stale} > ${after} ORDER BY ${column.stale} LIMIT ${limit})
        UNION`
  const rows = yield* sql<{ image_id: ImageId; trace_parent: string | null }>`
    WITH RECURSIVE ${algorithmsInUse(sql, stage)}, found AS (
      ${byRevision}
      (SELECT others.image_id FROM algorithms CROSS JOIN LATERAL (
          SELECT image_id FROM images
          WHERE ${column.algorithm} IS NOT NULL AND ${key} = algorithms.key AND image_id > ${after}
          ORDER BY image_id LIMIT ${limit}
        ) AS others
        WHERE ${isOthers(sql, sql`algorithms.algorithm`, algorithm, services)})
      ORDER BY image_id LIMIT ${limit}
    )
    SELECT image_id, trace_parent FROM found JOIN images USING (image_id) ORDER BY image_id`
  return rows.map(({ image_id, trace_parent }): StaleImage => ({
    imageId: image_id,
    traceParent: Option.fromNullOr(trace_parent)
  }))
})

/** Whether anything is left to do: the ends of indexes tell. */
export const unfinished = Effect.fnUntraced(function* ({ services, ...algorithms }: Algorithms) {
  const sql = yield* SqlClient.SqlClient
  const isWaiting = (stage: Stage) => sql`
      (SELECT min(${sql(columnsOf[stage].stale)}) FROM images) IS NOT NULL
      OR EXISTS (WITH RECURSIVE ${algorithmsInUse(sql, stage)}
        SELECT FROM algorithms WHERE ${isOthers(sql, sql`algorithm`, algorithms[stage], services)})`
  const [row] = yield* sql<Record<Stage, boolean | null> & { lacksAnswers: boolean; newest: ImageId | null }>`
    SELECT ${sql.csv(stages.map((stage) => sql`${isWaiting(stage)} AS ${sql(stage)}`))},
      (SELECT min(owing) FROM images) IS NOT NULL AS "lacksAnswers",
      (SELECT max(image_id) FROM images) AS newest`
  return {
    stages: new Set(stages.filter((stage) => row![stage] === true)),
    lacksAnswers: row!.lacksAnswers,
    newest: Option.fromNullOr(row!.newest)
  } satisfies Unfinished
})

/** The last derivation of the highest revision of each image. */
export const latest = <A>(derived: ReadonlyArray<Derived<A>>): ReadonlyArray<Derived<A>> => {
  const byImage = new Map<ImageId, Derived<A>>()
  for (const one of derived) {
    const other = byImage.get(one.imageId)
    if (other === undefined || other.derivation.revision <= one.derivation.revision) byImage.set(one.imageId, one)
  }
  return [...byImage.values()]
}

/** A query that locks images for the rest of the transaction, in id order, and has their rows as they are then. */
export const locked = (sql: SqlClient.SqlClient, ids: Iterable<ImageId>) => sql`
  SELECT image_id, boxes_revision, boxes_algorithm, consensus_revision, consensus_algorithm,
    enrichment_revision, enrichment_algorithm, picture
  FROM images WHERE image_id = ANY (${Columns.bigints([...ids])}) ORDER BY image_id FOR NO KEY UPDATE`

/**
 * A query for the rows of `locked` whose boxes and consensus are still those that the statement sees.
 *
 * A statement sees what was committed when it began; only rows that it locks are as they are then. What it is to read or
 * to replace of the boxes and the consensus of other images may be gone.
 */
export const unmoved = (sql: SqlClient.SqlClient) => {
  const state = (row: "locked" | "images") =>
    sql.csv(
      ["picture", "boxes_revision", "boxes_algorithm", "consensus_revision", "consensus_algorithm"].map(
        (column) => sql`${sql(`${row}.${column}`)}`
      )
    )
  return sql`
    SELECT locked.* FROM locked JOIN images USING (image_id)
    WHERE (${state("locked")}) IS NOT DISTINCT FROM (${state("images")})`
}

/** A query for the derivations that replace what the rows of `images` have, one of each image. */
export const taken = (
  sql: SqlClient.SqlClient,
  images: "locked" | "unmoved",
  stage: Stage,
  derived: ReadonlyArray<Derived<unknown>>
) => {
  const stored = { revision: sql(columnsOf[stage].revision), algorithm: sql(columnsOf[stage].algorithm) }
  return sql`
    SELECT image_id, revision, algorithm
    FROM unnest(
      ${Columns.bigints(derived.map(({ imageId }) => imageId))},
      ${Columns.bigints(derived.map(({ derivation }) => derivation.revision))},
      ${Columns.texts(derived.map(({ derivation }) => derivation.algorithm))}
    ) AS given (image_id, revision, algorithm)
    JOIN ${sql(images)} USING (image_id)
    WHERE ${stored.revision} < revision OR (${stored.revision} = revision AND ${stored.algorithm} IS DISTINCT FROM algorithm)`
}

/** Notes why a stage cannot derive from the facts of images, and that it has looked at them. */
export const setAside = Effect.fnUntraced(function* (stage: Stage, given: ReadonlyArray<Derived<string>>) {
  const reasons = latest(given)
  if (reasons.length === 0) return
  const sql = yield* SqlClient.SqlClient
  const column = columnsOf[stage]
  const ids = reasons.map(({ imageId }) => imageId)
  yield* tryAgain(sql`
    WITH locked AS MATERIALIZED (${locked(sql, ids)}),
    taken AS MATERIALIZED (${taken(sql, "locked", stage, reasons)}),
    noted AS (
      INSERT INTO underived (image_id, stage, revision, algorithm, reason)
      SELECT image_id, ${stage}, revision, algorithm, reason
      FROM taken JOIN unnest(
        ${Columns.bigints(ids)}, ${Columns.texts(reasons.map(({ value }) => value))}
      ) AS r (image_id, reason) USING (image_id)
      ON CONFLICT (image_id, stage) DO UPDATE SET
        revision = excluded.revision, algorithm = excluded.algorithm, reason = excluded.reason, noted = excluded.noted
    )
    UPDATE images SET ${sql(column.revision)} = taken.revision, ${sql(column.algorithm)} = taken.algorithm
    FROM taken WHERE images.image_id = taken.image_id`)
})
