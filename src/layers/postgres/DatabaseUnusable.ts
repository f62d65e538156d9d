/** What keeps a program from starting with the database that it was told to use. */
import type { PgClient } from "@effect/sql-pg"
import { Schema } from "effect"
import type { SqlError } from "effect/sql"
import * as Encryption from "../files/Encryption.ts"
import { sqlState } from "./Failures.ts"

/** The server cannot be reached, or refuses this program. `detail` names it, what is wrong and the remedy. */
export class DatabaseUnusable extends Schema.TaggedError<DatabaseUnusable>()("DatabaseUnusable", {
  detail: Schema.String
}) {
  override get message() {
    return `The database cannot be used: ${this.detail}`
  }

  /** What answers is a pooler that has not been announced. */
  static ofPooler({
    host = "localhost",
    port = 5432
  }: Pick<PgClient.PgClientConfig, "host" | "port">): DatabaseUnusable {
    return new DatabaseUnusable({
      detail:
        `At ${host}:${port} a pooler answers that does not keep the settings of a connection, as PgBouncer does. ` +
        "Set DB_POOLER=transaction, and the time-outs where the pooler leads: ALTER ROLE … SET statement_timeout = '60s'."
    })
  }

  /** The error of a client with this configuration. */
  static from({ reason }: SqlError.SqlError, config: PgClient.PgClientConfig): DatabaseUnusable {
    const { database = "", host = "localhost", port = 5432, username } = config
    const { cause } = reason
    const server = `PostgreSQL at ${host}:${port}`
    const said = cause instanceof Error ? cause.message : String(cause)
    const of = (detail: string) => new DatabaseUnusable({ detail })
    switch (sqlState(cause)) {
      case "28000":
      case "28P01":
        return of(`${server} refuses the login: ${said}. Correct DB_USER and DB_PASSWORD, or DATABASE_URL.`)
      case "3D000": {
        const login = username === undefined ? "" : ` -U ${username}`
        return of(
          `${server} has no database "${database}". Correct DB_NAME or DATABASE_URL, or create it: ` +
            `createdb -h ${host} -p ${port}${login} ${database}`
        )
      }
      case "53300":
        return of(
          `${server} has no connection left: ${said}. Lower DB_POOL_SIZE of the programs, raise max_connections there, ` +
            "or put PgBouncer in between (DB_POOLER=transaction)."
        )
      case "42501":
        return of(
          `${server} forbids what is needed: ${said}. Grant it to the user, or correct DB_USER or DATABASE_URL.`
        )
      default:
        return of(
          reason._tag === "ConnectionError"
            ? `${server} cannot be reached: ${said}. Start it, or correct DB_HOST and DB_PORT, or DATABASE_URL.`
            : `${server} says: ${said}`
        )
    }
  }
}

/** What is wrong with a setting of the connection, if that is why it failed: something that waiting does not mend. */
export const bySetting = (
  { reason: { cause } }: SqlError.SqlError,
  { host = "localhost", port = 5432, ssl = false }: Pick<PgClient.PgClientConfig, "host" | "port" | "ssl">
): DatabaseUnusable | undefined => {
  if (String(cause).includes("unsupported startup parameter")) return DatabaseUnusable.ofPooler({ host, port })
  const said = String(cause)
  const server = `PostgreSQL at ${host}:${port}`
  const refusal = Encryption.refusalOf(cause, { name: "PostgreSQL", host, port, prefix: "DB", url: "DATABASE_URL" })
  if (refusal !== undefined) return new DatabaseUnusable({ detail: refusal })
  if (said.includes("The server does not support TLS")) {
    return new DatabaseUnusable({
      detail: `${server} does not encrypt. Switch it on there (ssl = on in postgresql.conf), or set DB_SSLMODE=disable.`
    })
  }
  // PostgreSQL before 14 says "SSL off".
  return ssl === false && sqlState(cause) === "28000" && /no encryption|SSL off/.test(said)
    ? new DatabaseUnusable({
        detail: `${server} refuses this connection, which is not encrypted (${said}). If it wants encryption, set DB_SSLMODE=verify-full, or sslmode=verify-full in DATABASE_URL.`
      })
    : undefined
}

/** What a database is by its making and its settings. */
export interface Nature {
  readonly encoding: string
  readonly isReadOnly: boolean
  readonly isReplica: boolean
  readonly hasNoSchema: boolean
  /** `search_path`, and whose it is. */
  readonly path: string
  readonly role: string
}

/** What keeps facts from being kept in a database that answers, if anything does. */
export const byNature = (
  { encoding, hasNoSchema, isReadOnly, isReplica, path, role }: Nature,
  { database = "", host = "localhost", port = 5432 }: Pick<PgClient.PgClientConfig, "host" | "port" | "database">
): DatabaseUnusable | undefined => {
  const place = `the database "${database}" of PostgreSQL at ${host}:${port}`
  if (encoding !== "UTF8") {
    return new DatabaseUnusable({
      detail: `${place} keeps text as ${encoding}, in which much of what services say cannot be written. Use one that is made with: createdb -h ${host} -p ${port} -E UTF8 -T template0 NAME`
    })
  }
  if (isReplica) {
    return new DatabaseUnusable({
      detail: `${place} is a replica, which takes no changes. Name the primary server in DB_HOST or DATABASE_URL.`
    })
  }
  if (isReadOnly) {
    return new DatabaseUnusable({
      detail: `${place} takes no changes from the role "${role}": default_transaction_read_only is on. Switch it off: ALTER ROLE "${role}" RESET default_transaction_read_only, and the same for the database.`
    })
  }
  return hasNoSchema
    ? new DatabaseUnusable({
        detail: `${place} has none of the schemas in the search_path of the role "${role}" (${path}). Make one, or correct it: ALTER ROLE "${role}" RESET search_path.`
      })
    : undefined
}
