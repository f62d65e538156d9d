/**
 * What a program says about itself: traces to the collector in `OTEL_EXPORTER_OTLP_ENDPOINT`, and metrics and health at a
 * port of its own. Both are off unless asked for.
 *
 * To be provided to the whole program, outside of everything it watches. See `docs/telemetry.md`.
 */
import { Context, Effect, Layer } from "effect"
import * as MetricsServer from "./MetricsServer.ts"
import * as OtelTracing from "./OtelTracing.ts"

export interface TelemetryOptions {
  /** What the program is called in traces, such as `windmill-worker`, unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly serviceName: string
  readonly serviceVersion: string
  /** The port for `/metrics`, `/healthz` and `/readyz`; none unless given. */
  readonly metricsPort?: number | undefined
  /** The address to listen on; this machine only unless given. */
  readonly metricsHost?: string
}

export const layer = ({ metricsHost = "127.0.0.1", metricsPort, serviceName, serviceVersion }: TelemetryOptions) =>
  Layer.provideMerge(
    metricsPort === undefined
      ? Layer.empty
      : Layer.tap(MetricsServer.layer({ host: metricsHost, port: metricsPort }), (context) =>
          Effect.logInfo(`Metrics and health at ${Context.get(context, MetricsServer.MetricsAddress)}`)
        ),
    OtelTracing.layer({ serviceName, serviceVersion })
  )
