/** How the database of the environment is: version, permissions, connections, clock. */
import { PgClient } from "@effect/sql-pg"
import { Clock, Effect, Layer } from "effect"
import type { Finding } from "../../domain/Finding.ts"
import { DatabaseUnusable } from "./DatabaseUnusable.ts"
import * as PgDatabase from "./PgDatabase.ts"

const subject = "PostgreSQL"

const look = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const before = yield* Clock.currentTimeMillis
  const [row] = yield* sql<Row>`
    SELECT
      current_setting('server_version') AS version,
      current_setting('server_version_num')::int AS number,
      current_user::text AS role,
      current_database()::text AS database,
      has_schema_privilege(current_schema(), 'CREATE') AS may_create,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
      (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`
  const after = yield* Clock.currentTimeMillis
  return row === undefined ? [] : findingsOf(row, { before, after })
}).pipe(
  Effect.catchTag("SqlError", (error) =>
    Effect.flatMap(PgClient.PgClient, ({ config }) => Effect.fail(DatabaseUnusable.from(error, config)))
  )
)

/** The steps; one when it cannot be reached. */
export const check: Effect.Effect<ReadonlyArray<Finding>> = look.pipe(
  Effect.provide(PgDatabase.layer.pipe(Layer.provide(PgDatabase.addressFromEnvironment))),
  Effect.timeout("15 seconds"),
  Effect.catch((error) =>
    Effect.succeed([{ subject, step: "connection", verdict: "broken" as const, detail: error.message }])
  ),
  Effect.withSpan("PgCheck.check")
)

interface Row {
  readonly version: string
  readonly number: number
  readonly role: string
  readonly database: string
  readonly may_create: boolean
  readonly most: number
  readonly used: number
  readonly now: number
}

/** Connections that windmill's programs open at most together, without being told otherwise. */
const wanted = 30

/** Milliseconds that clocks may differ without anybody noticing. */
const tolerated = 2000

const findingsOf = (row: Row, { after, before }: { readonly before: number; readonly after: number }) => {
  const { database, may_create: mayCreate, most, now, number, role, used, version } = row
  const find = (
    step: string,
    isFine: boolean,
    detail: string,
    otherwise: Pick<Finding, "verdict" | "remedy">
  ): Finding => ({
    subject,
    step,
    detail,
    ...(isFine ? { verdict: "fine" } : otherwise)
  })
  const apart = now < before ? before - now : Math.max(0, now - after)
  return [
    find("version", number >= 140_000, version, { verdict: "odd", remedy: "use PostgreSQL 14 or newer" }),
    find("permissions", mayCreate, `${role} ${mayCreate ? "may" : "may not"} create tables in ${database}`, {
      verdict: "broken",
      remedy: `GRANT CREATE ON SCHEMA public TO ${role}`
    }),
    find("connections", most - used >= wanted, `${used} of ${most} in use`, {
      verdict: "odd",
      remedy: "raise max_connections, lower DB_POOL_SIZE, or put PgBouncer in front"
    }),
    find("clock", apart <= tolerated, `${(apart / 1000).toFixed(1)} seconds apart from here`, {
      verdict: "odd",
      remedy: "let both machines set their clocks by NTP"
    })
  ]
}
