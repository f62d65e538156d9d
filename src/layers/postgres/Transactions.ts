/** Units of work: done as a whole or not at all, or seen as of one moment. */
import { Cause, Effect } from "effect"
import { SqlClient, SqlError } from "effect/sql"

/** Does all of the work or nothing of it, again when it lost against another transaction. */
export const inTransaction = <A, E, R>(work: Effect.Effect<A, E, R>) => tryAgain(transaction(work))

/** A transaction, which may be a single statement, again when it lost against another one. */
export const tryAgain = <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
  Effect.retry(transaction, { while: lostAgainstAnother, times: 10 })

/** Reads as of one moment, whatever others commit meanwhile. */
export const inOneMoment = <A, E, R>(read: Effect.Effect<A, E, R>) =>
  transaction(read).pipe(
    Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
  )

/**
 * On a connection that is gone the rollback fails, too, which the client takes for a defect. It is none: the server has
 * rolled back by itself. What remains is why the work failed.
 */
const transaction = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  SqlClient.SqlClient.use((sql) => sql.withTransaction(work)).pipe(
    Effect.catchCause((cause): Effect.Effect<never, E | SqlError.SqlError> => {
      const rest = cause.reasons.filter((reason) => rollbackFailure(reason) === undefined)
      const failure = cause.reasons.map(rollbackFailure).find((failure) => failure !== undefined)
      return failure === undefined || rest.length > 0 ? Effect.failCause(Cause.fromReasons(rest)) : Effect.fail(failure)
    })
  )

const rollbackFailure = (reason: Cause.Reason<unknown>): SqlError.SqlError | undefined =>
  Cause.isDieReason(reason) && SqlError.isSqlError(reason.defect) ? reason.defect : undefined

const lostAgainstAnother = (failure: unknown): boolean =>
  SqlError.isSqlError(failure) &&
  (failure.reason._tag === "DeadlockError" || failure.reason._tag === "SerializationError")
