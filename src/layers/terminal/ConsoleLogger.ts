/**
 * Logs on stderr, so that stdout has nothing but what a program was asked for.
 *
 * `LOG_LEVEL` is the least severe level that is shown (`info`), `LOG_FORMAT` is `pretty` for people or `json` for machines,
 * one object per line, with the ids of the trace, the span and the image it is about.
 */
import { Cause, Config, Effect, Layer, Logger, type LogLevel, References, Schema, type Tracer } from "effect"
import * as TraceContext from "../../domain/TraceContext.ts"

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

const formats = { pretty: "pretty", json: "json" } as const

export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { format, level } = yield* settings("info")
    return logging(format === "json" ? Logger.withConsoleError(json) : Logger.consolePretty({ mode: "tty" }), level)
  })
)

/**
 * The log of a program that draws in its terminal, given to `write` line by line. Without `LOG_LEVEL` it has only warnings
 * and what is worse.
 */
export const besideDrawing = (write: (line: string) => Effect.Effect<void>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { format, level } = yield* settings("warn")
      const lines = format === "json" ? json : brief
      return logging(
        Logger.map(lines, (line) => Effect.runSync(write(line))),
        level
      )
    })
  )

/** One logger; what is logged within a span is noted there, too. */
const logging = (logger: Logger.Logger<unknown, void>, level: LogLevel.LogLevel) =>
  Layer.mergeAll(
    Logger.layer([logger, Logger.tracerLogger]),
    Layer.succeed(References.MinimumLogLevel, level),
    Layer.succeed(Logger.LogToStderr, true)
  )

/** An object per line. */
const json = Logger.make(({ cause, date, fiber, logLevel, message }) =>
  JSON.stringify({
    time: date.toISOString(),
    level: logLevel.toLowerCase(),
    message: wordsOf(message),
    ...traceOf(fiber.cache.span),
    ...fiber.getRef(References.CurrentLogAnnotations),
    ...(cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) })
  })
)

/** The level and the words, where there is little room. */
const brief = Logger.make(({ logLevel, message }) => `${logLevel}: ${wordsOf(message)}`)

const wordsOf = (message: unknown): string => [message].flat().map(textOf).join(" ")

const textOf = (part: unknown): string => {
  if (typeof part === "string") return part
  if (part instanceof Error) return part.message
  return Cause.isCause(part) ? Cause.pretty(part) : (JSON.stringify(part) ?? String(part))
}

/** The ids of a span; where nothing is traced, those of the context that came in. */
const traceOf = (span: Tracer.AnySpan | undefined): { readonly trace_id?: string; readonly span_id?: string } => {
  const known = TraceContext.decode(TraceContext.headersOf(span)[TraceContext.header])
  return known === undefined ? {} : { trace_id: known.traceId, span_id: known.spanId }
}

/** What the variables say; the level is `usual` where they are silent. */
const settings = (usual: keyof typeof levels) =>
  Effect.all({ level: oneOf("LOG_LEVEL", levels, usual), format: oneOf("LOG_FORMAT", formats, "pretty") })

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
