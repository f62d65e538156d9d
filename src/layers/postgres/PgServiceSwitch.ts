/**
 * Which steps are switched off, in PostgreSQL.
 *
 * Each process looks in one query for all of its steps, when the database tells of a change. While it is away the last answer
 * counts.
 */
import { Effect, Layer, Stream, SubscriptionRef } from "effect"
import { SqlClient } from "effect/sql"
import type { Pause, StepName } from "../../domain/StepName.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import * as Columns from "./Columns.ts"
import { storeError } from "./Failures.ts"
import * as Looks from "./Looks.ts"
import * as Migrations from "./Migrations.ts"

export const layer = Layer.effect(
  ServiceSwitch,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const read = sql<Pause>`
      SELECT step, paused_by AS by, reason, since FROM pauses ORDER BY step COLLATE "C"`.pipe(
      Effect.mapError(storeError)
    )
    const stepsOf = (pauses: ReadonlyArray<Pause>): ReadonlySet<StepName> => new Set(pauses.map(({ step }) => step))
    const paused = yield* SubscriptionRef.make(stepsOf([]))
    const refresh = Effect.tap(read, (pauses) => SubscriptionRef.set(paused, stepsOf(pauses)))
    const looks = yield* Looks.Looks
    yield* looks.follow(["pauses"], refresh)

    const until = (holds: (steps: ReadonlySet<StepName>) => boolean) =>
      SubscriptionRef.changes(paused).pipe(Stream.filter(holds), Stream.take(1), Stream.runDrain)

    return ServiceSwitch.of({
      pause: Effect.fn("ServiceSwitch.pause")(function* ({ by, reason, step }) {
        const [pause] = yield* sql<Pause>`
          INSERT INTO pauses (step, paused_by, reason)
          VALUES (${step}, ${Columns.storable(by)}, ${Columns.storable(reason)})
          ON CONFLICT (step) DO UPDATE SET
            paused_by = excluded.paused_by, reason = excluded.reason, since = excluded.since
          RETURNING step, paused_by AS by, reason, since`.pipe(Effect.mapError(storeError))
        yield* refresh
        return pause!
      }),
      resume: Effect.fn("ServiceSwitch.resume")(function* (step) {
        const gone = yield* sql`DELETE FROM pauses WHERE step = ${step} RETURNING step`.pipe(
          Effect.mapError(storeError)
        )
        yield* refresh
        return gone.length > 0
      }),
      pauses: Effect.withSpan(refresh, "ServiceSwitch.pauses"),
      isPaused: (step) => Effect.map(SubscriptionRef.get(paused), (steps) => steps.has(step)),
      untilPaused: (step) => until((steps) => steps.has(step)),
      untilResumed: (step) => until((steps) => !steps.has(step))
    })
  })
).pipe(Layer.provide(Looks.layer), Layer.provide(Migrations.layer))
