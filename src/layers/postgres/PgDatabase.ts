/**
 * The PostgreSQL client of a process: one bounded pool, the same session settings on every connection.
 *
 * Where the database is comes from an `Address`: from the environment (`addressFromEnvironment`), or from a server that
 * runs for this process alone (`EmbeddedPostgres`).
 */
import { PgClient, PgTypes } from "@effect/sql-pg"
import { Config, Context, Duration, Effect, Layer, Option, Redacted, Result, Schema } from "effect"
import * as Amounts from "../../domain/Amounts.ts"
import * as Encryption from "../files/Encryption.ts"

/** Where the database is, how to log in, and how many connections there may be unless `DB_POOL_SIZE` says it. */
export class Address extends Context.Service<
  Address,
  Pick<PgClient.PgClientConfig, "url" | "host" | "port" | "database" | "username" | "password" | "ssl"> & {
    readonly maxConnections?: number
  }
>()("windmill/layers/PgDatabase/Address") {}

/** The environment does not say which database to use, or says it wrongly. `problems` lists all that is missing. */
export class AddressError extends Schema.TaggedError<AddressError>()("AddressError", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return [
      "The environment does not say which PostgreSQL database to use:",
      ...this.problems.map((problem) => `  - ${problem}`),
      "Set DATABASE_URL=postgres://user:password@host:5432/database, or the variables above."
    ].join("\n")
  }
}

/** Whether the environment names a database at all. */
export const isConfigured = Config.all([
  Config.option(Config.String("DATABASE_URL")),
  Config.option(Config.String("DB_HOST"))
]).pipe(Config.map((variables) => variables.some(Option.isSome)))

const purposes = {
  DB_HOST: "the host of the PostgreSQL server",
  DB_USER: "the role to log in as"
}

/**
 * The address in `DATABASE_URL`, or in `DB_HOST`, `DB_PORT`, `DB_NAME` (`windmill` unless set), `DB_USER` and `DB_PASSWORD`.
 *
 * `DB_SSLMODE` (`disable`, `require`, `verify-full`) chooses encryption for either form and wins over the URL's own `sslmode`,
 * which knows the same words; `DB_SSLROOTCERT` is the path of the certificate authority to trust.
 */
export const addressFromEnvironment = Layer.effect(
  Address,
  Effect.gen(function* () {
    const url = yield* Config.option(Config.Redacted("DATABASE_URL"))
    if (Option.isSome(url)) {
      const { address, sslmode } = yield* addressOf(url.value)
      return { ...address, ...(yield* sslFromEnvironment(sslmode)) }
    }
    const ssl = yield* sslFromEnvironment(undefined)
    const found = yield* Effect.all({
      DB_HOST: Config.option(Config.NonEmptyString("DB_HOST")),
      DB_USER: Config.option(Config.NonEmptyString("DB_USER"))
    })
    const port = yield* Config.Port("DB_PORT").pipe(Config.withDefault(5432))
    const database = yield* Config.NonEmptyString("DB_NAME").pipe(Config.withDefault("windmill"))
    const password = yield* Config.option(Config.Redacted("DB_PASSWORD"))
    const { DB_HOST: host, DB_USER: username } = found
    if (Option.isNone(host) || Option.isNone(username)) {
      return yield* new AddressError({
        problems: Object.entries(purposes)
          .filter(([name]) => Option.isNone(found[name as keyof typeof purposes]))
          .map(([name, purpose]) => `${name} is missing: ${purpose}`)
      })
    }
    return {
      host: host.value,
      port,
      database,
      username: username.value,
      ...(Option.isSome(password) ? { password: password.value } : {}),
      ...ssl
    }
  })
)

/** So few that thirteen workers, three stages and an API share the 100 that PostgreSQL allows unless it is told otherwise. */
const fewConnections = 5

const positive = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))

/**
 * The client. Connections are opened when they are needed; `DB_POOL_SIZE` bounds them.
 *
 * A pooler that gives every transaction another connection of the server (PgBouncer's `pool_mode = transaction`) is announced
 * by `DB_POOLER=transaction`: then nothing is kept on a connection, neither prepared statements nor time-outs.
 */
export const layer = PgClient.layerFrom(
  Effect.gen(function* () {
    const address = yield* Address
    const maxConnections = yield* Config.schema(positive, "DB_POOL_SIZE").pipe(
      Config.withDefault(address.maxConnections ?? fewConnections)
    )
    const pooler = yield* Config.Literals(["none", "transaction"], "DB_POOLER").pipe(Config.withDefault("none"))
    const timeouts = yield* Effect.all({
      statement_timeout: milliseconds("DB_STATEMENT_TIMEOUT", "60 seconds"),
      lock_timeout: milliseconds("DB_LOCK_TIMEOUT", "20 seconds"),
      idle_in_transaction_session_timeout: milliseconds("DB_IDLE_TIMEOUT", "30 seconds")
    })
    return yield* PgClient.make({
      ...address,
      maxConnections,
      connectTimeout: "10 seconds",
      keepAlive: "30 seconds",
      applicationName: "windmill",
      prepare: pooler === "none",
      startupParameters: { timezone: "UTC", ...(pooler === "none" ? timeouts : {}) },
      types: numbers,
      maxMessageSize
    })
  })
)

/**
 * Whether a connection can be kept to hear what the database tells: it must be the same connection of the server all the time,
 * and leave enough for the work.
 */
export const canListen = ({ maxConnections = fewConnections, prepare }: PgClient.PgPoolConfig): boolean =>
  prepare !== false && maxConnections > 2

/** Bytes of one row that can be read. The driver's default, 16 MiB, is less than one reply of a service may have. */
const maxMessageSize = 256 * 1024 * 1024

/** Ids and counts stay far below 2^53, so `bigint` columns are numbers here. */
const numbers = PgTypes.makeRegistry()
numbers.register<number | bigint>(PgTypes.OID.int8, {
  encode: (value) => PgTypes.encode(BigInt(value), PgTypes.OID.int8),
  decode: (bytes) => Result.map(PgTypes.decode(bytes, PgTypes.OID.int8, 1), Number)
})

const milliseconds = (name: string, standard: Duration.Input) =>
  Config.schema(Amounts.Wait, name).pipe(
    Config.withDefault(Duration.fromInputUnsafe(standard)),
    Config.map((duration) => String(Duration.toMillis(duration)))
  )

const sslFromEnvironment = Effect.fnUntraced(function* (inUrl: string | undefined) {
  const mode = Encryption.modes.find((mode) => mode === inUrl)
  const isReplaced = Option.isSome(yield* Config.option(Config.String("DB_SSLMODE")))
  if (inUrl !== mode && !isReplaced) {
    return yield* new AddressError({
      problems: [
        `sslmode=${inUrl} of DATABASE_URL is not supported: choose disable, require (encrypt) or verify-full (encrypt, and check who answers)`
      ]
    })
  }
  const ssl = yield* Encryption.fromEnvironment("DB", mode).pipe(
    Effect.catchTag("AuthorityError", ({ message }) => new AddressError({ problems: [message] }))
  )
  return ssl === undefined ? {} : { ssl }
})

/** The URL for the driver, with what spans show of it spelled out, and its `sslmode`. */
const addressOf = (url: Redacted.Redacted) =>
  Effect.try({
    try: () => {
      const { hostname, pathname, port, protocol, searchParams } = new URL(Redacted.value(url))
      if (!/^postgres(ql)?:$/.test(protocol)) throw new TypeError("not a PostgreSQL URL")
      const host = searchParams.get("host") ?? decodeURIComponent(hostname).replace(/^\[|\]$/g, "")
      const database = searchParams.get("dbname") ?? decodeURIComponent(pathname.slice(1))
      const address: Address["Service"] = {
        url,
        ...(host === "" ? {} : { host }),
        ...(port === "" ? {} : { port: Number(port) }),
        ...(database === "" ? {} : { database })
      }
      return { address, sslmode: searchParams.get("sslmode") ?? undefined }
    },
    catch: () => new AddressError({ problems: ["DATABASE_URL is not a postgres:// URL"] })
  })
