import { PgTypes } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { SqlError } from "effect/sql"
import { storeError, Unstorable } from "../../../src/layers/postgres/Failures.ts"

const sqlError = (cause: unknown) => new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause }) })

const withState = (code: string) => sqlError(Object.assign(new Error("as PostgreSQL words it"), { code }))

describe("storeError", () => {
  it.each(["22001", "22003", "22021", "22P02", "22P05", "23502", "23503", "23505", "23514", "54000", "54001"])(
    "gives up on a value that violates a rule (%s)",
    (code) => {
      const { message, reason } = storeError(withState(code))
      assert.strictEqual(reason._tag, "StoreRejected")
      assert.include(message, "as PostgreSQL words it")
    }
  )

  it.each(["08006", "28P01", "3D000", "40001", "40P01", "42P01", "53100", "53300", "55P03", "57014", "57P01", "57P03"])(
    "leaves another try to everything that passes (%s)",
    (code) => {
      assert.strictEqual(storeError(withState(code)).reason._tag, "StoreUnavailable")
    }
  )

  it("leaves another try to failures without a state", () => {
    assert.strictEqual(storeError(sqlError(new Error("ECONNREFUSED"))).reason._tag, "StoreUnavailable")
    assert.strictEqual(storeError(sqlError("lost")).reason._tag, "StoreUnavailable")
  })

  it("gives up on what cannot be sent or read", () => {
    const unreadable = Schema.decodeUnknownResult(Schema.String)(1)
    const failures = [
      sqlError(new PgTypes.CodecError({ message: "not a number" })),
      new Unstorable({ cause: new RangeError("too deep") }),
      ...(unreadable._tag === "Failure" ? [unreadable.failure] : [])
    ]
    assert.deepStrictEqual(
      failures.map((failure) => storeError(failure).reason._tag),
      ["StoreRejected", "StoreRejected", "StoreRejected"]
    )
  })
})
