/**
 * Logs on stderr, so that stdout has nothing but what a program was asked for.
 *
 * `LOG_LEVEL` is the least severe level that is shown (`info`), `LOG_FORMAT` is `pretty` for people or `json` for machines,
 * one object per line, with the ids of the trace, the span and the image it is about. Others have a say in what is logged:
 * their texts stay on their line, or indented below it, and are no commands to a terminal.
 */
import { Cause, Config, Effect, Layer, Logger, type LogLevel, References, Schema, type Tracer } from "effect"
import * as NodeUtil from "node:util"
import * as Printable from "../../domain/Printable.ts"
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
    return logging(Logger.withConsoleError(format === "json" ? json : pretty), level)
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
  Printable.line(
    JSON.stringify({
      time: date.toISOString(),
      level: logLevel.toLowerCase(),
      message: wordsOf(message),
      ...traceOf(fiber.cache.span),
      ...fiber.getRef(References.CurrentLogAnnotations),
      ...(cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) })
    })
  )
)

/** A line with the time, the level, the words and what it is about; below it where errors come from. */
const pretty = Logger.make(({ cause, date, fiber, logLevel, message }) => {
  const time = date.toISOString().slice(11, 23)
  const about = Object.entries(fiber.getRef(References.CurrentLogAnnotations)).map(
    ([name, value]) => `${name}=${value}`
  )
  const words = Printable.line([wordsOf(message), ...about].join(" "))
  const stacks = [message].flat().flatMap((part) => (part instanceof Error ? [part.stack ?? ""] : []))
  const causes = cause.reasons.length === 0 ? [] : [Cause.pretty(cause)]
  const below = [...stacks, ...causes]
    .join("\n")
    .split("\n")
    .filter((line) => line !== "")
  return [`[${time}] ${painted(logLevel)}: ${words}`, ...below.map((line) => `    ${Printable.line(line)}`)].join("\n")
})

/** The name of a level, in its color where there are colors. */
const painted = (level: LogLevel.LogLevel): string => {
  const name = level.toUpperCase()
  const color = process.stderr.isTTY && process.stderr.hasColors() ? colors[level] : undefined
  return color === undefined ? name : NodeUtil.styleText(color, name)
}

const colors: Partial<Record<LogLevel.LogLevel, "cyan" | "green" | "yellow" | "red">> = {
  Debug: "cyan",
  Info: "green",
  Warn: "yellow",
  Error: "red",
  Fatal: "red"
}

/** The level and the words, where there is little room. */
const brief = Logger.make(({ logLevel, message }) => Printable.line(`${logLevel}: ${wordsOf(message)}`))

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
