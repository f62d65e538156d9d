/** How every program here starts and ends. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Config, ConfigProvider, Console, Effect, Exit, Layer, PlatformError, Schema, SchemaIssue } from "effect"
import { CliError, Command } from "effect/cli"
import { SqlError } from "effect/sql"
import * as SettingFiles from "../layers/files/SettingFiles.ts"
import * as Printable from "../domain/Printable.ts"
import * as ConsoleLogger from "../layers/terminal/ConsoleLogger.ts"
import { BrokerMisconfigured, BrokerUnavailable } from "../services/MessageBroker.ts"
import { version } from "./Version.ts"

/** What the commands of a program fail with. */
export interface Failure {
  readonly message: string
}

/**
 * Runs a command as the process.
 *
 * Settings come from the environment and, where that is silent, from `.env` in the working directory. The exit code is 0
 * after success and 1 after an error, of which only the message is shown. After SIGINT or SIGTERM it is 0, unless the
 * command has set another.
 */
export const run = <Name extends string, Input, Context, E extends Failure>(
  command: Command.Command<Name, Input, Context, E, NodeServices.NodeServices>,
  args: ReadonlyArray<string>
): void =>
  answering(command, args).pipe(
    Effect.provide(ConsoleLogger.layer),
    Effect.provide(settings),
    Effect.provide(NodeServices.layer),
    Effect.tapCause(report),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      teardown: (exit, onExit) =>
        onExit(Exit.isSuccess(exit) ? 0 : Cause.hasInterruptsOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1)
    })
  )

/**
 * Runs the command. The help that comes with every mistake in the arguments is not shown: it would hide what the mistake
 * is, and end in the output of scripts. It is shown when asked for, and when no command is named.
 */
const answering = <Name extends string, Input, Context, E, R>(
  command: Command.Command<Name, Input, Context, E, R>,
  args: ReadonlyArray<string>
) => {
  const held: Array<string> = []
  const isDialog = args.includes("--wizard")
  const holding: Console.Console = isDialog ? console : { ...console, log: (text: string) => held.push(text) }
  const show = Effect.suspend(() => Effect.forEach(held, (text) => Console.log(text), { discard: true }))
  const whole = command.pipe(Command.provide(Layer.succeed(Console.Console, console)))
  return Command.runWith(whole, { version, renderErrors: false })(args).pipe(
    Effect.provideService(Console.Console, holding),
    Effect.andThen(show),
    Effect.catchIf(isMistake, (error) => (error.errors.length === 0 ? show : Effect.fail(error)))
  )
}

const isMistake = (error: unknown): error is CliError.ShowHelp =>
  CliError.isCliError(error) && error._tag === "ShowHelp"

/** The environment, and then the `.env`, if there is one; each with the files that it names. */
const settings = ConfigProvider.layer(
  Effect.gen(function* () {
    const dotEnv = yield* ConfigProvider.fromDotEnv().pipe(
      Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed(ConfigProvider.fromUnknown({})))
    )
    return ConfigProvider.orElse(SettingFiles.following(ConfigProvider.fromEnv()), SettingFiles.following(dotEnv))
  })
)

/**
 * Says what went wrong. Only of a defect, which is a mistake in the program, it shows where; a setting that turns out to be
 * wrong while the program runs is none.
 */
const report = (cause: Cause.Cause<{ readonly message: string }>) =>
  Effect.forEach(
    cause.reasons,
    (reason) => {
      if (Cause.isDieReason(reason)) {
        const { defect } = reason
        const isSetting = defect instanceof BrokerMisconfigured
        return complain(isSetting ? defect.message : Cause.pretty(Cause.fromReasons([reason])))
      }
      return Cause.isFailReason(reason) ? complain(inWords(reason.error)) : Effect.void
    },
    { discard: true }
  )

const complain = (words: string) => Console.error(Printable.lines(words))

/** What an error says to people. Of a variable that cannot be used, its name comes first; a broker that is away has a remedy. */
export const inWords = (error: { readonly message: string }): string => {
  if (isMistake(error)) return mistakesInWords(error)
  if (SqlError.isSqlError(error)) return `The database cannot be used: ${String(error.reason.cause)}`
  if (error instanceof BrokerUnavailable) {
    return `${error.message}. Start the broker, or correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL.`
  }
  if (error instanceof PlatformError.PlatformError) return placeInWords(error)
  if (!(error instanceof Config.ConfigError)) return error.message
  return Schema.isSchemaError(error.cause)
    ? formatIssue(error.cause.issue)
        .issues.map(({ message, path = [] }) => `${path.map(String).join("_")}: ${plain(message)}`)
        .join("\n")
    : error.cause.message
}

/** What is wrong with a file or a folder. */
const placeInWords = ({ message, reason }: PlatformError.PlatformError): string => {
  if (reason._tag === "BadArgument" || reason.pathOrDescriptor === undefined) return message
  const { code } = (reason.cause ?? {}) as { readonly code?: string }
  return `${reason.pathOrDescriptor}: ${(code === undefined ? undefined : placeProblems[code]) ?? `cannot be used (${code ?? reason._tag})`}`
}

const placeProblems: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of this path is a file, not a folder",
  EISDIR: "this is a folder, not a file",
  EEXIST: "this is there already",
  ENOTEMPTY: "this is a folder that is not empty",
  EACCES: "this program may not use it: look at who owns it, and its permissions",
  EPERM: "this program may not use it: look at who owns it, and its permissions",
  EROFS: "it cannot be written there: the file system is read-only",
  ENOSPC: "the disk is full"
}

const mistakesInWords = ({ commandPath, errors }: CliError.ShowHelp): string =>
  [
    ...errors.map((error) => plain(ofWhom(error))),
    `${commandPath.join(" ")} --help explains ${commandPath.length > 1 ? "its flags" : "the commands"}.`
  ].join("\n\n")

/** What a mistake says; of a value that a variable has given to a flag, the variable. */
const ofWhom = (error: CliError.ShowHelp["errors"][number]): string => {
  if (error._tag !== "InvalidValue" || error.kind !== "flag") return error.message
  const variable = error.option.toUpperCase().replaceAll("-", "_")
  const isGiven = process.argv.some((arg) => arg.split("=")[0] === `--${error.option}`)
  return isGiven || process.env[variable] !== error.value
    ? error.message
    : error.message.replace(`flag --${error.option}`, variable)
}

/** All variables and flags are strings, and schemas check them. */
const plain = (message: string): string =>
  message
    .replace("a string representing a finite number", "a number")
    .replace("a valid Duration string", 'a duration, such as "30 seconds" or "2 days"')
    .replace("Expected: Schema validation failed: ", "")
    .replace(/^Invalid value for flag --\S+: "config"\. Expected: SchemaError\((.*)\n\s+at \["(\w+)"\]\)$/s, "$2: $1")

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()
