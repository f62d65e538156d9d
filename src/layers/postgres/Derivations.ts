/**
 * Derived facts: which are stale, and the compare-and-set by which each is replaced.
 *
 * The columns `<fact>_revision` and `<fact>_algorithm` of `images` say what is stored. A derivation is taken when it is of
 * a later revision, or of the same one by another algorithm; so of two that race, the one with more facts stays.
 */
import { Effect, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Consensus } from "../../domain/Consensus.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { Stage } from "../../domain/Staleness.ts"
import type { Derived, StaleImage } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { inTransaction } from "./Transactions.ts"

/** The columns of `images` that belong to a stage. */
export const columnsOf = {
  harmonize: { revision: "boxes_revision", algorithm: "boxes_algorithm", stale: "boxes_stale" },
  consensus: { revision: "consensus_revision", algorithm: "consensus_algorithm", stale: "consensus_stale" },
  enrich: { revision: "enrichment_revision", algorithm: "enrichment_algorithm", stale: "enrichment_stale" }
} as const satisfies Record<Stage, unknown>

/** Whether a row of `images` is stale for a stage with this algorithm. */
export const isStale = Effect.fnUntraced(function* (stage: Stage, algorithm: string) {
  const sql = yield* SqlClient.SqlClient
  const column = columnsOf[stage]
  return sql`(${sql(column.stale)} IS NOT NULL OR ${sql(column.algorithm)} <> ${algorithm})`
})

/**
 * Images that are stale by their revision, or because another algorithm made what is stored. The algorithms in use are
 * few: they are found by skipping from one to the next in their index, and each is asked for its first images.
 */
export const stale = Effect.fnUntraced(function* (
  stage: Stage,
  {
    after = 0 as ImageId,
    algorithm,
    by = "all",
    limit
  }: {
    readonly algorithm: string
    readonly by?: "all" | "algorithm"
    readonly after?: ImageId
    readonly limit: number
  }
) {
  const sql = yield* SqlClient.SqlClient
  const column = { stale: sql(columnsOf[stage].stale), algorithm: sql(columnsOf[stage].algorithm) }
  const byRevision =
    by === "algorithm"
      ? sql``
      : sql`
        (SELECT ${column.stale} AS image_id FROM images
          WHERE ${column.stale} > ${after} ORDER BY ${column.stale} LIMIT ${limit})
        UNION`
  const rows = yield* sql<{ image_id: ImageId; trace_parent: string | null }>`
    WITH RECURSIVE algorithms AS (
      (SELECT ${column.algorithm} AS algorithm FROM images
        WHERE ${column.algorithm} IS NOT NULL ORDER BY ${column.algorithm} LIMIT 1)
      UNION ALL
      SELECT (SELECT ${column.algorithm} FROM images
        WHERE ${column.algorithm} > algorithms.algorithm ORDER BY ${column.algorithm} LIMIT 1)
      FROM algorithms WHERE algorithms.algorithm IS NOT NULL
    ), found AS (
      ${byRevision}
      (SELECT others.image_id FROM algorithms CROSS JOIN LATERAL (
          SELECT image_id FROM images
          WHERE ${column.algorithm} = algorithms.algorithm AND image_id > ${after} ORDER BY image_id LIMIT ${limit}
        ) AS others
        WHERE algorithms.algorithm <> ${algorithm})
      ORDER BY image_id LIMIT ${limit}
    )
    SELECT image_id, trace_parent FROM found JOIN images USING (image_id) ORDER BY image_id`
  return rows.map(({ image_id, trace_parent }): StaleImage => ({
    imageId: image_id,
    traceParent: Option.fromNullOr(trace_parent)
  }))
})

/**
 * Locks the images whose stored fact is to be replaced, in id order, and returns what replaces it; the rest came too late.
 * To be used in a transaction, with `noteDerived` at its end.
 */
export const lockOutdated = Effect.fnUntraced(function* <A>(stage: Stage, derived: ReadonlyArray<Derived<A>>) {
  const sql = yield* SqlClient.SqlClient
  const column = columnsOf[stage]
  const latest = latestOfEach(derived)
  const rows = yield* sql<{ image_id: ImageId }>`
    SELECT images.image_id FROM images JOIN ${derivations(sql, latest)} ON images.image_id = d.image_id
    WHERE ${sql(column.revision)} < d.revision
      OR (${sql(column.revision)} = d.revision AND ${sql(column.algorithm)} IS DISTINCT FROM d.algorithm)
    ORDER BY images.image_id FOR NO KEY UPDATE OF images`
  const outdated = new Set(rows.map(({ image_id }) => image_id))
  return latest.filter(({ imageId }) => outdated.has(imageId))
})

/** Notes for each image what its fact was derived from. */
export const noteDerived = Effect.fnUntraced(function* (stage: Stage, derived: ReadonlyArray<Derived<unknown>>) {
  const sql = yield* SqlClient.SqlClient
  const column = columnsOf[stage]
  yield* sql`
    UPDATE images SET ${sql(column.revision)} = d.revision, ${sql(column.algorithm)} = d.algorithm
    FROM ${derivations(sql, derived)} WHERE images.image_id = d.image_id`
})

/** Replaces the consensus of images. An equal one is not written again. */
export const saveConsensus = Effect.fnUntraced(function* (derived: ReadonlyArray<Derived<Consensus>>) {
  if (derived.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  return yield* inTransaction(
    Effect.gen(function* () {
      const taken = yield* lockOutdated("consensus", derived)
      if (taken.length === 0) return []
      const changed = yield* sql<{ image_id: ImageId }>`
        INSERT INTO consensus (image_id, consensus_data, processing_time, revision, algorithm)
        SELECT image_id, data::jsonb, processing_time, revision, algorithm
        FROM unnest(
          ${Columns.bigints(taken.map(({ imageId }) => imageId))},
          ${Columns.documents(taken.map(({ value }) => encodeConsensus(value)))},
          ${Columns.floats(taken.map(({ value }) => value.totalProcessingTime))},
          ${Columns.bigints(taken.map(({ derivation }) => derivation.revision))},
          ${Columns.texts(taken.map(({ derivation }) => derivation.algorithm))}
        ) AS r (image_id, data, processing_time, revision, algorithm)
        ON CONFLICT (image_id) DO UPDATE SET
          consensus_data = excluded.consensus_data, processing_time = excluded.processing_time,
          revision = excluded.revision, algorithm = excluded.algorithm, consensus_created = excluded.consensus_created
        WHERE consensus.consensus_data <> excluded.consensus_data
        RETURNING image_id`
      yield* noteDerived("consensus", taken)
      return changed.map(({ image_id }) => image_id)
    })
  )
})

/** Notes what the enrichment of images is complete for. */
export const saveEnrichment = Effect.fnUntraced(function* (derived: ReadonlyArray<Derived<void>>) {
  if (derived.length === 0) return
  yield* inTransaction(Effect.flatMap(lockOutdated("enrich", derived), (taken) => noteDerived("enrich", taken)))
})

/** Notes why a stage cannot derive from the facts of images, and that it has looked at them. */
export const setAside = Effect.fnUntraced(function* (stage: Stage, reasons: ReadonlyArray<Derived<string>>) {
  if (reasons.length === 0) return
  const sql = yield* SqlClient.SqlClient
  yield* inTransaction(
    Effect.gen(function* () {
      const taken = yield* lockOutdated(stage, reasons)
      if (taken.length === 0) return
      yield* sql`
        INSERT INTO underived (image_id, stage, revision, algorithm, reason)
        SELECT image_id, ${stage}, revision, algorithm, reason FROM unnest(
          ${Columns.bigints(taken.map(({ imageId }) => imageId))},
          ${Columns.bigints(taken.map(({ derivation }) => derivation.revision))},
          ${Columns.texts(taken.map(({ derivation }) => derivation.algorithm))},
          ${Columns.texts(taken.map(({ value }) => value))}
        ) AS r (image_id, revision, algorithm, reason)
        ON CONFLICT (image_id, stage) DO UPDATE SET
          revision = excluded.revision, algorithm = excluded.algorithm, reason = excluded.reason, noted = excluded.noted`
      yield* noteDerived(stage, taken)
    })
  )
})

const encodeConsensus = Schema.encodeSync(Consensus)

/** The derivations as a table `d (image_id, revision, algorithm)`. */
const derivations = (sql: SqlClient.SqlClient, derived: ReadonlyArray<Derived<unknown>>) => sql`
  unnest(
    ${Columns.bigints(derived.map(({ imageId }) => imageId))},
    ${Columns.bigints(derived.map(({ derivation }) => derivation.revision))},
    ${Columns.texts(derived.map(({ derivation }) => derivation.algorithm))}
  ) AS d (image_id, revision, algorithm)`

/** Of several derivations for one image, the last of the highest revision. */
const latestOfEach = <A>(derived: ReadonlyArray<Derived<A>>): ReadonlyArray<Derived<A>> => {
  const latest = new Map<ImageId, Derived<A>>()
  for (const one of derived) {
    const other = latest.get(one.imageId)
    if (other === undefined || other.derivation.revision <= one.derivation.revision) latest.set(one.imageId, one)
  }
  return [...latest.values()]
}
