/**
 * Derived facts: which are stale, and the compare-and-set by which each is replaced.
 *
 * The columns `<fact>_revision` and `<fact>_algorithm` of `images` say what is stored. A derivation is taken when it is of
 * a later revision, or of the same one by another algorithm; so of two that race, the one with more facts stays.
 */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { Revision, Stage } from "../../domain/Staleness.ts"
import type { Derived, StaleImage } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { inTransaction } from "./Transactions.ts"

/** The columns of `images` that belong to a stage. */
export const columnsOf = {
  harmonize: { revision: "boxes_revision", algorithm: "boxes_algorithm", stale: "boxes_stale" },
  consensus: { revision: "consensus_revision", algorithm: "consensus_algorithm", stale: "consensus_stale" },
  enrich: { revision: "enrichment_revision", algorithm: "enrichment_algorithm", stale: "enrichment_stale" }
} as const satisfies Record<Stage, unknown>

/** Whether a row of `images` is stale for any of the stages with its algorithm. */
export const isStale = Effect.fnUntraced(function* (algorithms: Partial<Readonly<Record<Stage, string>>>) {
  const sql = yield* SqlClient.SqlClient
  return sql.or(
    Object.entries(algorithms).map(([stage, algorithm]) => {
      const column = columnsOf[stage as Stage]
      return sql`(${sql(column.stale)} IS NOT NULL OR ${sql(column.algorithm)} <> ${algorithm})`
    })
  )
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

/** What is stored for an image, by stage; a stage that never ran has revision 0 and no algorithm. */
export type Stored = Readonly<Record<Stage, { readonly revision: Revision; readonly algorithm: string | null }>>

/** Locks images for the rest of the transaction, in id order, and returns what is stored for each. */
export const lockDerivations = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<
    { image_id: ImageId } & Record<`${Stage}_revision`, Revision> & Record<`${Stage}_algorithm`, string | null>
  >`
    SELECT image_id, boxes_revision AS harmonize_revision, boxes_algorithm AS harmonize_algorithm,
      consensus_revision, consensus_algorithm,
      enrichment_revision AS enrich_revision, enrichment_algorithm AS enrich_algorithm
    FROM images WHERE image_id = ANY (${Columns.bigints(ids)}) ORDER BY image_id FOR NO KEY UPDATE`
  return new Map(
    rows.map((row): [ImageId, Stored] => [
      row.image_id,
      {
        harmonize: { revision: row.harmonize_revision, algorithm: row.harmonize_algorithm },
        consensus: { revision: row.consensus_revision, algorithm: row.consensus_algorithm },
        enrich: { revision: row.enrich_revision, algorithm: row.enrich_algorithm }
      }
    ])
  )
})

/** What replaces what is stored, for each image the last of the highest revision. Unknown images are left out. */
export const outdated = <A>(
  derived: ReadonlyArray<Derived<A>>,
  stored: (id: ImageId) => Stored[Stage] | undefined
): ReadonlyArray<Derived<A>> => {
  const latest = new Map<ImageId, Derived<A>>()
  for (const one of derived) {
    const { derivation, imageId } = one
    const other = latest.get(imageId)?.derivation ?? stored(imageId)
    if (other === undefined || other.revision > derivation.revision) continue
    const isTaken =
      latest.has(imageId) || other.revision < derivation.revision || other.algorithm !== derivation.algorithm
    if (isTaken) latest.set(imageId, one)
  }
  return [...latest.values()]
}

/** Notes why a stage cannot derive from the facts of images, and that it has looked at them. */
export const setAside = Effect.fnUntraced(function* (stage: Stage, reasons: ReadonlyArray<Derived<string>>) {
  if (reasons.length === 0) return
  const sql = yield* SqlClient.SqlClient
  const column = columnsOf[stage]
  yield* inTransaction(
    Effect.gen(function* () {
      const derivationsOf = yield* lockDerivations(reasons.map(({ imageId }) => imageId))
      const taken = outdated(reasons, (id) => derivationsOf.get(id)?.[stage])
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
      yield* sql`
        UPDATE images SET ${sql(column.revision)} = d.revision, ${sql(column.algorithm)} = d.algorithm
        FROM unnest(
          ${Columns.bigints(taken.map(({ imageId }) => imageId))},
          ${Columns.bigints(taken.map(({ derivation }) => derivation.revision))},
          ${Columns.texts(taken.map(({ derivation }) => derivation.algorithm))}
        ) AS d (image_id, revision, algorithm)
        WHERE images.image_id = d.image_id`
    })
  )
})
