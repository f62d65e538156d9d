/** Encrypted connections to a PostgreSQL of the test's own, with certificates made here. */
import { PgClient, PgConnection } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Layer, Logger, Schedule } from "effect"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as PgResultStore from "../../../src/layers/postgres/PgResultStore.ts"
import * as Certificates from "../../support/Certificates.ts"
import * as PrivatePostgres from "../../support/PrivatePostgres.ts"

type Environment = Readonly<Record<string, string>>

const databaseIn = (env: Environment) =>
  Layer.fresh(PgDatabase.layer).pipe(
    Layer.provide(Layer.fresh(PgDatabase.addressFromEnvironment)),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
    Layer.provide(Logger.layer([]))
  )

/** How the server sees a connection made with these variables. */
const encryptionIn = (env: Environment) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    return yield* sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
  }).pipe(Effect.provide(databaseIn(env)))

/** What a person is told who starts a program with these variables. */
const complaintIn = (env: Environment) =>
  Layer.build(Layer.fresh(PgResultStore.layer).pipe(Layer.provide(databaseIn(env)))).pipe(
    Effect.scoped,
    Effect.flip,
    Effect.map(({ message }) => message)
  )

/** The certificates a server may show, or none. */
type Shown = "good" | "elsewhere" | "expired" | "none"

class Postgres extends Context.Service<
  Postgres,
  {
    readonly authority: Certificates.Authority
    readonly foreign: Certificates.Authority
    readonly port: number
    /** Sees to it that the server runs and shows this certificate. With one, it wants every connection encrypted. */
    readonly shows: (shown: Shown) => Effect.Effect<void>
  }
>()("windmill/test/Postgres") {}

const postgres = Layer.effect(
  Postgres,
  Effect.gen(function* () {
    const [authority, foreign] = yield* Effect.all([Certificates.authority, Certificates.authority])
    const { database, end, port, startWith, write } = yield* PrivatePostgres.make
    const certificates = {
      good: authority.issue(["DNS:localhost", "IP:127.0.0.1"]),
      elsewhere: authority.issue(["DNS:elsewhere.example"]),
      expired: authority.issue(["DNS:localhost"], { days: 0 })
    }
    for (const [name, { certificate, key }] of Object.entries(certificates)) {
      yield* write(`${name}.crt`, certificate)
      yield* write(`${name}.key`, key)
    }
    let current: Shown | undefined
    const shows = Effect.fnUntraced(function* (shown: Shown) {
      if (shown === current) return
      yield* end("SIGINT")
      yield* write("pg_hba.conf", `${shown === "none" ? "host" : "hostssl"} all all 127.0.0.1/32 trust`)
      yield* startWith(
        shown === "none" ? {} : { ssl: "on", ssl_cert_file: `${shown}.crt`, ssl_key_file: `${shown}.key` }
      )
      const ssl = shown === "none" ? false : { rejectUnauthorized: false }
      yield* Effect.scoped(PgConnection.make({ ...database, ssl })).pipe(
        Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 400 }),
        Effect.orDie
      )
      current = shown
    })
    return { authority, foreign, port, shows }
  })
)

/** The variables, and the URL, that name the database at this host. */
const variables = (host: string, port: number) => ({
  DB_HOST: host,
  DB_PORT: String(port),
  DB_NAME: "postgres",
  DB_USER: "windmill"
})
const urlOf = (host: string, port: number, sslmode: string) => ({
  DATABASE_URL: `postgres://windmill@${host}:${port}/postgres?sslmode=${sslmode}`
})

layer(postgres, { excludeTestServices: true, timeout: "90 seconds" })(
  "PgDatabase with a server that encrypts",
  (it) => {
    it.effect("encrypts with `require`, whoever answers", () =>
      Effect.gen(function* () {
        const { port, shows } = yield* Postgres
        yield* shows("elsewhere")
        const chosen = { ...variables("127.0.0.1", port), DB_SSLMODE: "require" }
        assert.deepStrictEqual(yield* encryptionIn(chosen), [{ ssl: true }])
        assert.deepStrictEqual(yield* encryptionIn(urlOf("127.0.0.1", port, "require")), [{ ssl: true }])
      })
    )

    it.effect.each(["localhost", "127.0.0.1"])("trusts the authority it is told, at %s", (host) =>
      Effect.gen(function* () {
        const { authority, port, shows } = yield* Postgres
        yield* shows("good")
        const trust = { DB_SSLROOTCERT: authority.path }
        for (const env of [
          { ...variables(host, port), ...trust, DB_SSLMODE: "verify-full" },
          { ...variables(host, port), ...trust },
          { ...urlOf(host, port, "verify-full"), ...trust }
        ]) {
          assert.deepStrictEqual(yield* encryptionIn(env), [{ ssl: true }])
        }
      })
    )

    it.effect("refuses a certificate that nobody trusted vouches for, and says whom to trust", () =>
      Effect.gen(function* () {
        const { foreign, port, shows } = yield* Postgres
        yield* shows("good")
        const url = urlOf("localhost", port, "verify-full")
        for (const env of [url, { ...url, DB_SSLROOTCERT: foreign.path }]) {
          const complaint = yield* complaintIn(env)
          assert.include(complaint, `PostgreSQL at localhost:${port} has a certificate that no trusted authority`)
          assert.include(complaint, "Set DB_SSLROOTCERT to the certificate of the authority")
        }
      })
    )

    it.effect.each(["localhost", "127.0.0.1"])("refuses a certificate for others than %s, and says for which", (host) =>
      Effect.gen(function* () {
        const { authority, port, shows } = yield* Postgres
        yield* shows("elsewhere")
        const complaint = yield* complaintIn({
          ...variables(host, port),
          DB_SSLMODE: "verify-full",
          DB_SSLROOTCERT: authority.path
        })
        assert.include(complaint, `PostgreSQL at ${host}:${port} has a certificate for DNS:elsewhere.example`)
        assert.include(complaint, "Correct DB_HOST or the host of DATABASE_URL")
      })
    )

    it.effect("refuses a certificate that has expired", () =>
      Effect.gen(function* () {
        const { authority, port, shows } = yield* Postgres
        yield* shows("expired")
        const complaint = yield* complaintIn({ ...variables("localhost", port), DB_SSLROOTCERT: authority.path })
        assert.include(complaint, `PostgreSQL at localhost:${port} has a certificate that does not hold now`)
        assert.include(complaint, "certificate has expired")
      })
    )

    it.effect("says so when the server wants encryption, and when it has none", () =>
      Effect.gen(function* () {
        const { port, shows } = yield* Postgres
        yield* shows("good")
        const open = yield* complaintIn(variables("127.0.0.1", port))
        assert.include(open, `PostgreSQL at 127.0.0.1:${port} refuses this connection, which is not encrypted`)
        assert.include(open, "set DB_SSLMODE=verify-full")
        yield* shows("none")
        const encrypted = yield* complaintIn(urlOf("127.0.0.1", port, "require"))
        assert.include(encrypted, `PostgreSQL at 127.0.0.1:${port} does not encrypt`)
        assert.include(encrypted, "set DB_SSLMODE=disable")
      })
    )
  }
)
