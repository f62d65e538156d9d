/**
 * Storing what stages derived: for a batch of images, all stages at once.
 *
 * One statement, because every round trip to the database holds derivations up. What is equal is not written again, and
 * boxes are replaced row by row, so that one that did not change keeps its row and its crops.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Consensus from "../../domain/Consensus.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import type { Changed, Derived, DerivedFacts } from "../../services/ResultStore.ts"
import * as Boxes from "./Boxes.ts"
import * as Columns from "./Columns.ts"
import { latest, locked, taken, unmoved } from "./Derivations.ts"
import * as CorrectedConcepts from "./CorrectedConcepts.ts"
import { inTransaction, tryAgain } from "./Transactions.ts"

/** Replaces what is outdated. Boxes that are gone take their crops with them. Says for which images something changed. */
export const save = ({ boxes = [], consensus = [], enrichment = [] }: DerivedFacts) =>
  write({ boxes: latest(boxes), consensus: latest(consensus), enrichment: latest(enrichment) })

/**
 * Images that are not as they were when the statement began, or that people have corrected, are left, and written by a statement
 * of their own.
 */
const write = Effect.fnUntraced(function* (facts: Required<DerivedFacts>) {
  const changed = { boxes: new Set<ImageId>(), consensus: new Set<ImageId>() }
  let left = facts
  let written = tryAgain(writeUnmoved(left, { corrected: facts.boxes.length === 0 }))
  while (left.boxes.length + left.consensus.length + left.enrichment.length > 0) {
    const moved = new Set<ImageId>()
    for (const { fact, image_id } of yield* written) {
      if (fact === "moved") moved.add(image_id)
      else changed[fact].add(image_id)
    }
    left = {
      boxes: left.boxes.filter(({ imageId }) => moved.has(imageId)),
      consensus: left.consensus.filter(({ imageId }) => moved.has(imageId)),
      enrichment: left.enrichment.filter(({ imageId }) => moved.has(imageId))
    }
    written = writeCorrected(left)
  }
  const inOrder = (ids: Set<ImageId>) => [...ids].sort((a, b) => a - b)
  return { boxes: inOrder(changed.boxes), consensus: inOrder(changed.consensus) } satisfies Changed
})

/** What people say is in an image follows from its boxes, too. */
const writeCorrected = (facts: Required<DerivedFacts>) =>
  inTransaction(
    Effect.gen(function* () {
      const written = yield* writeUnmoved(facts, { corrected: true })
      yield* CorrectedConcepts.keep(facts.boxes.map(({ imageId }) => imageId))
      return written
    })
  )

const writeUnmoved = Effect.fnUntraced(function* (
  { boxes, consensus, enrichment }: Required<DerivedFacts>,
  { corrected }: { readonly corrected: boolean }
) {
  const sql = yield* SqlClient.SqlClient
  const ids = new Set([...boxes, ...consensus, ...enrichment].map(({ imageId }) => imageId))
  const rows = boxes.flatMap(rowsOf)
  return yield* sql<{ image_id: ImageId; fact: keyof Changed | "moved" }>`
    WITH locked AS MATERIALIZED (${locked(sql, ids)}),
    unmoved AS MATERIALIZED (${unmoved(sql)}
      ${corrected ? sql`` : sql`AND image_id NOT IN (SELECT image_id FROM corrections WHERE image_id = ANY (${Columns.bigints([...ids])}))`}),
    boxed AS MATERIALIZED (${taken(sql, "unmoved", "harmonize", boxes)}),
    elected AS MATERIALIZED (${taken(sql, "unmoved", "consensus", consensus)}),
    cropped AS MATERIALIZED (${taken(sql, "unmoved", "enrich", enrichment)}),
    derived AS MATERIALIZED (
      SELECT image_id, merged_id, rank, ids.of_results AS source_result_ids, status, revision, algorithm,
        left(concept, 100) AS concept, confidence, left(agreeing, 1000) AS agreeing, left(dissenting, 1000) AS dissenting,
        cardinality(string_to_array(agreeing, ' ')) AS ayes, cardinality(string_to_array(dissenting, ' ')) AS noes, data
      FROM unnest(
        ${Columns.bigints(rows.map(({ imageId }) => imageId))},
        ${Columns.texts(rows.map(({ box }) => box.id))},
        ${Columns.bigints(rows.map(({ rank }) => rank))},
        ${Columns.texts(rows.map(({ box }) => box.status))},
        ${Columns.texts(rows.map(({ box }) => box.concept))},
        ${Columns.floats(rows.map(({ box }) => box.confidence))},
        ${Columns.texts(rows.map(({ box }) => box.services.join(" ")))},
        ${Columns.texts(rows.map(({ box }) => box.dissenters.join(" ")))},
        ${Columns.documents(rows.map(({ box }) => MergedBox.toDetails(box)))}
      ) AS r (image_id, merged_id, rank, status, concept, confidence, agreeing, dissenting, data)
      JOIN boxed USING (image_id)
      CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(result_id ORDER BY service COLLATE "C"), '{}') AS of_results FROM results
        WHERE results.image_id = r.image_id AND service = ANY (string_to_array(agreeing, ' '))
      ) AS ids
    ), gone AS (
      DELETE FROM boxes
      WHERE image_id IN (SELECT image_id FROM boxed)
        AND (image_id, merged_id) NOT IN (SELECT image_id, merged_id FROM derived)
      RETURNING image_id
    ), kept AS (
      INSERT INTO boxes
        (image_id, merged_id, rank, source_result_ids, status, revision, concept, confidence, agreeing, dissenting, ayes, noes)
      SELECT image_id, merged_id, rank, source_result_ids, status, revision, concept, confidence, agreeing, dissenting, ayes, noes
      FROM derived
      WHERE (image_id, merged_id, rank, source_result_ids, status) NOT IN (
          SELECT image_id, merged_id, rank, source_result_ids, status FROM boxes
          WHERE image_id IN (SELECT image_id FROM boxed))
        OR (image_id, rank, algorithm, data) NOT IN (${Boxes.details(sql, sql`IN (SELECT image_id FROM boxed)`)})
      ON CONFLICT (image_id, merged_id) DO UPDATE SET
        rank = excluded.rank, source_result_ids = excluded.source_result_ids, status = excluded.status,
        revision = excluded.revision, created = excluded.created, concept = excluded.concept,
        confidence = excluded.confidence, agreeing = excluded.agreeing, dissenting = excluded.dissenting,
        ayes = excluded.ayes, noes = excluded.noes
      RETURNING image_id
    ), detailed AS (
      INSERT INTO box_details (image_id, algorithm, details)
      SELECT image_id, algorithm, array_agg(data ORDER BY rank) FROM derived GROUP BY image_id, algorithm
      UNION ALL
      SELECT image_id, algorithm, '{}' FROM boxed WHERE image_id NOT IN (SELECT image_id FROM derived)
      ON CONFLICT (image_id) DO UPDATE SET algorithm = excluded.algorithm, details = excluded.details
      WHERE box_details.algorithm <> excluded.algorithm OR box_details.details <> excluded.details
    ), voted AS (
      INSERT INTO votes (image_id, data, accepted, texts, processing_time, revision, algorithm)
      SELECT image_id, data, accepted::jsonb, texts::jsonb, processing_time, revision, algorithm
      FROM unnest(
        ${Columns.bigints(consensus.map(({ imageId }) => imageId))},
        ${Columns.documents(consensus.map(({ value }) => Consensus.toData(value)))},
        ${Columns.documents(consensus.map(({ value }) => Consensus.accepted(value)))},
        ${Columns.documents(consensus.map(({ value }) => Consensus.texts(value)))},
        ${Columns.floats(consensus.map(({ value }) => value.totalProcessingTime))}
      ) AS r (image_id, data, accepted, texts, processing_time)
      JOIN elected USING (image_id)
      ON CONFLICT (image_id) DO UPDATE SET
        data = excluded.data, accepted = excluded.accepted, texts = excluded.texts,
        processing_time = excluded.processing_time, revision = excluded.revision, algorithm = excluded.algorithm,
        created = excluded.created
      WHERE votes.data <> excluded.data
      RETURNING image_id
    ), noted AS (
      UPDATE images SET
        boxes_revision = coalesce(boxed.revision, boxes_revision),
        boxes_algorithm = coalesce(boxed.algorithm, boxes_algorithm),
        consensus_revision = coalesce(elected.revision, consensus_revision),
        consensus_algorithm = coalesce(elected.algorithm, consensus_algorithm),
        enrichment_revision = coalesce(cropped.revision, enrichment_revision),
        enrichment_algorithm = coalesce(cropped.algorithm, enrichment_algorithm)
      FROM boxed FULL JOIN elected USING (image_id) FULL JOIN cropped USING (image_id)
      WHERE images.image_id = coalesce(boxed.image_id, elected.image_id, cropped.image_id)
    )
    SELECT DISTINCT fact, image_id FROM (
      SELECT 'boxes' AS fact, image_id FROM gone UNION ALL SELECT 'boxes', image_id FROM kept
      UNION ALL SELECT 'consensus', image_id FROM voted
      UNION ALL SELECT 'moved', image_id FROM locked WHERE image_id NOT IN (SELECT image_id FROM unmoved)
    ) AS changed`
})

interface Row {
  readonly imageId: ImageId
  readonly rank: number
  readonly box: MergedBox.MergedBox
}

/** The boxes of an image as rows; a name can be there once. */
const rowsOf = ({ imageId, value }: Derived<ReadonlyArray<MergedBox.MergedBox>>): ReadonlyArray<Row> =>
  [...new Map(value.map((box) => [box.id, box])).values()].map((box, rank) => ({ imageId, rank, box }))
