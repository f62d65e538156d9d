/**
 * The standard variables of OpenTelemetry, from wherever windmill reads its settings (so also from `.env`).
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { Config, Duration, Effect, Option, Redacted, Schema } from "effect"
import * as Amounts from "../../domain/Amounts.ts"

/** A variable says what means nothing. */
export class OtelSettingsError extends Schema.TaggedError<OtelSettingsError>()("OtelSettingsError", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

export interface OtelSettings {
  /** Where spans are sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** How long one export may take. */
  readonly timeout: Duration.Duration
  /** Which traces are kept; of those samplers that keep a share, which. */
  readonly sampler: { readonly name: Sampler; readonly ratio: number }
  /** Ended spans kept until they are sent; more are dropped. */
  readonly maxQueueSize: number
  /** How long spans wait for others. */
  readonly delay: Duration.Duration
  /** Attributes of everything this process sends; `service.name` among them only if it was set. */
  readonly resource: Readonly<Record<string, string>>
}

/** The settings; none without an endpoint, or when the SDK is disabled. */
export const settings: Effect.Effect<Option.Option<OtelSettings>, Config.ConfigError | OtelSettingsError> = Effect.gen(
  function* () {
    const common = yield* text("OTEL_EXPORTER_OTLP_ENDPOINT")
    const own = yield* text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    const isDisabled = yield* Config.Boolean("OTEL_SDK_DISABLED").pipe(Config.withDefault(false))
    const exporter = yield* Config.String("OTEL_TRACES_EXPORTER").pipe(Config.withDefault("otlp"))
    const endpoint = Option.orElse(own, () => Option.map(common, (base) => `${base.replace(/\/+$/, "")}/v1/traces`))
    if (Option.isNone(endpoint) || isDisabled || exporter === "none") return Option.none()
    if (!/^https?:\/\/[^/]/.test(endpoint.value) || !URL.canParse(endpoint.value)) {
      return yield* new OtelSettingsError({
        problem: Option.match(own, {
          onNone: () =>
            `OTEL_EXPORTER_OTLP_ENDPOINT "${Option.getOrElse(common, () => "")}" is no URL. Write it like http://localhost:4318.`,
          onSome: (url) =>
            `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT "${url}" is no URL. Write it like http://localhost:4318/v1/traces.`
        })
      })
    }
    const name = yield* text("OTEL_SERVICE_NAME")
    return Option.some({
      url: endpoint.value,
      headers: {
        ...pairs(yield* secret("OTEL_EXPORTER_OTLP_HEADERS")),
        ...pairs(yield* secret("OTEL_EXPORTER_OTLP_TRACES_HEADERS"))
      },
      timeout: yield* milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT", 10_000),
      sampler: yield* sampler,
      maxQueueSize: yield* Config.schema(Amounts.Count, "OTEL_BSP_MAX_QUEUE_SIZE").pipe(Config.withDefault(8192)),
      delay: yield* milliseconds("OTEL_BSP_SCHEDULE_DELAY", 5000),
      resource: {
        ...pairs(Option.getOrElse(yield* text("OTEL_RESOURCE_ATTRIBUTES"), () => "")),
        ...(Option.isSome(name) ? { "service.name": name.value } : {})
      }
    })
  }
)

const text = (variable: string) => Config.option(Config.NonEmptyString(variable))

const secret = (variable: string) =>
  Config.Redacted(variable).pipe(Config.withDefault(Redacted.make("")), Config.map(Redacted.value))

const milliseconds = (variable: string, standard: number) =>
  Config.schema(Amounts.Count, variable).pipe(Config.withDefault(standard), Config.map(Duration.millis))

/** Reads `name=value,name=value`, percent-encoded. */
const pairs = (list: string): Record<string, string> =>
  Object.fromEntries(
    list.split(",").flatMap((entry) => {
      const at = entry.indexOf("=")
      return at <= 0 ? [] : [[decode(entry.slice(0, at)), decode(entry.slice(at + 1))]]
    })
  )

const decode = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded.trim())
  } catch {
    return encoded.trim()
  }
}

const sampler = Effect.gen(function* () {
  const name = yield* Config.String("OTEL_TRACES_SAMPLER").pipe(Config.withDefault("parentbased_always_on"))
  const ratio = yield* Config.Finite("OTEL_TRACES_SAMPLER_ARG").pipe(Config.withDefault(1))
  if (ratio < 0 || ratio > 1) {
    return yield* new OtelSettingsError({ problem: `OTEL_TRACES_SAMPLER_ARG is ${ratio}, not a share from 0 to 1` })
  }
  if (!isSampler(name)) {
    return yield* new OtelSettingsError({ problem: `OTEL_TRACES_SAMPLER is none of ${samplers.join(", ")}` })
  }
  return { name, ratio }
})

/** The samplers of the specification, as far as they need no server. */
export type Sampler = (typeof samplers)[number]

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio"
] as const

const isSampler = (name: string): name is Sampler => samplers.some((sampler) => sampler === name)
