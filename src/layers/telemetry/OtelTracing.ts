/**
 * Traces by OpenTelemetry, sent by OTLP over HTTP to the collector in `OTEL_EXPORTER_OTLP_ENDPOINT`.
 *
 * Without an endpoint no span is made at all, and nothing of OpenTelemetry is loaded; a message passes on the trace context that came
 * with the one before it. See `telemetry/OtelSettings.ts` for the variables.
 */
import { Effect, Layer, Option, References, Tracer } from "effect"
import { settings } from "./OtelSettings.ts"

export interface OtelTracingOptions {
  /** What the process is called in traces, unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly serviceName: string
  readonly serviceVersion: string
}

export const layer = (options: OtelTracingOptions) =>
  Layer.unwrap(
    Effect.flatMap(
      settings,
      Option.match({
        onNone: () => Effect.succeed(off),
        onSome: (settings) =>
          Effect.map(
            Effect.promise(() => import("./OtelExporting.ts")),
            (OtelExporting) => OtelExporting.layer(options, settings)
          )
      })
    )
  )

/** No spans, and none for HTTP requests either. */
const off = Layer.mergeAll(
  Layer.succeed(References.TracerEnabled, false),
  Layer.succeed(Tracer.DisablePropagation, true)
)
