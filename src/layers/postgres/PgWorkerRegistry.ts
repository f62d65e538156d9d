/** The programs that run, in PostgreSQL. Times are the database's, so clocks of hosts need not agree. */
import { Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { CatalogPrint } from "../../domain/catalog/Agreement.ts"
import { Activity, AwaySource, type Worker } from "../../domain/Worker.ts"
import { WorkerRegistry } from "../../services/WorkerRegistry.ts"
import * as Columns from "./Columns.ts"
import { storeError } from "./Failures.ts"
import * as Migrations from "./Migrations.ts"

/** Seconds without a beat after which a program is taken for dead. */
export const aliveForSeconds = 20

export const layer = Layer.effect(
  WorkerRegistry,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const beat = Effect.fn("WorkerRegistry.beat")(
      ({ activities, away = [], catalog, host, version, workerId }: Parameters<WorkerRegistry["Service"]["beat"]>[0]) =>
        sql`
        INSERT INTO workers (worker_id, host, version, activities, away, catalog)
        VALUES (${Columns.storable(workerId)}, ${Columns.storable(host)}, ${version},
          ${Columns.json(encodeActivities(activities))}::text::jsonb, ${Columns.json(encodeAway(away))}::text::jsonb,
          ${catalog === undefined ? null : Columns.json(catalog)}::text::jsonb)
        ON CONFLICT (worker_id) DO UPDATE SET
          host = excluded.host, version = excluded.version, last_beat = excluded.last_beat,
          activities = excluded.activities, away = excluded.away, catalog = excluded.catalog, previous_beat = workers.last_beat,
          previous_activities = workers.activities`.pipe(Effect.mapError(storeError), Effect.asVoid)
    )

    const leave = Effect.fn("WorkerRegistry.leave")((workerId: string) =>
      sql`DELETE FROM workers WHERE worker_id = ${Columns.storable(workerId)}`.pipe(
        Effect.mapError(storeError),
        Effect.asVoid
      )
    )

    const workers = Effect.gen(function* () {
      const rows = yield* sql<Row>`
        SELECT worker_id, host, version, started, last_beat, activities, previous_activities, away, catalog,
          extract(epoch FROM last_beat - previous_beat)::double precision AS seconds,
          last_beat > now() - ${aliveForSeconds} * interval '1 second' AS is_alive
        FROM workers WHERE last_beat > now() - interval '1 day'
        ORDER BY is_alive DESC, worker_id`
      return yield* Effect.forEach(rows, workerOf)
    }).pipe(Effect.mapError(storeError), Effect.withSpan("WorkerRegistry.workers"))

    const lead = Effect.fn("WorkerRegistry.lead")((duty: string, holder: string, time: Duration.Duration) =>
      sql`
        INSERT INTO duties (duty, holder, until) VALUES (${duty}, ${holder}, now() + ${Duration.toSeconds(time)} * interval '1 second')
        ON CONFLICT (duty) DO UPDATE SET holder = excluded.holder, until = excluded.until
          WHERE duties.holder = excluded.holder OR duties.until <= now()
        RETURNING duty`.pipe(
        Effect.map((rows) => rows.length > 0),
        Effect.mapError(storeError)
      )
    )

    return WorkerRegistry.of({ beat, lead, leave, workers })
  })
).pipe(Layer.provide(Migrations.layer))

interface Row {
  readonly worker_id: string
  readonly host: string
  readonly version: string
  readonly started: Date
  readonly last_beat: Date
  readonly is_alive: boolean
  readonly activities: unknown
  readonly previous_activities: unknown
  readonly away: unknown
  readonly catalog: unknown
  readonly seconds: number | null
}

const Activities = Schema.toCodecJson(Schema.Array(Activity))
const encodeActivities = Schema.encodeSync(Activities)
const decodeActivities = Schema.decodeUnknownEffect(Activities)

const Away = Schema.toCodecJson(Schema.Array(AwaySource))
const encodeAway = Schema.encodeSync(Away)
const decodeCatalog = Schema.decodeUnknownEffect(CatalogPrint)
const decodeAway = Schema.decodeUnknownEffect(Away)

const workerOf = Effect.fnUntraced(function* (row: Row) {
  const activities = yield* decodeActivities(row.activities)
  const previous = yield* decodeActivities(row.previous_activities ?? [])
  const handledBefore = new Map(previous.map(({ handled, step }) => [step, handled]))
  return {
    workerId: row.worker_id,
    host: row.host,
    version: row.version,
    started: row.started,
    lastBeat: row.last_beat,
    isAlive: row.is_alive,
    away: yield* decodeAway(row.away),
    ...(row.catalog === null ? {} : { catalog: yield* decodeCatalog(row.catalog) }),
    activities: activities.map((activity) => {
      // A program that was started again under the same name counts from zero.
      const gained = activity.handled - (handledBefore.get(activity.step) ?? activity.handled)
      return { ...activity, rate: row.seconds === null || gained < 0 ? 0 : gained / Math.max(row.seconds, 0.001) }
    })
  } satisfies Worker
})
