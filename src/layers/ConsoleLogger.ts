/**
 * Logs on stderr, so that stdout has nothing but what a program was asked for.
 *
 * `LOG_LEVEL` is the least severe level that is shown (`info`), `LOG_FORMAT` is `pretty` for people or `json` for machines,
 * one object per line.
 */
import { Config, Effect, Layer, Logger, type LogLevel, References, Schema } from "effect"

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
  json: Logger.withConsoleError(Logger.formatJson)
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
