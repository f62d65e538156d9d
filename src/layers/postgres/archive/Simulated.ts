/** Answers that say of themselves that they are invented. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ServiceId } from "../../../domain/Identifiers.ts"

/** How many of the latest answers are looked at: enough to have some of each service. */
const looked = 200

/** Services whose latest answers are simulated, in name order. @see isSimulated in domain/Facts.ts */
export const simulated = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ service: ServiceId }>`
    SELECT DISTINCT service COLLATE "C" AS service
    FROM (SELECT service, data FROM results ORDER BY result_id DESC LIMIT ${looked}) AS latest
    WHERE data @> '{"metadata": {"model_info": {"simulated": true}}}'
    ORDER BY service`
  return rows.map(({ service }) => service)
})
