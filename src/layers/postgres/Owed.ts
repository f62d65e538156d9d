/** Which images wait for answers: what is owed by services that left the catalog is not waited for until they are back. */
import type { SqlClient, Statement } from "effect/sql"
import type { ServiceId } from "../../domain/Identifiers.ts"
import * as Columns from "./Columns.ts"

/** The answers of an image that are owed, by the service `wanted`. */
const owed = (sql: SqlClient.SqlClient, which: Statement.Fragment) => sql`
  SELECT wanted FROM unnest(requested_services) AS wanted
  WHERE ${which} AND NOT EXISTS (
    SELECT FROM results WHERE results.image_id = images.image_id AND results.service = wanted AND renewal IS NULL)`

/** Whether one of `services`, which are those of the catalog, owes an answer about a row of `images`. */
export const isOwed = (sql: SqlClient.SqlClient, services: ReadonlyArray<ServiceId>): Statement.Fragment => {
  const known = Columns.texts(services)
  return sql`(owing IS NOT NULL
    AND (requested_services <@ ${known} OR EXISTS (${owed(sql, sql`wanted = ANY (${known})`)})))`
}

/** Whether all that is owed about a row of `images`, and something is, is owed by services that are not among these. */
export const isOwedByOthers = (sql: SqlClient.SqlClient, services: ReadonlyArray<ServiceId>): Statement.Fragment => {
  const known = Columns.texts(services)
  return sql`(owing IS NOT NULL
    AND NOT requested_services <@ ${known} AND NOT EXISTS (${owed(sql, sql`wanted = ANY (${known})`)}))`
}

/** Of a row of `images` the services that owe answers and are not among these, in name order. */
export const others = (sql: SqlClient.SqlClient, services: ReadonlyArray<ServiceId>): Statement.Fragment => {
  const known = Columns.texts(services)
  return sql`CASE WHEN owing IS NOT NULL AND NOT requested_services <@ ${known}
    THEN ARRAY(${owed(sql, sql`wanted <> ALL (${known})`)} ORDER BY wanted COLLATE "C") ELSE '{}' END`
}

/** Of a row of `images` those of these services that owe answers, in name order. */
export const owing = (sql: SqlClient.SqlClient, services: ReadonlyArray<ServiceId>): Statement.Fragment =>
  sql`CASE WHEN owing IS NOT NULL
    THEN ARRAY(${owed(sql, sql`wanted = ANY (${Columns.texts(services)})`)} ORDER BY wanted COLLATE "C") ELSE '{}' END`
