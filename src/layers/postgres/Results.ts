/** Recorded facts on their way in: answers about images and about crops. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { CropRecord, ResultRecord } from "../../services/ResultStore.ts"
import { isAnother, type PictureVersion, type SeenPicture } from "../../domain/ImageReference.ts"
import * as Columns from "./Columns.ts"
import * as Pictures from "./Pictures.ts"
import { tryAgain } from "./Transactions.ts"
import * as Outcomes from "./Outcomes.ts"
import { locked, unmoved } from "./Derivations.ts"

/**
 * Inserts the answers that are new and counts them: the revision grows by the new facts, and the answered services by those
 * that were requested.
 *
 * One statement, because every round trip to the database holds answers up. The image rows are locked by a subquery that is
 * done before the first row is inserted, in id order, so batches that share images take turns; what is counted is added to
 * the rows as they are then, not as they were when the statement began.
 */
export const record = Effect.fnUntraced(function* (given: ReadonlyArray<ResultRecord>) {
  const records = firstOfEach(given, new Set(given.map(nameOf)), nameOf)
  if (records.length === 0) return []
  const sql = yield* SqlClient.SqlClient
  const imageIds = records.map(({ imageId }) => imageId)
  const outcomes = yield* Outcomes.columns(records.map(({ outcome }) => outcome))
  const inserted = yield* tryAgain(
    sql<{ image_id: ImageId; service: string; picture: PictureVersion | null; has_facts: boolean }>`
        WITH locked AS MATERIALIZED (
          SELECT image_id, picture, revision > 0 AS has_facts FROM images WHERE image_id = ANY (${Columns.bigints(imageIds)})
          ORDER BY image_id FOR NO KEY UPDATE
        ), new AS (
          INSERT INTO results
            (image_id, service, status, data, error_class, error_reason, processing_time, worker_id, attempts,
             handling_time)
          SELECT image_id, service, status, data::jsonb, error_class, error_reason, processing_time, worker_id, attempts,
            handling_time
          FROM unnest(
            ${Columns.bigints(imageIds)},
            ${Columns.texts(records.map(({ service }) => service))},
            ${outcomes.statuses}, ${outcomes.data}, ${outcomes.errorClasses}, ${outcomes.errorReasons},
            ${outcomes.processingTimes},
            ${Columns.texts(records.map(({ workerId }) => workerId))},
            ${Columns.floats(records.map(({ attempts }) => attempts))},
            ${Columns.floats(records.map(({ handlingTime }) => handlingTime))}
          ) WITH ORDINALITY AS
            r (image_id, service, status, data, error_class, error_reason, processing_time, worker_id, attempts,
               handling_time, place)
          WHERE (SELECT count(*) FROM locked) >= 0
          ORDER BY place
          ON CONFLICT (image_id, service) DO UPDATE SET ${renewed(sql)},
            worker_id = excluded.worker_id, attempts = excluded.attempts, handling_time = excluded.handling_time
          WHERE results.renewal IS NOT NULL
          RETURNING image_id, service
        ), counted AS (
          UPDATE images SET
            revision = revision + facts,
            answered_services = answered_services +
              (SELECT count(*) FROM unnest(services) AS service WHERE service = ANY (requested_services)),
            picture = coalesce(picture, version)
          FROM (SELECT image_id, count(*) AS facts, array_agg(service) AS services FROM new GROUP BY image_id) AS gained
          LEFT JOIN (
            SELECT image_id, max(version) AS version
            FROM unnest(
              ${Columns.bigints(imageIds)}, ${Columns.texts(records.map(({ picture }) => picture?.version))}
            ) AS r (image_id, version)
            GROUP BY image_id
          ) AS shown USING (image_id)
          WHERE images.image_id = gained.image_id
        )
        SELECT image_id, service, picture, has_facts FROM new JOIN locked USING (image_id)`
  )
  const before = new Map(inserted.map((row) => [`${row.image_id} ${row.service}`, row]))
  const recorded = firstOfEach(records, new Set(before.keys()), nameOf)
  const others = recorded.filter(
    (record) => record.picture !== undefined && isAboutAnother(before.get(nameOf(record))!, record.picture)
  )
  yield* Effect.forEach(others, ({ imageId, picture }) => Pictures.see(imageId, picture!), { discard: true })
  return recorded
})

/** Whether there were answers about another picture than this one. */
const isAboutAnother = (
  before: { readonly picture: PictureVersion | null; readonly has_facts: boolean },
  seen: SeenPicture
): boolean => isAnother({ version: before.picture ?? undefined, hasFacts: before.has_facts }, seen)

/**
 * Inserts the answers that are new and whose box is there, and counts them in the revision.
 *
 * One statement, as for answers about images. It sees the boxes that were there when it began: where others were stored
 * before the image was locked, the answers are inserted by a statement of their own.
 */
export const recordCrops = Effect.fnUntraced(function* (given: ReadonlyArray<CropRecord>) {
  const records = firstOfEach(given, new Set(given.map(cropNameOf)), cropNameOf)
  const inserted = new Set<string>()
  let left = records
  while (left.length > 0) {
    const moved = new Set<ImageId>()
    for (const row of yield* tryAgain(insertCrops(left))) {
      if (row.service === null) moved.add(row.image_id)
      else inserted.add(`${row.image_id} ${row.service} ${row.merged_box_id}`)
    }
    left = left.filter(({ imageId }) => moved.has(imageId))
  }
  return firstOfEach(records, inserted, cropNameOf)
})

/** What was inserted; without a service, the images whose boxes are others by now. */
const insertCrops = Effect.fnUntraced(function* (records: ReadonlyArray<CropRecord>) {
  const sql = yield* SqlClient.SqlClient
  const imageIds = records.map(({ imageId }) => imageId)
  const outcomes = yield* Outcomes.columns(records.map(({ outcome }) => outcome))
  return yield* sql<{ image_id: ImageId; merged_box_id: string | null; service: string | null }>`
    WITH locked AS MATERIALIZED (${locked(sql, imageIds)}),
    unmoved AS MATERIALIZED (${unmoved(sql)}),
    new AS (
      INSERT INTO postprocessing
        (image_id, merged_box_id, service, status, data, error_class, error_reason, processing_time,
         region_x, region_y, region_width, region_height)
      SELECT image_id, merged_id, service, r.status, data::jsonb, error_class, error_reason, processing_time,
        x, y, width, height
      FROM unnest(
        ${Columns.bigints(imageIds)},
        ${Columns.texts(records.map(({ boxId }) => boxId))},
        ${Columns.texts(records.map(({ service }) => service))},
        ${outcomes.statuses}, ${outcomes.data}, ${outcomes.errorClasses}, ${outcomes.errorReasons},
        ${outcomes.processingTimes},
        ${Columns.floats(records.map(({ region }) => region.x))},
        ${Columns.floats(records.map(({ region }) => region.y))},
        ${Columns.floats(records.map(({ region }) => region.width))},
        ${Columns.floats(records.map(({ region }) => region.height))}
      ) WITH ORDINALITY AS
        r (image_id, merged_id, service, status, data, error_class, error_reason, processing_time,
           x, y, width, height, place)
      JOIN unmoved USING (image_id)
      JOIN boxes USING (image_id, merged_id)
      ORDER BY place
      ON CONFLICT (image_id, merged_box_id, service) DO UPDATE SET ${renewed(sql)}, region_x = excluded.region_x,
        region_y = excluded.region_y, region_width = excluded.region_width, region_height = excluded.region_height
      WHERE postprocessing.renewal IS NOT NULL
      RETURNING image_id, merged_box_id, service
    ), counted AS (
      UPDATE images SET revision = revision + facts
      FROM (SELECT image_id, count(*) AS facts FROM new GROUP BY image_id) AS gained
      WHERE images.image_id = gained.image_id
    )
    SELECT image_id, merged_box_id, service FROM new
    UNION ALL SELECT image_id, NULL, NULL FROM locked WHERE image_id NOT IN (SELECT image_id FROM unmoved)`
})

/** Whether there is to be an answer, and none that counts is there. */
export const isOwed = Effect.fnUntraced(function* (imageId: ImageId, service: ServiceId) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`
    SELECT FROM images WHERE image_id = ${imageId} AND ${service} = ANY (requested_services) AND NOT EXISTS (
      SELECT FROM results WHERE image_id = ${imageId} AND service = ${service} AND renewal IS NULL)`
  return rows.length > 0
})

/** What a new answer takes the place of, of one that it was wanted for. */
const renewed = (sql: SqlClient.SqlClient) =>
  sql.literal(`
    status = excluded.status, data = excluded.data, error_class = excluded.error_class, error_reason = excluded.error_reason,
    processing_time = excluded.processing_time, result_created = excluded.result_created, renewal = NULL`)

const cropNameOf = (record: CropRecord): string => `${nameOf(record)} ${Columns.storable(record.boxId)}`

const nameOf = ({ imageId, service }: Pick<ResultRecord, "imageId" | "service">): string => `${imageId} ${service}`

/** The first record of each name that is among `names`. */
const firstOfEach = <A>(records: ReadonlyArray<A>, names: Set<string>, nameOf: (record: A) => string) =>
  records.filter((record) => names.delete(nameOf(record)))
