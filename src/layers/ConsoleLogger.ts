/**
 * Logs on stderr, so that stdout has nothing but what a program was asked for.
 *
 * `LOG_LEVEL` is the least severe level that is shown (`info`), `LOG_FORMAT` is `pretty` for people or `json` for machines,
 * one object per line, with the ids of the trace, the span and the image it is about.
 */
import { Cause, Config, Effect, Layer, Logger, type LogLevel, References, Schema, type Tracer } from "effect"
import * as TraceContext from "../domain/TraceContext.ts"

/** The environment names a level or format that does not exist. */
export class LoggerError extends Schema.TaggedError<LoggerError>()("LoggerError", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

/** The levels by their names here and elsewhere. */
const levels = {
  all: "All",
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  warning: "Warn",
  error: "Error",
  fatal: "Fatal",
  critical: "Fatal",
  none: "None"
} satisfies Record<string, LogLevel.LogLevel>

const formats = {
  pretty: Logger.consolePretty({ mode: "tty" }),
  json: Logger.withConsoleError(
    Logger.make(({ cause, date, fiber, logLevel, message }) => {
      const texts = [message].flat().map((part) => (typeof part === "string" ? part : textOf(part)))
      return JSON.stringify({
        time: date.toISOString(),
        level: logLevel.toLowerCase(),
        message: texts.join(" "),
        ...traceOf(fiber.cache.span),
        ...fiber.getRef(References.CurrentLogAnnotations),
        ...(cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) })
      })
    })
  )
}

export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const level = yield* oneOf("LOG_LEVEL", levels, "info")
    const format = yield* oneOf("LOG_FORMAT", formats, "pretty")
    return Layer.mergeAll(
      Logger.layer([format, Logger.tracerLogger]),
      Layer.succeed(References.MinimumLogLevel, level),
      Layer.succeed(Logger.LogToStderr, true)
    )
  })
)

const textOf = (part: unknown): string => {
  if (part instanceof Error) return part.message
  return Cause.isCause(part) ? Cause.pretty(part) : (JSON.stringify(part) ?? String(part))
}

/** The ids of a span; where nothing is traced, those of the context that came in. */
const traceOf = (span: Tracer.AnySpan | undefined): { readonly trace_id?: string; readonly span_id?: string } => {
  const known = TraceContext.decode(TraceContext.headersOf(span)[TraceContext.header])
  return known === undefined ? {} : { trace_id: known.traceId, span_id: known.spanId }
}

/** The value that a variable names, in upper or lower case. */
const oneOf = <A>(variable: string, values: Readonly<Record<string, A>>, standard: string) =>
  Config.String(variable).pipe(
    Config.withDefault(standard),
    Config.map((name) => values[name.toLowerCase()]),
    Effect.flatMap((value) =>
      value === undefined
        ? new LoggerError({ problem: `${variable} is none of ${Object.keys(values).join(", ")}` })
        : Effect.succeed(value)
    )
  )
