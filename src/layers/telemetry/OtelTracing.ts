/**
 * Traces by OpenTelemetry, sent by OTLP over HTTP to the collector in `OTEL_EXPORTER_OTLP_ENDPOINT`.
 *
 * Without an endpoint no span is made at all; a message passes on the trace context that came with the one before it.
 * A collector that is down, slow or hanging costs spans, never work: they wait in a queue of bounded length, and those
 * that find it full are dropped. See `telemetry/OtelSettings.ts` for the variables.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as OtelTracer from "@effect/opentelemetry/OtelTracer"
import * as OtelResource from "@effect/opentelemetry/Resource"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Duration, Effect, Layer, Option, References, Tracer } from "effect"
import * as CollectorExporter from "./CollectorExporter.ts"
import { type OtelSettings, settings } from "./OtelSettings.ts"

export interface OtelTracingOptions {
  /** What the process is called in traces, unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly serviceName: string
  readonly serviceVersion: string
}

export const layer = (options: OtelTracingOptions) =>
  Layer.unwrap(
    Effect.map(settings, Option.match({ onNone: () => off, onSome: (settings) => exporting(options, settings) }))
  )

/** No spans, and none for HTTP requests either. */
const off = Layer.mergeAll(
  Layer.succeed(References.TracerEnabled, false),
  Layer.succeed(Tracer.DisablePropagation, true)
)

/** How long the last spans may take when the program ends. */
const shutdownTimeout = Duration.seconds(3)

const exporting = (options: OtelTracingOptions, settings: OtelSettings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const log = yield* Effect.map(Effect.context<never>(), (context) => Effect.runForkWith(context))
      const { headers, timeout, url } = settings
      const exporter = CollectorExporter.make(
        new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: Duration.toMillis(timeout) }),
        {
          lost: (error) =>
            void log(
              Effect.logWarning(`Traces cannot be sent to ${new URL(url).origin}, and are lost: ${nameOf(error)}`)
            ),
          back: (spans) => void log(Effect.logInfo(`Traces are sent again; ${spans} spans were lost`))
        }
      )
      const processor = new BatchSpanProcessor(exporter, {
        maxQueueSize: settings.maxQueueSize,
        maxExportBatchSize: Math.min(512, settings.maxQueueSize),
        scheduledDelayMillis: Duration.toMillis(settings.delay),
        exportTimeoutMillis: 2 * Duration.toMillis(timeout)
      })
      return tracer.pipe(
        Layer.provide(NodeSdk.layerTracerProvider(processor, { sampler: settings.sampler, shutdownTimeout })),
        Layer.provide(resource(options, settings))
      )
    })
  )

/** Makes spans. Unlike the tracer of the SDK it keeps no OpenTelemetry context: nothing here would read it. */
const tracer = Layer.effect(
  Tracer.Tracer,
  Effect.map(OtelTracer.make, ({ span }) => Tracer.make({ span }))
).pipe(Layer.provide(OtelTracer.layerTracer))

const resource = ({ serviceName, serviceVersion }: OtelTracingOptions, settings: OtelSettings) =>
  OtelResource.layer({
    serviceName: settings.resource["service.name"] ?? serviceName,
    serviceVersion,
    attributes: { ...settings.resource }
  })

const nameOf = (error: Error | undefined): string =>
  error === undefined ? "no reason given" : error.message || ("code" in error ? String(error.code) : error.name)
