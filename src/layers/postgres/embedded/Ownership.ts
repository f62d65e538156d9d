/**
 * Whose a running server is.
 *
 * The owner keeps one connection with an advisory lock. When its process dies, however it dies, connection and lock go with
 * it, and the next windmill may take the server over: no file can say wrongly that a program is there.
 */
import { PgConnection } from "@effect/sql-pg"
import { Effect } from "effect"
import { role } from "./Cluster.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** The database of the results. */
export const database = "windmill"

/** Connects to the server; as long as the scope lasts, `take` holds by this connection. */
export const connect = (socketDirectory: string) =>
  PgConnection.make({
    host: socketDirectory,
    database: "postgres",
    username: role,
    applicationName: `${prefix}${process.pid}`
  })

/** Makes this process the owner, unless another is, and sees to it that the database is there. */
export const take = Effect.fnUntraced(function* (connection: PgConnection.PgConnection) {
  const { rows } = yield* connection.query("SELECT pg_try_advisory_lock($1) AS taken", [key])
  if (rows[0]?.taken !== true) return yield* inUse(connection)
  const databases = yield* connection.query("SELECT FROM pg_database WHERE datname = $1", [database])
  if (databases.rows.length === 0) yield* connection.query(`CREATE DATABASE ${database}`)
})

/** Names the lock; any number that nothing else in this server uses. */
const key = 1
const prefix = "windmill, process "

const inUse = Effect.fnUntraced(function* (connection: PgConnection.PgConnection) {
  const { rows } = yield* connection.query(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted"
  )
  const owner = String(rows[0]?.application_name ?? "").replace(prefix, "")
  return yield* new EmbeddedPostgresError({
    reason: "InUse",
    detail: `Another windmill (process ${owner}) is running on the same folder.`,
    remedy: `Wait until it is done, stop it with "kill ${owner}", or use another folder.`
  })
})
