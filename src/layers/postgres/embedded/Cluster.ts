/**
 * The data of the server: one folder, made once, never deleted.
 *
 * It is made beside its place and moved there when it is complete, so a process killed meanwhile leaves no half of it.
 */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import type { Binaries } from "./Binaries.ts"
import { EmbeddedPostgresError, onFiles, useAnother } from "./EmbeddedPostgresError.ts"
import { isAlive } from "./Postmaster.ts"
import type { ServerUser } from "./ServerUser.ts"

/** The role that owns everything in the server. */
export const role = "windmill"

/** The version of PostgreSQL whose data this is. */
const major = "18"

/** Sees to it that there are data in `data` that this server can use. */
export const ensure = Effect.fnUntraced(function* (data: string, binaries: Binaries, user: ServerUser | undefined) {
  const entries = yield* onFiles(data, () => Fs.readdir(data).catch(absent))
  if (entries.length === 0) return yield* create(data, binaries, user)
  const version = yield* onFiles(data, () => Fs.readFile(Path.join(data, "PG_VERSION"), "utf8").catch(absent))
  if (version.toString().trim() !== major) {
    return yield* new EmbeddedPostgresError({
      reason: "NotADatabase",
      detail:
        version.length === 0
          ? `${data} is not empty and holds no database (there is no PG_VERSION in it).`
          : `${data} holds a database of PostgreSQL ${version.toString().trim()}; this windmill brings version ${major}.`,
      remedy: `Move the folder away to begin with an empty database. Nothing in it was changed.`
    })
  }
})

/** What the server is told its data folder is. */
export const pathFor = (data: string, user: ServerUser | undefined): string =>
  // Another user may not be allowed through the folders above; the working folder needs no way there.
  user !== undefined && process.platform === "linux" ? "/proc/self/cwd" : data

const create = Effect.fnUntraced(function* (data: string, binaries: Binaries, user: ServerUser | undefined) {
  const home = Path.dirname(data)
  yield* onFiles(home, () => removeLeftovers(home))
  const fresh = yield* onFiles(home, async () => {
    const folder = await Fs.mkdtemp(`${data}.${process.pid}.`)
    if (user !== undefined) await Fs.chown(folder, user.uid, user.gid)
    return folder
  })
  yield* initialize(fresh, binaries, user).pipe(
    Effect.andThen(onFiles(home, () => Fs.rename(fresh, data).catch(alreadyThere))),
    Effect.ensuring(Effect.promise(() => Fs.rm(fresh, { recursive: true, force: true })))
  )
})

/** Removes what processes that are gone left of their attempts to make the folder. */
const removeLeftovers = async (home: string): Promise<void> => {
  for (const entry of await Fs.readdir(home)) {
    const pid = /^data\.(\d+)\./.exec(entry)?.[1]
    if (pid !== undefined && !isAlive(Number(pid)))
      await Fs.rm(Path.join(home, entry), { recursive: true, force: true })
  }
}

const initialize = (folder: string, binaries: Binaries, user: ServerUser | undefined) =>
  Effect.callback<void, EmbeddedPostgresError>((resume) => {
    const output: Array<string> = []
    const fail = (detail: string) =>
      resume(
        new EmbeddedPostgresError({
          reason: "ServerFailed",
          detail: `The database cannot be made in ${Path.dirname(folder)}: ${detail}`,
          remedy: `See that the disk has space and that this user may write there, or choose another folder. ${useAnother}`
        })
      )
    // No locale of the machine's: texts have the same order everywhere.
    const process = spawn(
      binaries.initdb,
      ["-D", pathFor(folder, user), "-U", role, "--auth=trust", "--no-instructions"].concat([
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8"
      ]),
      { ...user, cwd: folder, env: environment, stdio: ["ignore", "ignore", "pipe"] }
    )
    process.stderr.on("data", (text) => output.push(String(text)))
    process.once("error", (cause) => fail(cause.message))
    process.once("close", (code) => (code === 0 ? resume(Effect.void) : fail(output.join("").trim())))
    return Effect.sync(() => process.kill("SIGKILL"))
  })

/** What the programs see of this process's environment: nothing that would redirect them. */
export const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" }

const absent = (cause: NodeJS.ErrnoException): [] | Promise<never> => {
  if (cause.code === "ENOENT") return []
  return Promise.reject(cause)
}

/** Another process was faster; its folder is as good. */
const alreadyThere = (cause: NodeJS.ErrnoException): void => {
  if (cause.code !== "ENOTEMPTY" && cause.code !== "EEXIST") throw cause
}
