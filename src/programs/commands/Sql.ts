/** Asks the embedded database, whether or not a windmill runs on it. */
import { Console, Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { SqlClient, type SqlError } from "effect/sql"
import * as Embedded from "../Embedded.ts"
import * as PgDatabase from "../../layers/postgres/PgDatabase.ts"
import { Readiness } from "../../services/Readiness.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as PsqlCommand from "../views/PsqlCommand.ts"
import * as RowsView from "../views/RowsView.ts"

const query = Argument.String("query").pipe(
  Argument.withDescription("One SQL statement; without one, the database stays open for psql until Ctrl-C"),
  Argument.optional
)

export const command = Command.make("sql", { query, data: Settings.data, ...Watched.flags }, ({ data, query }) =>
  Effect.gen(function* () {
    yield* readyWhenAnswered
    if (Option.isSome(query)) yield* ask(query.value)
    else yield* keepOpen
  }).pipe(Effect.scoped, Effect.provide(PgDatabase.layer), Effect.provide(Embedded.database(data, { asGuest: true })))
).pipe(Command.withDescription("Asks the database that npm start fills."), Watched.watched)

/** Ready means that the database answers. */
const readyWhenAnswered = Effect.gen(function* () {
  const client = yield* SqlClient.SqlClient
  const { require } = yield* Readiness
  yield* require("database", Effect.isSuccess(client`SELECT 1`))
})

/** The statement itself is not traced: it may quote private data. */
const ask = Effect.fn("sql")(function* (statement: string) {
  const client = yield* SqlClient.SqlClient
  const rows = yield* client
    .unsafe<Record<string, unknown>>(statement)
    .pipe(Effect.withTracerEnabled(false), Effect.mapError(inWords))
  for (const line of RowsView.render(rows)) yield* Console.log(line)
})

/** What the database says about the statement. */
const inWords = ({ reason }: SqlError.SqlError): Error =>
  new Error(`The database refuses the statement: ${reason.cause instanceof Error ? reason.cause.message : reason._tag}`)

const keepOpen: Effect.Effect<void, never, PgDatabase.Address> = Effect.gen(function* () {
  yield* Console.log(
    `${PsqlCommand.of(yield* PgDatabase.Address)}\nOpen until Ctrl-C or, while another windmill runs on it, until that ends.`
  )
  return yield* Effect.never
})
