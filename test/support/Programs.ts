/** The programs as `npm run build` makes them, each in a process of its own: until they end, or until they are ended. */
import { Effect, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import { fileURLToPath } from "node:url"

/** The variables a program sees, and no others. */
export type Environment = Readonly<Record<string, string>>

/** What a program wrote and how it ended. `code` is `null` when a signal ended it. */
export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/** Looking again and again, without haste. */
export const soon = Schedule.spaced("50 millis")

/** Programs that run in this folder, by this Node. */
export const inFolder = (cwd: string, env: Environment, node = process.execPath) => {
  /** Starts a program that runs until a signal or the scope ends it, and does not wait until it works. */
  const launch = Effect.fnUntraced(function* (name: string, ...args: ReadonlyArray<string>) {
    const program = fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url))
    const child = NodeChildProcess.spawn(node, [program, ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const said = { stdout: "", stderr: "" }
    child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()))
    const closed = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ ...said, code })))
    const ended = Effect.promise(() => closed)
    /** Sends the signal, and returns the exit code once the program is gone. */
    const end = (signal: NodeJS.Signals) =>
      Effect.sync(() => child.kill(signal)).pipe(
        Effect.andThen(ended),
        Effect.map(({ code }) => code)
      )
    yield* Effect.addFinalizer(() => end("SIGKILL"))
    const isRunning = () => child.exitCode === null && child.signalCode === null
    return { said, ended, end, isRunning }
  })

  /** Runs a program to its end, whatever that is. */
  const run = (name: string, ...args: ReadonlyArray<string>) =>
    Effect.scoped(Effect.flatMap(launch(name, ...args), ({ ended }) => ended))

  return {
    launch,
    run,

    /** Runs a program that must succeed, and returns what it wrote to its output. */
    succeed: (name: string, ...args: ReadonlyArray<string>) =>
      Effect.flatMap(run(name, ...args), ({ code, stderr, stdout }) =>
        code === 0 ? Effect.succeed(stdout) : Effect.die(new Error(`${name} ended with ${code}: ${stdout}${stderr}`))
      ),

    /** The same; returns when it has said that it works. */
    start: Effect.fnUntraced(function* (name: string, ...args: ReadonlyArray<string>) {
      const program = yield* launch(name, ...args)
      yield* Effect.sync(() => program.said.stderr.includes("INFO") || !program.isRunning()).pipe(
        Effect.repeat({ until: (isKnown) => isKnown, schedule: soon })
      )
      if (program.isRunning()) return program
      const { code, stderr } = yield* program.ended
      return yield* Effect.die(new Error(`${name} ended with ${code}: ${stderr}`))
    })
  }
}
