/**
 * Storing what stages derived: for a batch of images, all stages at once.
 *
 * Two statements: one locks the images and says what is stored for each, one writes. What is equal is not written again, and
 * boxes are replaced row by row, so that one that did not change keeps its row and its crops.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Consensus from "../../domain/Consensus.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Derivation } from "../../domain/Staleness.ts"
import type { Changed, Derived, DerivedFacts } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { lockDerivations, outdated } from "./Derivations.ts"
import { inTransaction } from "./Transactions.ts"

/** Replaces what is outdated. Boxes that are gone take their crops with them. */
export const save = Effect.fnUntraced(function* ({ boxes = [], consensus = [], enrichment = [] }: DerivedFacts) {
  const ids = new Set([...boxes, ...consensus, ...enrichment].map(({ imageId }) => imageId))
  if (ids.size === 0) return { boxes: [], consensus: [] } satisfies Changed
  return yield* inTransaction(
    Effect.gen(function* () {
      const stored = yield* lockDerivations([...ids])
      return yield* write({
        boxes: outdated(boxes, (id) => stored.get(id)?.harmonize),
        consensus: outdated(consensus, (id) => stored.get(id)?.consensus),
        enrichment: outdated(enrichment, (id) => stored.get(id)?.enrich)
      })
    })
  )
})

/** Writes it to images that are locked. Says for which of them something changed, in id order. */
const write = Effect.fnUntraced(function* ({ boxes, consensus, enrichment }: Required<DerivedFacts>) {
  if (boxes.length + consensus.length + enrichment.length === 0) return { boxes: [], consensus: [] } satisfies Changed
  const sql = yield* SqlClient.SqlClient
  const rows = boxes.flatMap(rowsOf)
  const written = yield* sql<{ image_id: ImageId; fact: keyof Changed }>`
    WITH derived AS MATERIALIZED (
      SELECT image_id, merged_id, rank, ids.of_results AS source_result_ids,
        data::jsonb || jsonb_build_object('source_result_ids', ids.of_results) AS merged_data, status, revision, algorithm
      FROM unnest(
        ${Columns.bigints(rows.map(({ imageId }) => imageId))},
        ${Columns.texts(rows.map(({ box }) => box.id))},
        ${Columns.bigints(rows.map(({ rank }) => rank))},
        ${Columns.documents(rows.map(({ box, derivation }) => MergedBox.toData(box, { ...derivation, resultIds: [] })))},
        ${Columns.texts(rows.map(({ box }) => box.box.services.join(" ")))},
        ${Columns.texts(rows.map(({ box }) => box.box.status))},
        ${Columns.bigints(rows.map(({ derivation }) => derivation.revision))},
        ${Columns.texts(rows.map(({ derivation }) => derivation.algorithm))}
      ) AS r (image_id, merged_id, rank, data, services, status, revision, algorithm)
      CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(result_id ORDER BY service COLLATE "C"), '{}') AS of_results FROM results
        WHERE results.image_id = r.image_id AND service = ANY (string_to_array(services, ' '))
      ) AS ids
    ), gone AS (
      DELETE FROM merged_boxes
      WHERE image_id = ANY (${Columns.bigints(boxes.map(({ imageId }) => imageId))})
        AND (image_id, merged_id) NOT IN (SELECT image_id, merged_id FROM derived)
      RETURNING image_id
    ), kept AS (
      INSERT INTO merged_boxes
        (image_id, merged_id, rank, source_result_ids, merged_data, status, revision, algorithm)
      SELECT * FROM derived
      ON CONFLICT (image_id, merged_id) DO UPDATE SET
        rank = excluded.rank, source_result_ids = excluded.source_result_ids, merged_data = excluded.merged_data,
        status = excluded.status, revision = excluded.revision, algorithm = excluded.algorithm,
        created = excluded.created
      WHERE merged_boxes.rank <> excluded.rank OR merged_boxes.merged_data <> excluded.merged_data
      RETURNING image_id
    ), voted AS (
      INSERT INTO consensus (image_id, consensus_data, processing_time, revision, algorithm)
      SELECT image_id, data::jsonb, processing_time, revision, algorithm
      FROM unnest(
        ${Columns.bigints(consensus.map(({ imageId }) => imageId))},
        ${Columns.documents(consensus.map(({ value }) => Consensus.toData(value)))},
        ${Columns.floats(consensus.map(({ value }) => value.totalProcessingTime))},
        ${Columns.bigints(consensus.map(({ derivation }) => derivation.revision))},
        ${Columns.texts(consensus.map(({ derivation }) => derivation.algorithm))}
      ) AS r (image_id, data, processing_time, revision, algorithm)
      ON CONFLICT (image_id) DO UPDATE SET
        consensus_data = excluded.consensus_data, processing_time = excluded.processing_time,
        revision = excluded.revision, algorithm = excluded.algorithm, consensus_created = excluded.consensus_created
      WHERE consensus.consensus_data <> excluded.consensus_data
      RETURNING image_id
    ), noted AS (
      UPDATE images SET
        boxes_revision = coalesce(boxes.revision, boxes_revision),
        boxes_algorithm = coalesce(boxes.algorithm, boxes_algorithm),
        consensus_revision = coalesce(votes.revision, consensus_revision),
        consensus_algorithm = coalesce(votes.algorithm, consensus_algorithm),
        enrichment_revision = coalesce(crops.revision, enrichment_revision),
        enrichment_algorithm = coalesce(crops.algorithm, enrichment_algorithm)
      FROM ${derivations(sql, boxes)} AS boxes (id, revision, algorithm)
      FULL JOIN ${derivations(sql, consensus)} AS votes (id, revision, algorithm) USING (id)
      FULL JOIN ${derivations(sql, enrichment)} AS crops (id, revision, algorithm) USING (id)
      WHERE image_id = id
    )
    SELECT DISTINCT fact, image_id FROM (
      SELECT 'boxes' AS fact, image_id FROM gone UNION ALL SELECT 'boxes', image_id FROM kept
      UNION ALL SELECT 'consensus', image_id FROM voted
    ) AS changed ORDER BY image_id`
  const changed = (fact: keyof Changed) => written.filter((row) => row.fact === fact).map(({ image_id }) => image_id)
  return { boxes: changed("boxes"), consensus: changed("consensus") } satisfies Changed
})

const derivations = (sql: SqlClient.SqlClient, derived: ReadonlyArray<Derived<unknown>>) => sql`
  unnest(
    ${Columns.bigints(derived.map(({ imageId }) => imageId))},
    ${Columns.bigints(derived.map(({ derivation }) => derivation.revision))},
    ${Columns.texts(derived.map(({ derivation }) => derivation.algorithm))}
  )`

interface Row {
  readonly imageId: ImageId
  readonly derivation: Derivation
  readonly rank: number
  readonly box: MergedBox.MergedBox
}

/** The boxes of an image as rows; a name can be there once. */
const rowsOf = ({ derivation, imageId, value }: Derived<ReadonlyArray<MergedBox.MergedBox>>): ReadonlyArray<Row> =>
  [...new Map(value.map((box) => [box.id, box])).values()].map((box, rank) => ({ imageId, derivation, rank, box }))
