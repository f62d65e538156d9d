/**
 * How services are asked, in PostgreSQL.
 *
 * Each program looks in one query for all services, when the database tells of a change. The same query says how many programs
 * that are alive ask a service: among them its rate is shared. While the database is away the last answer counts.
 */
import { Effect, Layer, Schedule, Schema, Stream, SubscriptionRef } from "effect"
import { SqlClient } from "effect/sql"
import type { ServiceId } from "../../domain/Identifiers.ts"
import * as Tuning from "../../domain/Tuning.ts"
import { Catalog } from "../../services/Catalog.ts"
import { CurrentTuning, Tunings } from "../../services/Tunings.ts"
import * as Columns from "./Columns.ts"
import { storeError } from "./Failures.ts"
import * as Looks from "./Looks.ts"
import * as Migrations from "./Migrations.ts"
import { aliveForSeconds } from "./PgWorkerRegistry.ts"

export const layer = Layer.effect(
  Tunings,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return Tunings.of({
      all: sql<Row>`SELECT service, tuning FROM tunings`.pipe(
        Effect.flatMap(Effect.forEach(tuningOf)),
        Effect.map((tunings) => new Map(tunings)),
        Effect.mapError(storeError),
        Effect.withSpan("Tunings.all")
      ),
      change: Effect.fn("Tunings.change")((service, change) => {
        const document = Columns.json(change)
        return sql<Row>`
          INSERT INTO tunings (service, tuning) VALUES (${service}, jsonb_strip_nulls(${document}::text::jsonb))
          ON CONFLICT (service) DO UPDATE
            SET tuning = jsonb_strip_nulls(tunings.tuning || ${document}::text::jsonb), changed = now()
          RETURNING service, tuning`.pipe(
          Effect.flatMap(([row]) => tuningOf(row!)),
          Effect.map(([, tuning]) => tuning),
          Effect.mapError(storeError)
        )
      }),
      reset: Effect.fn("Tunings.reset")((service) =>
        sql<Row>`DELETE FROM tunings WHERE service = ${service} RETURNING service, tuning`.pipe(
          Effect.flatMap(Effect.forEach(tuningOf)),
          Effect.map((rows) => rows.some(([, tuning]) => !Tuning.isEmpty(tuning))),
          Effect.mapError(storeError)
        )
      )
    })
  })
).pipe(Layer.provide(Migrations.layer))

interface Row {
  readonly service: ServiceId
  readonly tuning: unknown
}

const decode = Schema.decodeUnknownEffect(Tuning.Tuning)

const tuningOf = ({ service, tuning }: Row) => Effect.map(decode(tuning), (tuning) => [service, tuning] as const)

/** What this program keeps to. */
export const current = Layer.effect(
  CurrentTuning,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const catalog = yield* Catalog
    const ofCrops = Columns.texts(catalog.flatMap(({ crops, id }) => (crops === undefined ? [] : [id])))
    const tunings = yield* SubscriptionRef.make<ReadonlyMap<ServiceId, Tuning.Tuning>>(new Map())
    const look = Effect.gen(function* () {
      const rows = yield* sql<Row & { programs: number }>`
        SELECT service, tuning, (
          SELECT count(*) FROM workers
          WHERE last_beat > now() - ${aliveForSeconds} * interval '1 second' AND EXISTS (
            SELECT FROM jsonb_array_elements(activities) AS activity
            WHERE activity ->> 'step' = service OR activity ->> 'step' = 'enrich' AND service = ANY (${ofCrops}))
        ) AS programs
        FROM tunings`
      const known = yield* Effect.forEach(rows, (row) =>
        Effect.map(tuningOf(row), ([service, tuning]) => [service, Tuning.shareOf(tuning, row.programs)] as const)
      )
      yield* SubscriptionRef.set(tunings, new Map(known))
    })
    const looks = yield* Looks.Looks
    yield* looks.follow(["tunings", "workers"], Effect.ignore(look))
    // A program that dies does not tell of it.
    const isShared = Effect.map(SubscriptionRef.get(tunings), (tunings) => tunings.size > 0)
    yield* Effect.when(Effect.ignore(look), isShared).pipe(
      Effect.schedule(Schedule.spaced("5 seconds")),
      Effect.withTracerEnabled(false),
      Effect.forkScoped
    )
    const of = (tunings: ReadonlyMap<ServiceId, Tuning.Tuning>, service: ServiceId) =>
      tunings.get(service) ?? Tuning.untuned
    return {
      of: (service) => Effect.map(SubscriptionRef.get(tunings), (tunings) => of(tunings, service)),
      until: (service, holds) =>
        SubscriptionRef.changes(tunings).pipe(
          Stream.filter((tunings) => holds(of(tunings, service))),
          Stream.take(1),
          Stream.runDrain
        )
    }
  })
).pipe(Layer.provide(Looks.layer), Layer.provide(Migrations.layer))
