/**
 * Operations on many images, in PostgreSQL.
 *
 * A step is one transaction, which holds the row of its operation: of several programs that work on one operation, one takes
 * each step, and none is taken after it was stopped.
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { ImageId } from "../../domain/Identifiers.ts"
import { at, type Operation, type OperationId, type Progress, Request } from "../../domain/Operation.ts"
import { AnyRun, Operations, Withdrawals } from "../../services/Operations.ts"
import * as Columns from "./Columns.ts"
import { type DatabaseFailure, storeError } from "./Failures.ts"
import * as Looks from "./Looks.ts"
import * as Migrations from "./Migrations.ts"
import * as Deeds from "./operations/Deeds.ts"
import { inTransaction } from "./Transactions.ts"

export const layer = Layer.effect(
  Operations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const method = <Args extends ReadonlyArray<unknown>, A>(
      name: string,
      work: (...args: Args) => Effect.Effect<A, DatabaseFailure, SqlClient.SqlClient>
    ) =>
      Effect.fn(`Operations.${name}`)(
        (...args: Args) => work(...args),
        Effect.provideService(SqlClient.SqlClient, sql),
        Effect.mapError(storeError)
      )

    return Operations.of({
      count: method("count", Deeds.count),
      begin: method("begin", begin),
      list: method("list", ({ before, limit }) =>
        read(sql`
          WHERE ${before === undefined ? sql`true` : sql`operation_id < ${before}`} ORDER BY operation_id DESC LIMIT ${limit}`)
      ),
      total: method("total", () =>
        Effect.map(sql<{ total: number }>`SELECT count(*) AS total FROM operations`, ([row]) => row!.total)
      )(),
      running: method("running", () => read(sql`WHERE state = 'running' ORDER BY operation_id`))(),
      find: method("find", find),
      step: method("step", (id: OperationId, limit: number) => inTransaction(step(id, limit))),
      finish: method("finish", finish),
      stop: method("stop", stop)
    })
  })
).pipe(Layer.provide(Migrations.layer))

/** Clocks of machines differ: jobs that were published so many milliseconds after a withdrawal are looked at, too. */
const leeway = 60_000

/** What a program knows without asking. While the database is away, what was known last counts. */
export const current = Layer.effectContext(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    let known: Known = { anyRun: false, until: null }
    const look = Effect.gen(function* () {
      const [row] = yield* sql<Known>`
        SELECT coalesce(bool_or(state = 'running'), false) AS "anyRun",
          max(CASE WHEN state = 'running' THEN 'infinity' ELSE floor(extract(epoch FROM ended) * 1000) END)
            FILTER (WHERE request ->> 'kind' IN ('withdraw', 'delete'))::double precision AS until
        FROM operations`
      known = row!
    })
    const looks = yield* Looks.Looks
    yield* looks.follow(["operations"], Effect.ignore(look))
    return Context.make(
      Withdrawals,
      Effect.sync(() => (known.until === null ? undefined : known.until + leeway))
    ).pipe(
      Context.add(
        AnyRun,
        Effect.sync(() => known.anyRun)
      )
    )
  })
).pipe(Layer.provide(Looks.layer), Layer.provide(Migrations.layer))

interface Known {
  readonly anyRun: boolean
  /** Milliseconds since 1970. */
  readonly until: number | null
}

const encodeRequest = Schema.encodeSync(Schema.toCodecJson(Request))
const decodeRequest = Schema.decodeUnknownEffect(Schema.toCodecJson(Request))

const begin = Effect.fnUntraced(function* (request: Request, by: string) {
  const sql = yield* SqlClient.SqlClient
  const total = yield* Deeds.count(request)
  const [row] = yield* sql<{ operation_id: OperationId }>`
    INSERT INTO operations (request, asked_by, total, last_image)
    SELECT ${Columns.json(encodeRequest(request))}::text::jsonb, ${Columns.storable(by)}, ${total}, max(image_id) FROM images
    RETURNING operation_id`
  return Option.getOrThrow(yield* find(row!.operation_id))
})

const find = (id: OperationId) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [operation] = yield* read(sql`WHERE operation_id = ${id}`)
    return Option.fromUndefinedOr(operation)
  })

/** Operations as they are now, by the clock of the database. */
const read = Effect.fnUntraced(function* (which: Statement.Fragment) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Row>`
    SELECT operation_id, request, asked_by, state, began, ended, total, taken, ${Deeds.underway(sql)} AS underway, now() AS now
    FROM operations ${which}`
  return yield* Effect.forEach(rows, operationOf)
})

interface Row {
  readonly operation_id: OperationId
  readonly request: unknown
  readonly asked_by: string
  readonly state: Progress["state"]
  readonly began: Date
  readonly ended: Date | null
  readonly total: number
  readonly taken: number
  readonly underway: number
  readonly now: Date
}

const operationOf = (row: Row): Effect.Effect<Operation, Schema.SchemaError> =>
  Effect.map(decodeRequest(row.request), (request) =>
    at(
      {
        id: row.operation_id,
        request,
        by: row.asked_by,
        state: row.state,
        began: row.began,
        ...(row.ended === null ? {} : { ended: row.ended }),
        total: row.total,
        taken: row.taken,
        underway: row.underway
      },
      row.now
    )
  )

const step = Effect.fnUntraced(function* (id: OperationId, limit: number) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ request: unknown; after_image: number; last_image: number }>`
    SELECT request, after_image, last_image FROM operations
    WHERE operation_id = ${id} AND state = 'running' AND last_image IS NOT NULL FOR NO KEY UPDATE`
  if (row === undefined) return Option.none()
  const request = yield* decodeRequest(row.request)
  const images = yield* Deeds.next(request, { after: row.after_image, last: row.last_image, limit })
  const taken = yield* Deeds.perform(id, request, images)
  const isLast = images.length < limit
  yield* sql`
    UPDATE operations SET taken = taken + ${taken}, after_image = ${images.at(-1) ?? row.last_image},
      last_image = ${isLast ? null : row.last_image}
    WHERE operation_id = ${id}`
  return Option.some({ images, isLast })
})

const finish = Effect.fnUntraced(function* (id: OperationId) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`
    UPDATE operations SET state = 'done', ended = now()
    WHERE operation_id = ${id} AND state = 'running' AND last_image IS NULL AND ${Deeds.underway(sql)} = 0
    RETURNING operation_id`
  return rows.length > 0
})

/** Images whose answers are kept in one transaction. */
const page = 500

const stop = Effect.fnUntraced(function* (id: OperationId) {
  const sql = yield* SqlClient.SqlClient
  const stopped = yield* sql`
    UPDATE operations SET state = 'stopped', ended = now() WHERE operation_id = ${id} AND state = 'running'
    RETURNING operation_id`
  if (stopped.length === 0) return false
  let images: ReadonlyArray<ImageId>
  do {
    images = yield* inTransaction(Deeds.keepAnswers(id, page))
  } while (images.length === page)
  return true
})
