/**
 * Making spans, and sending them to a collector.
 *
 * A collector that is down, slow or hanging costs spans, never work: they wait in a queue of bounded length, and those
 * that find it full are dropped.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as OtelTracer from "@effect/opentelemetry/OtelTracer"
import * as OtelResource from "@effect/opentelemetry/Resource"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler
} from "@opentelemetry/sdk-trace-base"
import { Duration, Effect, Layer, Tracer } from "effect"
import * as CollectorExporter from "./CollectorExporter.ts"
import type { OtelSettings } from "./OtelSettings.ts"
import type { OtelTracingOptions } from "./OtelTracing.ts"

/** How long the last spans may take when the program ends. */
const shutdownTimeout = Duration.seconds(3)

/** Makes spans, and sends them where the settings say. */
export const layer = (options: OtelTracingOptions, settings: OtelSettings) =>
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
        Layer.provide(NodeSdk.layerTracerProvider(processor, { sampler: samplerOf(settings), shutdownTimeout })),
        Layer.provide(resource(options, settings))
      )
    })
  )

/** The sampler that settings name. */
export const samplerOf = ({ sampler: { name, ratio } }: Pick<OtelSettings, "sampler">): Sampler => samplers[name](ratio)

const samplers: Readonly<Record<OtelSettings["sampler"]["name"], (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
}

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
