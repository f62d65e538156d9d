/** The programs as `npm run build` makes them, run like commands: by name, in a folder, until they end. */
import { Effect, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import { fileURLToPath } from "node:url"

/** What a command wrote and how it ended. `code` is `null` when a signal ended it. */
export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/** Looking again and again, without haste. */
export const soon = Schedule.spaced("50 millis")

/** Commands in a folder that see these variables and no others. */
export const inFolder = (cwd: string, env: Readonly<Record<string, string>>) => {
  const spawn = (name: string, args: ReadonlyArray<string>) => {
    const program = fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url))
    const child = NodeChildProcess.spawn(process.execPath, [program, ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...env }
    })
    const said = { stdout: "", stderr: "" }
    child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()))
    const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ ...said, code })))
    return { child, said, ended: Effect.promise(() => ended) }
  }

  return {
    /** Runs a command to its end. */
    run: (name: string, ...args: ReadonlyArray<string>) =>
      Effect.acquireUseRelease(
        Effect.sync(() => spawn(name, args)),
        ({ ended }) => ended,
        ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
      ),

    /** Starts a command that runs until a signal or the scope ends it; returns when it has said that it works. */
    start: Effect.fnUntraced(function* (name: string, ...args: ReadonlyArray<string>) {
      const { child, ended, said } = yield* Effect.acquireRelease(
        Effect.sync(() => spawn(name, args)),
        ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
      )
      yield* Effect.sync(() => said.stderr.includes("INFO") || child.exitCode !== null).pipe(
        Effect.repeat({ until: (isThere) => isThere, schedule: soon })
      )
      if (child.exitCode !== null) return yield* Effect.die(new Error(`${name} did not start: ${said.stderr}`))
      return {
        /** Sends the signal, and returns the exit code. */
        end: (signal: NodeJS.Signals) =>
          Effect.map(
            Effect.andThen(
              Effect.sync(() => child.kill(signal)),
              ended
            ),
            ({ code }) => code
          )
      }
    })
  }
}
