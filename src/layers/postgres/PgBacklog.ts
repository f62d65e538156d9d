/** The backlog, counted in the partial indexes of PostgreSQL, which hold only the images that wait. */
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { Stage } from "../../domain/Staleness.ts"
import { Backlog, type Waiting } from "../../services/Backlog.ts"
import { storeError } from "./Failures.ts"

/** Images whose facts are looked at for the time: the first by id, which have usually waited longest. */
const looked = 100

const columns: Readonly<Record<Stage, string>> = {
  harmonize: "boxes_stale",
  consensus: "consensus_stale",
  enrich: "enrichment_stale"
}

export const layer = Layer.effect(
  Backlog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const answers = Effect.map(
      sql<Row>`
        SELECT (SELECT count(*) FROM images WHERE owing IS NOT NULL) AS images,
          (SELECT min(image_created) FROM
            (SELECT image_created FROM images WHERE owing IS NOT NULL ORDER BY owing LIMIT ${looked}) AS first) AS since`,
      (rows) => waitingOf("answers", rows)
    )

    const stage = ([name, column]: readonly [Stage, string]) =>
      Effect.map(
        sql<Row>`
          SELECT (SELECT count(*) FROM images WHERE ${sql(column)} IS NOT NULL) AS images,
            (SELECT min(greatest(
                (SELECT max(results.result_created) FROM results WHERE results.image_id = first.image_id),
                (SELECT max(postprocessing.result_created) FROM postprocessing WHERE postprocessing.image_id = first.image_id)))
              FROM (SELECT image_id FROM images WHERE ${sql(column)} IS NOT NULL ORDER BY ${sql(column)} LIMIT ${looked})
                AS first) AS since`,
        (rows) => waitingOf(name, rows)
      )

    return {
      waiting: Effect.all([answers, ...Object.entries(columns).map((entry) => stage(entry as [Stage, string]))]).pipe(
        Effect.mapError(storeError),
        Effect.withSpan("Backlog.waiting")
      )
    }
  })
)

interface Row {
  readonly images: number
  readonly since: Date | null
}

const waitingOf = (of: Waiting["of"], [row]: ReadonlyArray<Row>): Waiting => ({
  of,
  images: row!.images,
  since: Option.fromNullOr(row!.since)
})
