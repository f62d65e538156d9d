import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as Tls from "node:tls"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as Folders from "../../support/Folders.ts"

/** What the environment says, with the secrets readable. */
const addressIn = (env: Record<string, string>) =>
  PgDatabase.Address.useSync(({ password, url, ...rest }) => ({
    ...rest,
    ...(Redacted.isRedacted(password) ? { password: Redacted.value(password) } : {}),
    ...(url === undefined ? {} : { url: Redacted.value(url) })
  })).pipe(
    Effect.provide(
      PgDatabase.addressFromEnvironment.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))
    )
  )

const problemsIn = (env: Record<string, string>) =>
  Effect.map(Effect.flip(addressIn(env)), (error) => (error._tag === "AddressError" ? error.problems : [error.message]))

const named = { DB_HOST: "db.example", DB_NAME: "windmill", DB_USER: "worker", DB_PASSWORD: "s3cret" }

describe("addressFromEnvironment", () => {
  it.effect("takes the specification's variables", () =>
    Effect.gen(function* () {
      const address = { host: "db.example", port: 5432, database: "windmill", username: "worker", password: "s3cret" }
      assert.deepStrictEqual(yield* addressIn(named), address)
      assert.deepStrictEqual(yield* addressIn({ ...named, DB_PORT: "6543" }), { ...address, port: 6543 })
      const { DB_NAME: _name, ...unnamed } = named
      assert.deepStrictEqual(yield* addressIn(unnamed), address)
    })
  )

  it.effect("takes a URL, and spells out what spans show of it", () =>
    Effect.gen(function* () {
      const url = "postgres://worker:s3cret@db.example:6543/wind%20mill"
      assert.deepStrictEqual(yield* addressIn({ ...named, DATABASE_URL: url }), {
        url,
        host: "db.example",
        port: 6543,
        database: "wind mill"
      })
      const socket = "postgresql:///windmill?host=/run/postgresql"
      assert.deepStrictEqual(yield* addressIn({ DATABASE_URL: socket }), {
        url: socket,
        host: "/run/postgresql",
        database: "windmill"
      })
      const loopback = "postgres://[::1]/windmill"
      assert.deepStrictEqual(yield* addressIn({ DATABASE_URL: loopback }), {
        url: loopback,
        host: "::1",
        database: "windmill"
      })
    })
  )

  it.effect("names every variable that is missing with its purpose", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problemsIn({}), [
        "DB_HOST is missing: the host of the PostgreSQL server",
        "DB_USER is missing: the role to log in as"
      ])
      const { DB_USER: _user, ...rest } = named
      assert.deepStrictEqual(yield* problemsIn(rest), ["DB_USER is missing: the role to log in as"])
    })
  )

  it.effect.each(["mysql://host/db", "localhost:5432", "postgres://a%zz/db"])("refuses %s as a URL", (url) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problemsIn({ DATABASE_URL: url }), ["DATABASE_URL is not a postgres:// URL"])
    })
  )

  it.effect("encrypts as it is told, by the variable before the URL", () =>
    Effect.gen(function* () {
      const sslIn = (env: Record<string, string>) => Effect.map(addressIn(env), ({ ssl }) => ssl)
      const url = (mode: string) => ({ DATABASE_URL: `postgres://db.example/windmill?sslmode=${mode}` })
      assert.isUndefined(yield* sslIn({ DATABASE_URL: "postgres://db.example/windmill" }))
      for (const [mode, ssl] of [
        ["disable", false],
        ["require", { rejectUnauthorized: false }],
        ["verify-full", { rejectUnauthorized: true }]
      ] as const) {
        assert.deepStrictEqual(yield* sslIn({ ...named, DB_SSLMODE: mode }), ssl)
        assert.deepStrictEqual(yield* sslIn(url(mode)), ssl)
        assert.deepStrictEqual(yield* sslIn({ ...url("prefer"), DB_SSLMODE: mode }), ssl)
      }
    })
  )

  it.effect.each(["allow", "prefer", "verify-ca", "on", ""])("refuses to guess what sslmode=%s is to mean", (mode) =>
    Effect.gen(function* () {
      const problems = yield* problemsIn({ DATABASE_URL: `postgres://db.example/windmill?sslmode=${mode}` })
      assert.strictEqual(problems.length, 1)
      assert.include(problems[0], `sslmode=${mode} of DATABASE_URL is not supported: choose disable, require`)
    })
  )

  it.effect("trusts the authority it is told, and says when there is none", () =>
    Effect.gen(function* () {
      const folder = yield* Folders.temporary
      const path = Path.join(folder, "ca.pem")
      const problems = yield* problemsIn({ ...named, DB_SSLROOTCERT: path })
      assert.match(problems.join(), /^DB_SSLROOTCERT cannot be read: .*ENOENT/)
      yield* Effect.promise(() => Fs.writeFile(path, "-----BEGIN PRIVATE KEY-----"))
      const others = yield* problemsIn({ ...named, DB_SSLROOTCERT: path })
      assert.match(others.join(), /^DB_SSLROOTCERT cannot be read: .*no certificate/)
      const [ca] = Tls.rootCertificates
      yield* Effect.promise(() => Fs.writeFile(path, ca!))
      const { ssl } = yield* addressIn({ ...named, DB_SSLROOTCERT: path })
      assert.deepStrictEqual(ssl, { rejectUnauthorized: true, ca })
    })
  )
})

describe("AddressError", () => {
  it("names the remedy", () => {
    const { message } = new PgDatabase.AddressError({ problems: ["DB_HOST is missing"] })
    assert.include(message, "DB_HOST is missing")
    assert.include(message, "DATABASE_URL=postgres://")
  })
})

describe("isConfigured", () => {
  const isConfiguredIn = (env: Record<string, string>) =>
    PgDatabase.isConfigured.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))

  it.effect("says whether the environment names a database", () =>
    Effect.gen(function* () {
      assert.isFalse(yield* isConfiguredIn({ DB_NAME: "windmill" }))
      assert.isTrue(yield* isConfiguredIn({ DB_HOST: "db.example" }))
      assert.isTrue(yield* isConfiguredIn({ DATABASE_URL: "postgres://db.example/windmill" }))
    })
  )
})
