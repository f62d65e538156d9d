/**
 * Sending spans to a collector that may be away: what cannot be sent is given up, and said once until it works again.
 */
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as DatabaseSpan from "./DatabaseSpan.ts"
import * as Redaction from "./Redaction.ts"

/** Hears when the collector is lost, and when it is back. */
export interface Listener {
  readonly lost: (error: Error | undefined) => void
  readonly back: (spans: number) => void
}

/** The exporter, with spans named and redacted on their way, and failures told to the listener instead of to OpenTelemetry. */
export const make = (exporter: SpanExporter, listener: Listener): SpanExporter => {
  let lost = 0
  const note = ({ code, error }: ExportResult, count: number) => {
    if (code === ExportResultCode.FAILED) {
      if (lost === 0) listener.lost(error)
      lost += count
    } else if (lost > 0) {
      listener.back(lost)
      lost = 0
    }
  }
  return {
    export: (spans: Array<ReadableSpan>, done) =>
      exporter.export(
        spans.map((span) => Redaction.redact(DatabaseSpan.named(span))),
        (result) => {
          note(result, spans.length)
          done({ code: ExportResultCode.SUCCESS })
        }
      ),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown()
  }
}
