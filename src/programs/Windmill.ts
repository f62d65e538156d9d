/** The command `windmill`: which commands it has, and how they are run. */
import type { NodeServices } from "@effect/platform-node/NodeServices"
import { Command } from "effect/cli"
import * as CommandLine from "./CommandLine.ts"

/**
 * The command for these arguments. Of commands that they do not name only the line in the help is loaded: all that they need
 * takes a second.
 */
export const commandFor = async (args: ReadonlyArray<string>) =>
  Command.make("windmill").pipe(
    Command.withDescription("Sends every image through many ML services and keeps improving one picture of it."),
    Command.withSubcommands(await Promise.all(commands.map((command) => command(args))))
  )

/** Runs `windmill` with the arguments, as the process. */
export const windmill = async (...args: ReadonlyArray<string>): Promise<void> => {
  try {
    CommandLine.run(await commandFor(args), args)
  } catch (problem) {
    const sentence = withoutSharp(problem)
    if (sentence === undefined) throw problem
    process.stderr.write(`${sentence}\n`)
    process.exitCode = 1
  }
}

/** What to do when the library for pictures has no binary, which all commands that see pictures begin with; else `undefined`. */
export const withoutSharp = (problem: unknown): string | undefined =>
  problem instanceof Error && problem.message.includes('Could not load the "sharp" module')
    ? `sharp, which reads pictures, has no binary for ${process.platform}-${process.arch} here: run npm ci without --omit=optional. ` +
      "The models alone are left out by removing their packages (docs/models.md)."
    : undefined

/** A command with the line that the help of `windmill` has for it. */
const listed =
  <Name extends string>(name: Name, summary: string, load: () => Promise<{ readonly command: Listed<Name> }>) =>
  async (args: ReadonlyArray<string>) => {
    const isNamed = args.some((arg) => arg === name || arg.startsWith("--completions"))
    const command: Listed<Name> = isNamed ? (await load()).command : Command.make(name)
    return Command.withShortDescription(command, summary)
  }

type Listed<Name extends string> = Command.Command<Name, never, {}, CommandLine.Failure, NodeServices>

const commands = [
  listed("start", "Take pictures through all services, on this machine alone", () => import("./commands/Start.ts")),
  listed("sql", "Ask the database that start fills", () => import("./commands/Sql.ts")),
  listed("worker", "Answer the jobs of services", () => import("./commands/Worker.ts")),
  listed("postprocess", "Harmonize boxes, vote, and ask about crops", () => import("./commands/Postprocess.ts")),
  listed("producer", "Submit images, and ask again about known ones", () => import("./commands/Producer.ts")),
  listed("rerun", "Ask services again, after a model has changed", () => import("./commands/Rerun.ts")),
  listed("recompute", "Derive boxes, consensus and crops again", () => import("./commands/Recompute.ts")),
  listed("cancel", "Withdraw what is owed", () => import("./commands/Cancel.ts")),
  listed("delete", "Delete images of a group, or of before a date", () => import("./commands/Delete.ts")),
  listed("pause", "Switch services and stages off", () => import("./commands/Pause.ts")),
  listed("resume", "Switch them on again", () => import("./commands/Resume.ts")),
  listed("service", "Change how a service is asked, while programs run", () => import("./commands/Service.ts")),
  listed("operations", "List and stop what these do", () => import("./commands/Operations.ts")),
  listed("watch", "Submit pictures as they appear in folders", () => import("./commands/Watch.ts")),
  listed("status", "Show what is queued, running, done, failed and stale", () => import("./commands/Status.ts")),
  listed("check", "Check services, servers and pictures, and say what to do", () => import("./commands/Check.ts")),
  listed("dead-letters", "List, show, replay and drop what was set aside", () => import("./commands/DeadLetters.ts")),
  listed("export", "Write boxes and answers to a file, for other tools", () => import("./commands/Export.ts")),
  listed("import", "Take over answers of the earlier Python system", () => import("./commands/Import.ts")),
  listed("api", "Serve the HTTP API and the dashboard", () => import("./commands/Api.ts")),
  listed("fuse", "Fuse results files of detectors, without queue or database", () => import("./commands/Fuse.ts")),
  listed("align", "Propose how the boxes of detectors are to be moved", () => import("./commands/Align.ts")),
  listed("appraise", "Say what corrections tell about each detector", () => import("./commands/Appraise.ts")),
  listed("farm", "Run services, simulated or with models", () => import("./commands/Farm.ts")),
  listed("models", "Add models to those of the install", () => import("./commands/Models.ts"))
]
