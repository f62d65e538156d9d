/** A PostgreSQL of the test's own, for what a shared one must not suffer: it ends, or is configured in another way. */
import { Effect, Redacted } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs/promises"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import * as Binaries from "../../src/layers/postgres/embedded/Binaries.ts"
import * as Cluster from "../../src/layers/postgres/embedded/Cluster.ts"
import * as ServerUser from "../../src/layers/postgres/embedded/ServerUser.ts"
import * as TcpProxy from "./TcpProxy.ts"

/** A PostgreSQL whose data outlive it, until the scope ends. `end` returns once it is gone. */
export const make = Effect.gen(function* () {
  const home = yield* Effect.acquireRelease(
    Effect.promise(() => NodeFs.mkdtemp(NodePath.join(NodeOs.tmpdir(), "windmill-database-"))),
    (path) => Effect.promise(() => NodeFs.rm(path, { recursive: true, force: true }))
  )
  const data = NodePath.join(home, "data")
  const user = yield* Effect.promise(() => ServerUser.find(data))
  const binaries = yield* Binaries.find(user)
  yield* Cluster.ensure(data, binaries, user)
  const port = yield* TcpProxy.freePort
  let gone = Promise.resolve()
  let child: NodeChildProcess.ChildProcess | undefined
  /** Starts it with settings as in `postgresql.conf`. */
  const startWith = (settings: Readonly<Record<string, string>>) =>
    Effect.sync(() => {
      const server = NodeChildProcess.spawn(
        binaries.postgres,
        ["-D", Cluster.pathFor(data, user), "-k", "", "-h", "127.0.0.1", "-p", String(port)].concat(
          Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
        ),
        { ...user, cwd: data, env: Cluster.environment, stdio: "ignore" }
      )
      gone = new Promise((resolve) => server.once("close", () => resolve()))
      child = server
    })
  const end = (signal: NodeJS.Signals) =>
    Effect.promise(() => {
      child?.kill(signal)
      return gone
    })
  yield* Effect.addFinalizer(() => end("SIGQUIT"))
  const url = Redacted.make(`postgres://${Cluster.role}@127.0.0.1:${port}/postgres`)
  return {
    database: { url, database: "postgres" },
    port,
    start: startWith({}),
    startWith,
    end,
    /** Writes a file of the data folder that only the server reads. */
    write: (name: string, text: string) =>
      Effect.promise(async () => {
        const path = NodePath.join(data, name)
        await NodeFs.writeFile(path, text, { mode: 0o600 })
        if (user !== undefined) await NodeFs.chown(path, user.uid, user.gid)
      })
  }
})
