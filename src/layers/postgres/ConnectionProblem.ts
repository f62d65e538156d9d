/** What keeps a database from being reached until somebody changes a setting. */
import type { PgClient } from "@effect/sql-pg"
import { Schema } from "effect"
import type { SqlError } from "effect/sql"
import * as Encryption from "../Encryption.ts"
import { sqlState } from "./Failures.ts"

/** The database cannot be reached with these settings. `detail` names what is wrong and the remedy. */
export class DatabaseMisconfigured extends Schema.TaggedError<DatabaseMisconfigured>()("DatabaseMisconfigured", {
  detail: Schema.String
}) {
  override get message() {
    return `The database cannot be used: ${this.detail}`
  }
}

/** The setting that a failure to connect speaks of, if it does: something about encryption. */
export const find = (
  { reason: { cause } }: SqlError.SqlError,
  { host = "localhost", port = 5432, ssl = false }: Pick<PgClient.PgClientConfig, "host" | "port" | "ssl">
): DatabaseMisconfigured | undefined => {
  const said = String(cause)
  const place = `PostgreSQL at ${host}:${port}`
  const refusal = Encryption.refusalOf(cause, { name: "PostgreSQL", host, port, prefix: "DB", url: "DATABASE_URL" })
  if (refusal !== undefined) return new DatabaseMisconfigured({ detail: refusal })
  if (said.includes("The server does not support TLS")) {
    return new DatabaseMisconfigured({
      detail: `${place} does not encrypt. Switch it on there (ssl = on in postgresql.conf), or set DB_SSLMODE=disable.`
    })
  }
  // PostgreSQL before 14 says "SSL off".
  return ssl === false && sqlState(cause) === "28000" && /no encryption|SSL off/.test(said)
    ? new DatabaseMisconfigured({
        detail: `${place} refuses this connection, which is not encrypted (${said}). If it wants encryption, set DB_SSLMODE=verify-full, or sslmode=verify-full in DATABASE_URL.`
      })
    : undefined
}
