/** Settings that would switch a limit off, or are no amounts at all, are refused before anything is connected. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, type Scope } from "effect"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Database from "../../src/layers/postgres/PgDatabase.ts"
import * as RabbitAddress from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as OtelSettings from "../../src/layers/telemetry/OtelSettings.ts"
import * as Distributed from "../../src/programs/Distributed.ts"

const database = Layer.build(Database.layer.pipe(Layer.provide(Database.addressFromEnvironment)))
const broker = Layer.build(RabbitAddress.addressFromEnvironment)
const services = Layer.build(Distributed.services)
const exporter = OtelSettings.settings

/** What reads a variable, and an amount it takes. */
const readers: Readonly<Record<string, readonly [Effect.Effect<unknown, unknown, Scope.Scope>, good: string]>> = {
  DB_POOL_SIZE: [database, "1"],
  DB_STATEMENT_TIMEOUT: [database, "1 second"],
  DB_LOCK_TIMEOUT: [database, "1 second"],
  DB_IDLE_TIMEOUT: [database, "1 second"],
  QUEUE_HEARTBEAT: [broker, "1 second"],
  IMAGE_MAX_BYTES: [services, "1000"],
  IMAGE_MAX_PIXELS: [services, "1000"],
  OTEL_BSP_MAX_QUEUE_SIZE: [exporter, "1"],
  OTEL_BSP_SCHEDULE_DELAY: [exporter, "1"],
  OTEL_EXPORTER_OTLP_TIMEOUT: [exporter, "1"]
}

const places = {
  DATABASE_URL: "postgres://127.0.0.1:9/none",
  AMQP_URL: "amqp://127.0.0.1:9",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9"
}

const failureWith = (variable: string, value: string) =>
  readers[variable]![0].pipe(
    Effect.as(undefined),
    Effect.catch((error) => Effect.succeed(String(error))),
    Effect.scoped,
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ...places, [variable]: value } })))
  )

describe("a setting", () => {
  for (const [variable, [, good]] of Object.entries(readers)) {
    it.live(`${variable} is an amount above nothing`, () =>
      Effect.gen(function* () {
        assert.isUndefined(yield* failureWith(variable, good))
        for (const value of ["0", "-1", "0 seconds", "-5 seconds", "Infinity", "1e400", "abc"]) {
          assert.include(yield* failureWith(variable, value), variable, value)
        }
      })
    )
  }

  it("timeout of a service is a time above nothing", () => {
    const decoded = (timeout: string) => ServiceCatalog.decode({ services: { clip: { port: 1, timeout } } })._tag
    assert.strictEqual(decoded("5 seconds"), "Success")
    for (const timeout of ["0 seconds", "-5 seconds", "Infinity", "30 days"]) {
      assert.strictEqual(decoded(timeout), "Failure", timeout)
    }
  })
})
