/** What a failure of the database means to whoever asked: try again, or give up on this. */
import { Data, type Schema } from "effect"
import type { SqlError } from "effect/sql"
import { ResultStoreError, StoreRejected, StoreUnavailable } from "../../services/ResultStore.ts"

/** A value has no form in which it could be sent to the database. */
export class Unstorable extends Data.TaggedError("Unstorable")<{ readonly cause: unknown }> {}

/** A statement failed, a value cannot be sent, or a row holds what this program cannot read. */
export type DatabaseFailure = SqlError.SqlError | Unstorable | Schema.SchemaError

/**
 * Words a failure for the caller.
 *
 * A value that PostgreSQL cannot take (SQLSTATE classes 22, 23 and 54), that cannot be sent or that this program cannot
 * read will be the same next time. Everything else passes: the server is away, starting, full, locked, or not yet as it
 * should be.
 */
export const storeError = (failure: DatabaseFailure): ResultStoreError => {
  if (failure._tag === "SchemaError") return rejected(failure)
  if (failure._tag === "Unstorable") return rejected(failure.cause)
  const { cause } = failure.reason
  return isEncodingError(cause) || /^(22|23|54)/.test(sqlState(cause))
    ? rejected(cause)
    : new ResultStoreError({ reason: new StoreUnavailable({ cause }) })
}

const rejected = (cause: unknown) => new ResultStoreError({ reason: new StoreRejected({ cause }) })

/** The five characters by which PostgreSQL names an error; empty when it is not one of its own. */
export const sqlState = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

const isEncodingError = (cause: unknown): boolean =>
  hasTag(cause, "PgTypesCodecError") || hasTag(cause, "PgProtocolEncodeError")

const hasTag = (value: unknown, tag: string): value is { readonly _tag: string } =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === tag
