/** What all images together tell, counted in indexes. */
import { Array, Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import * as Statistics from "../../../domain/archive/Statistics.ts"
import type { BoxStatus } from "../../../domain/Harmonization.ts"
import type { ServiceId } from "../../../domain/Identifiers.ts"
import * as Columns from "../Columns.ts"

/** Concepts that are told apart, and intervals of the time from the first answer to the last. */
const mostLabels = 40
const intervals = 24

/** Of the images of a group, or of all. */
export const statistics = Effect.fnUntraced(function* (group: string | undefined) {
  const sql = yield* SqlClient.SqlClient
  const ofGroup =
    group === undefined
      ? sql`true`
      : sql`image_id IN (SELECT image_id FROM images WHERE image_group = ${Columns.storable(group)})`
  const [counted] = yield* sql<{ images: number }>`SELECT count(*) AS images FROM images WHERE ${ofGroup}`
  const verdicts = yield* sql<{ agreeing: string; dissenting: string; status: BoxStatus; boxes: number }>`
    SELECT agreeing, dissenting, status, count(*) AS boxes FROM boxes WHERE ${ofGroup}
    GROUP BY agreeing, dissenting, status`
  const judged = verdicts.map(({ agreeing, dissenting, ...rest }) => ({
    ...rest,
    agreeing: namesOf(agreeing),
    dissenting: namesOf(dissenting)
  }))
  const pace = yield* paceOf(ofGroup)
  return {
    images: counted!.images,
    pairs: Statistics.pairsOf(judged),
    detectors: Statistics.detectorsOf(judged),
    labels: yield* labelsOf(ofGroup),
    ...(pace === undefined ? {} : { pace })
  } satisfies Statistics.Statistics
})

const namesOf = (names: string) =>
  names.split(" ").filter((name) => name !== "") as ReadonlyArray<string> as ReadonlyArray<ServiceId>

/** Boxes as people have corrected them. */
const labelsOf = Effect.fnUntraced(function* (ofGroup: Statement.Fragment) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ concept: string; status: BoxStatus; tenth: number; boxes: number; confidence: number }>`
    WITH counted AS (
      SELECT concept, status, confidence, 1 AS boxes FROM boxes WHERE ${ofGroup} AND concept IS NOT NULL
      UNION ALL SELECT concept, status, confidence, boxes FROM corrected_boxes WHERE ${ofGroup}
    ), tenths AS MATERIALIZED (
      SELECT concept, status, sum(boxes) AS boxes, sum(confidence * boxes) AS confidence,
        least(floor(confidence * ${Statistics.bins}::integer), ${Statistics.bins - 1}::integer)::integer AS tenth
      FROM counted GROUP BY concept, status, tenth HAVING sum(boxes) > 0
    ), most AS (
      SELECT concept, row_number() OVER (ORDER BY sum(boxes) DESC, concept) AS place FROM tenths
      GROUP BY concept ORDER BY place LIMIT ${mostLabels}
    )
    SELECT concept, status, tenth, boxes, confidence FROM tenths JOIN most USING (concept) ORDER BY place, tenth`
  return Object.entries(Array.groupBy(rows, ({ concept }) => concept)).map(
    ([concept, counts]): Statistics.LabelRecord => {
      const confirmed = counts.filter(({ status }) => status === "confirmed")
      const boxes = sum(confirmed, (row) => row.boxes)
      return {
        concept,
        confirmed: boxes,
        tentative: sum(counts, (row) => row.boxes) - boxes,
        ...(boxes === 0 ? {} : { confidence: sum(confirmed, ({ confidence }) => confidence) / boxes }),
        histogram: Array.makeBy(Statistics.bins, (bin) =>
          sum(
            confirmed.filter(({ tenth }) => tenth === bin),
            (row) => row.boxes
          )
        )
      }
    }
  )
})

/** Answers in equal intervals of the time in which they came. */
const paceOf = Effect.fnUntraced(function* (ofGroup: Statement.Fragment) {
  const sql = yield* SqlClient.SqlClient
  const [range] = yield* sql<{ from: Date | null; seconds: number }>`
    SELECT min(result_created) AS from,
      greatest(extract(epoch FROM max(result_created) - min(result_created))::double precision / ${intervals}, 1) AS seconds
    FROM results WHERE ${ofGroup}`
  const from = range?.from
  if (range === undefined || from == null) return undefined
  const rows = yield* sql<{ service: ServiceId; place: number; status: string; step: number | null; answers: number }>`
    SELECT service, status, count(*) AS answers,
      least(floor(extract(epoch FROM result_created - ${from}::timestamptz) / ${range.seconds}::double precision),
        ${intervals - 1}::integer)::integer AS place,
      floor(ln(greatest(handling_time, 0.001)) / ln(${Statistics.growth}::double precision))::integer AS step
    FROM results WHERE ${ofGroup} GROUP BY service, status, place, step ORDER BY service COLLATE "C"`
  const services = Object.entries(Array.groupBy(rows, ({ service }) => service)).map(
    ([service, counts]): Statistics.PaceRecord => ({
      service: service as ServiceId,
      ...answersOf(counts),
      intervals: Array.makeBy(intervals, (interval) => answersOf(counts.filter(({ place }) => place === interval)))
    })
  )
  return { from, seconds: range.seconds, services }
})

const answersOf = (
  rows: ReadonlyArray<{ readonly status: string; readonly step: number | null; readonly answers: number }>
) => {
  const durations = rows.flatMap(({ answers, step }) => (step === null ? [] : [{ step, answers }]))
  const median = Statistics.percentile(durations, 0.5)
  const percentile95 = Statistics.percentile(durations, 0.95)
  return {
    answers: sum(rows, ({ answers }) => answers),
    failed: sum(
      rows.filter(({ status }) => status === "failed"),
      ({ answers }) => answers
    ),
    ...(median === undefined ? {} : { median }),
    ...(percentile95 === undefined ? {} : { percentile95 })
  }
}

const sum = <A>(rows: ReadonlyArray<A>, of: (row: A) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)
