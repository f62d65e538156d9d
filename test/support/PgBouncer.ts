/** A PgBouncer of the test's own before the PostgreSQL of the tests, which gives every transaction another connection. */
import { Effect, Redacted } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodeNet from "node:net"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as TcpProxy from "./TcpProxy.ts"

/** The same database through PgBouncer, until the scope ends. `ignored` are settings that it takes and does not keep. */
export const before = Effect.fnUntraced(function* (
  address: PgDatabase.Address["Service"],
  { ignored = [] }: { readonly ignored?: ReadonlyArray<string> } = {}
) {
  const server = new URL(Redacted.value(address.url!))
  const port = yield* TcpProxy.freePort
  const home = yield* Effect.acquireRelease(
    Effect.sync(() => NodeFs.mkdtempSync(NodePath.join(NodeOs.tmpdir(), "windmill-pgbouncer-"))),
    (path) => Effect.sync(() => NodeFs.rmSync(path, { recursive: true, force: true }))
  )
  const login = `user=${server.username}${server.password === "" ? "" : ` password=${server.password}`}`
  const settings = NodePath.join(home, "pgbouncer.ini")
  NodeFs.writeFileSync(
    settings,
    `[databases]
* = host=${server.hostname} port=${server.port} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
ignore_startup_parameters = ${["extra_float_digits", ...ignored].join(",")}
`
  )
  NodeFs.chmodSync(home, 0o755)
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      // It refuses to run as root.
      NodeChildProcess.spawn("/usr/sbin/pgbouncer", ["-u", process.getuid?.() === 0 ? "nobody" : "", settings], {
        stdio: "ignore"
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  yield* Effect.promise(() => untilItListens(port))
  const url = new URL(server)
  url.hostname = "127.0.0.1"
  url.port = String(port)
  return PgDatabase.Address.of({ ...address, url: Redacted.make(url.href) })
})

/** By the clock of this machine, whatever clock the test has. */
const untilItListens = async (port: number) => {
  const listens = () =>
    new Promise<boolean>((resolve) => {
      const socket = NodeNet.connect({ host: "127.0.0.1", port })
      const end = (answer: boolean) => () => {
        socket.destroy()
        resolve(answer)
      }
      socket.on("connect", end(true)).on("error", end(false))
    })
  for (let tries = 0; !(await listens()); tries++) {
    if (tries === 200) throw new Error("PgBouncer does not listen")
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
