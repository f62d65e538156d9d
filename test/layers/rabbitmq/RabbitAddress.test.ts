import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Redacted } from "effect"
import {
  Address,
  AddressError,
  addressFromEnvironment,
  isConfigured
} from "../../../src/layers/rabbitmq/RabbitAddress.ts"

const environment = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

/** The address that these variables name, with the password in the open. */
const addressOf = (env: Record<string, string>) =>
  Address.use((address) =>
    Effect.succeed({
      ...address,
      password: Redacted.value(address.password),
      heartbeat: Duration.toSeconds(address.heartbeat)
    })
  ).pipe(Effect.provide(addressFromEnvironment), Effect.provide(environment(env)))

const login = { QUEUE_HOST: "broker", QUEUE_USER: "windmill", QUEUE_PASSWORD: "p@ss/word" }

describe("RabbitAddress", () => {
  it.effect("reads the variables of the specification", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* addressOf(login), {
        host: "broker",
        port: 5672,
        username: "windmill",
        password: "p@ss/word",
        vhost: "/",
        tls: undefined,
        heartbeat: 10,
        queuePrefix: ""
      })
      assert.deepStrictEqual(
        yield* addressOf({
          ...login,
          QUEUE_PORT: "5673",
          QUEUE_VHOST: "staging",
          QUEUE_HEARTBEAT: "30 seconds",
          QUEUE_PREFIX: "eu."
        }),
        {
          host: "broker",
          port: 5673,
          username: "windmill",
          password: "p@ss/word",
          vhost: "staging",
          tls: undefined,
          heartbeat: 30,
          queuePrefix: "eu."
        }
      )
    })
  )

  it.effect("reads an AMQP URL, which wins over the variables", () =>
    Effect.gen(function* () {
      const address = yield* addressOf({ ...login, AMQP_URL: "amqps://me:p%40ss@rabbit.example/my%2Fhost" })
      assert.deepInclude(address, {
        host: "rabbit.example",
        port: 5671,
        username: "me",
        password: "p@ss",
        vhost: "my/host",
        tls: { rejectUnauthorized: true }
      })
    })
  )

  it.effect("reads a URL that leaves everything out but the host as RabbitMQ's defaults", () =>
    Effect.gen(function* () {
      for (const url of ["amqp://localhost", "amqp://localhost/"]) {
        assert.deepInclude(yield* addressOf({ AMQP_URL: url }), {
          host: "localhost",
          port: 5672,
          username: "guest",
          password: "guest",
          vhost: "/"
        })
      }
      assert.strictEqual((yield* addressOf({ AMQP_URL: "amqp://[::1]:5673" })).host, "::1")
    })
  )

  it.effect("encrypts when asked to", () =>
    Effect.gen(function* () {
      const tlsOf = (mode: string, url: string) =>
        Effect.map(addressOf({ AMQP_URL: url, QUEUE_SSLMODE: mode }), ({ port, tls }) => [port, tls])
      assert.deepStrictEqual(yield* tlsOf("require", "amqp://localhost"), [5671, { rejectUnauthorized: false }])
      assert.deepStrictEqual(yield* tlsOf("verify-full", "amqp://localhost"), [5671, { rejectUnauthorized: true }])
      assert.deepStrictEqual(yield* tlsOf("disable", "amqps://localhost"), [5672, undefined])
    })
  )

  it.effect("names every missing variable with its purpose", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(addressOf({ QUEUE_USER: "windmill" }))
      assert.instanceOf(error, AddressError)
      assert.include(error.message, "QUEUE_HOST is missing: the host of the RabbitMQ server")
      assert.include(error.message, "QUEUE_PASSWORD is missing: the password of that user")
      assert.notInclude(error.message, "QUEUE_USER is missing")
      assert.include(error.message, "AMQP_URL=")
    })
  )

  it.effect("refuses what is not an AMQP URL, and a certificate it cannot read, without showing secrets", () =>
    Effect.gen(function* () {
      for (const url of ["http://me:secret@host", "secret", "amqp://%zz:secret@host", "amqp://"]) {
        const error = yield* Effect.flip(addressOf({ AMQP_URL: url }))
        assert.include(error.message, "AMQP_URL is not an amqp:// or amqps:// URL")
        assert.notInclude(error.message, "secret")
      }
      const error = yield* Effect.flip(addressOf({ ...login, QUEUE_SSLROOTCERT: "/does/not/exist.pem" }))
      assert.include(error.message, "QUEUE_SSLROOTCERT cannot be read")
      assert.notInclude(error.message, login.QUEUE_PASSWORD)
    })
  )

  it.effect("keeps the password out of logs", () =>
    Effect.gen(function* () {
      const address = yield* Address
      assert.notInclude(JSON.stringify(address), login.QUEUE_PASSWORD)
    }).pipe(Effect.provide(addressFromEnvironment), Effect.provide(environment(login)))
  )

  it.effect("says whether the environment names a broker", () =>
    Effect.gen(function* () {
      const configured = (env: Record<string, string>) => Effect.provide(isConfigured, environment(env))
      assert.isFalse(yield* configured({}))
      assert.isTrue(yield* configured({ QUEUE_HOST: "broker" }))
      assert.isTrue(yield* configured({ AMQP_URL: "amqp://broker" }))
    })
  )
})
