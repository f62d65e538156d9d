import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Option } from "effect"
import { samplerOf } from "../../../src/layers/telemetry/OtelExporting.ts"
import { settings } from "../../../src/layers/telemetry/OtelSettings.ts"

const read = (env: Record<string, string>) =>
  Effect.provide(settings, ConfigProvider.layer(ConfigProvider.fromEnv({ env })))

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" }

const read1 = (env: Record<string, string>) => Effect.map(read({ ...endpoint, ...env }), Option.getOrThrow)

describe("settings", () => {
  it.effect("are none without an endpoint, or when the SDK or the exporter is off", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* read({})))
      assert.isTrue(Option.isNone(yield* read({ ...endpoint, OTEL_SDK_DISABLED: "true" })))
      assert.isTrue(Option.isNone(yield* read({ ...endpoint, OTEL_TRACES_EXPORTER: "none" })))
    })
  )

  it.effect("send to /v1/traces of the endpoint, or to the endpoint for traces as it is", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* read1({})).url, "http://collector:4318/v1/traces")
      const own = yield* read1({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://elsewhere/spans" })
      assert.strictEqual(own.url, "https://elsewhere/spans")
    })
  )

  it.effect("decode lists of pairs, the later and more specific winning", () =>
    Effect.gen(function* () {
      const { headers, resource } = yield* read1({
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20a=, x-a=1",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-a=2",
        OTEL_RESOURCE_ATTRIBUTES: "service.name=one,team=a%2Cb,broken,bad=%E0%A4%A",
        OTEL_SERVICE_NAME: "two"
      })
      assert.deepEqual(headers, { authorization: "Basic a=", "x-a": "2" })
      assert.deepEqual(resource, { "service.name": "two", team: "a,b", bad: "%E0%A4%A" })
    })
  )

  it.effect("know every sampler, and how long to wait", () =>
    Effect.gen(function* () {
      assert.match(samplerOf(yield* read1({})).toString(), /ParentBased\{root=AlwaysOnSampler/)
      const ratio = yield* read1({ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" })
      assert.match(samplerOf(ratio).toString(), /ParentBased\{root=TraceIdRatioBased\{0\.25\}/)
      const { timeout } = yield* read1({ OTEL_EXPORTER_OTLP_TIMEOUT: "250" })
      assert.strictEqual(Duration.toMillis(timeout), 250)
    })
  )

  it.effect("refuse what means nothing, and say so", () =>
    Effect.gen(function* () {
      for (const [env, words] of [
        [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "elsewhere" }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT "elsewhere"'],
        [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, 'OTEL_EXPORTER_OTLP_ENDPOINT "collector:4318'],
        [{ OTEL_TRACES_SAMPLER: "some" }, "OTEL_TRACES_SAMPLER is none of always_on"],
        [{ OTEL_TRACES_SAMPLER_ARG: "7" }, "OTEL_TRACES_SAMPLER_ARG is 7"]
      ] as const) {
        const error = yield* Effect.flip(read({ ...endpoint, ...env }))
        assert.include(error.message, words)
      }
    })
  )
})
