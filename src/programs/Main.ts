/** How every program here starts and ends. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Config, ConfigProvider, Console, Effect, Exit, Schema, SchemaIssue } from "effect"
import { CliError, Command } from "effect/cli"
import { SqlError } from "effect/sql"
import * as ConsoleLogger from "../layers/terminal/ConsoleLogger.ts"
import { BrokerMisconfigured, BrokerUnavailable } from "../services/MessageBroker.ts"

export const version = "0.1.0"

/**
 * Runs a command with the arguments of the process.
 *
 * Settings come from the environment and, where that is silent, from `.env` in the working directory. The exit code is 0
 * after success and 1 after an error, of which only the message is shown. After SIGINT or SIGTERM it is `whenStopped`: 0,
 * for programs that run until then, unless given.
 */
export const runMain = <Name extends string, Input, Context, E extends { readonly message: string }>(
  command: Command.Command<Name, Input, Context, E, NodeServices.NodeServices>,
  { whenStopped = 0 }: { readonly whenStopped?: number } = {}
): void =>
  Command.run(command, { version }).pipe(
    Effect.provide(ConsoleLogger.layer),
    Effect.provide(ConfigProvider.layerAdd(dotEnv)),
    Effect.provide(NodeServices.layer),
    Effect.tapCause(report),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      teardown: (exit, onExit) =>
        onExit(Exit.isSuccess(exit) ? 0 : Cause.hasInterruptsOnly(exit.cause) ? whenStopped : 1)
    })
  )

/** The `.env`, if there is one. */
const dotEnv = ConfigProvider.fromDotEnv().pipe(
  Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed(ConfigProvider.fromUnknown({})))
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
        return Console.error(isSetting ? defect.message : Cause.pretty(Cause.fromReasons([reason])))
      }
      // The command line has shown its own errors already.
      return Cause.isFailReason(reason) && !CliError.isCliError(reason.error)
        ? Console.error(inWords(reason.error))
        : Effect.void
    },
    { discard: true }
  )

/** What an error says to people. Of a variable that cannot be used, its name comes first; a broker that is away has a remedy. */
export const inWords = (error: { readonly message: string }): string => {
  if (SqlError.isSqlError(error)) return `The database cannot be used: ${String(error.reason.cause)}`
  if (error instanceof BrokerUnavailable) {
    return `${error.message}. Start the broker, or correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL.`
  }
  return error instanceof Config.ConfigError && Schema.isSchemaError(error.cause)
    ? formatIssue(error.cause.issue)
        .issues.map(({ message, path = [] }) => `${path.map(String).join("_")}: ${plain(message)}`)
        .join("\n")
    : error.message
}

/** All variables are strings. */
const plain = (message: string): string => message.replace("a string representing a finite number", "a number")

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()
