/** All commands of windmill, with all that they read of arguments and variables, and nothing that they do. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { ConfigProvider, Console, Effect } from "effect"
import { Command } from "effect/cli"
import type * as CommandLine from "../../src/programs/CommandLine.ts"
import * as Windmill from "../../src/programs/Windmill.ts"

const idle = (command: Command.Command.Any): Command.Command.Any => {
  const subcommands = command.subcommands.flatMap(({ commands }) => commands.map(idle))
  const alone = Command.withHandler(command as Command.Command<string, unknown>, () => Effect.void)
  return subcommands.length === 0 ? alone : Command.withSubcommands(alone, subcommands)
}

const silent: Console.Console = { ...console, log: () => {}, error: () => {} }

/** Loaded once: that takes a second. */
const windmill = idle(await Windmill.commandFor(["--completions"])) as Command.Command<
  "windmill",
  unknown,
  {},
  CommandLine.Failure
>

/** Reads a command line, without `windmill` itself, in this environment; fails as the program would. */
export const read = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  Command.runWith(windmill, { version: "1", renderErrors: false })(args).pipe(
    Effect.provideService(Console.Console, silent),
    Effect.provide(NodeServices.layer),
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
  )
