/** The programs as they are built, each in a process of its own. */
import { Effect, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import { fileURLToPath } from "node:url"

type Environment = Readonly<Record<string, string>>

/** Looking again and again, without haste. */
export const soon = Schedule.spaced("50 millis")

/** Runs a program to its end, and returns what it wrote. Fails when it fails. */
export const run =
  (env: Environment) =>
  (name: string, ...args: ReadonlyArray<string>) =>
    Effect.flatMap(spawn(env, name, args), ({ ended, output }) =>
      Effect.flatMap(ended, (code) =>
        code === 0 ? Effect.succeed(output()) : Effect.die(new Error(`${name} ended with ${code}: ${output()}`))
      )
    )

/** Starts a program that runs until it is stopped, or the scope closes. Returns when it has said that it works. */
export const start =
  (env: Environment) =>
  (name: string, ...args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const { child, ended, output } = yield* spawn(env, name, args)
      yield* Effect.sync(output).pipe(
        Effect.repeat({ until: (said) => said.includes("INFO") || child.exitCode !== null, schedule: soon })
      )
      if (child.exitCode !== null) yield* Effect.die(new Error(`${name} did not start: ${output()}`))
      return {
        stop: Effect.andThen(
          Effect.sync(() => child.kill("SIGTERM")),
          ended
        ),
        output
      }
    })

const spawn = Effect.fnUntraced(function* (env: Environment, name: string, args: ReadonlyArray<string>) {
  const program = fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url))
  const path = { PATH: process.env.PATH ?? "" }
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => NodeChildProcess.spawn(process.execPath, [program, ...args], { env: { ...path, ...env } })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const said: Array<string> = []
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()))
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve))
  return { child, ended: Effect.promise(() => exit), output: () => said.join("") }
})
