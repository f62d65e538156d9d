/** What could be asked besides what is. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ServiceId } from "../../../domain/Identifiers.ts"
import * as Columns from "../Columns.ts"

/** Images, of a group or any, that each of the services was not asked about and has not answered, summed over the services. */
export const countUnasked = Effect.fnUntraced(function* (
  services: ReadonlyArray<ServiceId>,
  group: string | undefined
) {
  const sql = yield* SqlClient.SqlClient
  const inGroup = group === undefined ? sql`true` : sql`image_group = ${Columns.storable(group)}`
  const [row] = yield* sql<{ unasked: number }>`
    SELECT count(*) AS unasked FROM images CROSS JOIN unnest(${Columns.texts(services)}) AS wanted
    WHERE ${inGroup} AND wanted <> ALL (requested_services)
      AND NOT EXISTS (SELECT FROM results WHERE results.image_id = images.image_id AND results.service = wanted)`
  return row!.unasked
})
