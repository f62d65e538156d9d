/**
 * What people change while programs run, which each program looks for.
 *
 * The database tells of changes (`LISTEN`), on one connection for all that a program looks for. What was not heard is seen all
 * the same: whoever listens again after the connection was lost looks at once, and there is a look once a minute in any case.
 * Where no connection can be kept for it, behind a pooler or when the pool has hardly any, there is a look every second.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, PubSub, Queue, type Scope } from "effect"
import * as PgDatabase from "./PgDatabase.ts"

/** Tables whose changes are told of. */
export type Table = "pauses" | "tunings" | "operations" | "workers"

export class Looks extends Context.Service<
  Looks,
  {
    /**
     * Looks now, and again whenever one of the tables may have changed, until the scope closes; untraced. Fails when the
     * first look does. Later, while the database is away, what was found last counts.
     */
    readonly follow: <A, E, R>(
      tables: ReadonlyArray<Table>,
      look: Effect.Effect<A, E, R>
    ) => Effect.Effect<void, E, R | Scope.Scope>
  }
>()("windmill/layers/postgres/Looks") {}

const channel = "windmill"

/** Between looks while the database tells of changes, and while it does not. */
const rhythm = { told: Duration.minutes(1), untold: Duration.seconds(1) }

/** What is told when anything may have changed. */
const anything = "anything"

export const layer = Layer.effect(
  Looks,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const changes = yield* PubSub.unbounded<string>()
    const hears = PgDatabase.canListen(sql.config)
    const listen = Effect.scoped(
      Effect.gen(function* () {
        const told = yield* sql.listen(channel)
        yield* PubSub.publish(changes, anything)
        yield* Effect.forever(
          Effect.flatMap(Queue.takeAll(told), (all) => {
            const tables = new Set(all.map(({ payload }) => payload))
            return PubSub.publishAll(changes, tables)
          })
        )
      })
    )
    // Programs that end at once need no connection for it.
    const listening = Effect.sleep(rhythm.untold).pipe(
      Effect.andThen(listen),
      Effect.catch(() => PubSub.publish(changes, anything)),
      Effect.forever
    )
    if (hears) yield* Effect.forkScoped(Effect.withTracerEnabled(listening, false))

    return Looks.of({
      follow: Effect.fnUntraced(function* (tables, look) {
        const told = yield* PubSub.subscribe(changes)
        yield* look
        const concerned: ReadonlySet<string> = new Set([...tables, anything])
        const untilToldOf = Effect.repeat(PubSub.takeAll(told), {
          until: (changed) => changed.some((table) => concerned.has(table))
        })
        yield* Effect.timeoutOption(untilToldOf, hears ? rhythm.told : rhythm.untold).pipe(
          Effect.andThen(Effect.ignore(look)),
          Effect.forever,
          Effect.withTracerEnabled(false),
          Effect.forkScoped
        )
      })
    })
  })
)
