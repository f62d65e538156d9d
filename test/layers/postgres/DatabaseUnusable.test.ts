import { assert, describe, it } from "@effect/vitest"
import { SqlError } from "effect/sql"
import { DatabaseUnusable } from "../../../src/layers/postgres/DatabaseUnusable.ts"

const config = { host: "db", port: 5433, database: "windmill", username: "ada" }

const says = (
  message: string,
  code: string,
  Reason: typeof SqlError.ConnectionError | typeof SqlError.UnknownError = SqlError.UnknownError
) => {
  const cause = Object.assign(new Error(message), { code })
  return DatabaseUnusable.from(new SqlError.SqlError({ reason: new Reason({ cause }) }), config).message
}

describe("DatabaseUnusable", () => {
  it.each([
    {
      message: says('password authentication failed for user "ada"', "28P01"),
      expected:
        'PostgreSQL at db:5433 refuses the login: password authentication failed for user "ada". Correct DB_USER and DB_PASSWORD, or DATABASE_URL.'
    },
    {
      message: says('database "windmill" does not exist', "3D000"),
      expected:
        'PostgreSQL at db:5433 has no database "windmill". Correct DB_NAME or DATABASE_URL, or create it: createdb -h db -p 5433 -U ada windmill'
    },
    {
      message: says("permission denied for schema public", "42501"),
      expected:
        "PostgreSQL at db:5433 forbids what is needed: permission denied for schema public. Grant it to the user, or correct DB_USER or DATABASE_URL."
    },
    {
      message: says("connect ECONNREFUSED 127.0.0.1:5433", "ECONNREFUSED", SqlError.ConnectionError),
      expected:
        "PostgreSQL at db:5433 cannot be reached: connect ECONNREFUSED 127.0.0.1:5433. Start it, or correct DB_HOST and DB_PORT, or DATABASE_URL."
    },
    { message: says("disk full", "53100"), expected: "PostgreSQL at db:5433 says: disk full" }
  ])("names what is wrong, where, and the remedy: $message", ({ expected, message }) => {
    assert.strictEqual(message, `The database cannot be used: ${expected}`)
  })
})
