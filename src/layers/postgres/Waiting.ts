/** The backlog, counted in the partial indexes of PostgreSQL, which hold only the images that wait. */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import { type Stage, stages } from "../../domain/Staleness.ts"
import type { Waiting } from "../../services/Progress.ts"

/** Images whose facts are looked at for the time: the first by id, which have usually waited longest. */
const looked = 100

const columns: Readonly<Record<Stage, string>> = {
  harmonize: "boxes_stale",
  consensus: "consensus_stale",
  enrich: "enrichment_stale"
}

/** What waits now, of every kind. */
export const waiting = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const answers = yield* sql<Row>`
    SELECT (SELECT count(*) FROM images WHERE owing IS NOT NULL) AS images,
      (SELECT min(image_created) FROM
        (SELECT image_created FROM images WHERE owing IS NOT NULL ORDER BY owing LIMIT ${looked}) AS first) AS since`
  const ofStages = yield* Effect.forEach(stages, (stage) => {
    const column = sql(columns[stage])
    return Effect.map(
      sql<Row>`
        SELECT (SELECT count(*) FROM images WHERE ${column} IS NOT NULL) AS images,
          (SELECT min(greatest(
              (SELECT max(results.result_created) FROM results WHERE results.image_id = first.image_id),
              (SELECT max(postprocessing.result_created) FROM postprocessing WHERE postprocessing.image_id = first.image_id)))
            FROM (SELECT image_id FROM images WHERE ${column} IS NOT NULL ORDER BY ${column} LIMIT ${looked})
              AS first) AS since`,
      (rows) => waitingOf(stage, rows)
    )
  })
  return [waitingOf("answers", answers), ...ofStages]
})

interface Row {
  readonly images: number
  readonly since: Date | null
}

const waitingOf = (of: Waiting["of"], [row]: ReadonlyArray<Row>): Waiting => ({
  of,
  images: row!.images,
  since: Option.fromNullOr(row!.since)
})
