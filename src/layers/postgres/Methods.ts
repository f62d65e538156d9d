/** Methods of services whose work is written for any client of the database. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { type DatabaseFailure, storeError } from "./Failures.ts"

/** Runs work with the client that is there now, as a method of the service: traced, and with its failures. */
export const methodsOf = (service: string) =>
  SqlClient.SqlClient.useSync(
    (sql) =>
      <A>(name: string, work: Effect.Effect<A, DatabaseFailure, SqlClient.SqlClient>) =>
        work.pipe(
          Effect.provideService(SqlClient.SqlClient, sql),
          Effect.mapError(storeError),
          Effect.withSpan(`${service}.${name}`)
        )
  )
