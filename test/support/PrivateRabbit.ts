/** A RabbitMQ of the test's own, for what a shared one must not suffer: it is killed, or configured in another way. */
import { Duration, Effect, Redacted, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import { promisify } from "node:util"
import type { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitQueues from "./RabbitQueues.ts"
import * as TcpProxy from "./TcpProxy.ts"

/** Where `rabbitmq-server` and `rabbitmqctl` are. `scripts/try-rabbitmq-4.sh` names those of another release. */
const programs = process.env["RABBITMQ_PROGRAMS"] ?? "/usr/lib/rabbitmq/bin"

/** Whether RabbitMQ is installed here, not only reachable. */
export const isInstalled = NodeFs.existsSync(NodePath.join(programs, "rabbitmq-server"))

/** A RabbitMQ whose data outlive it, until the scope ends. `config` is lines of a `rabbitmq.conf`. */
export const make = Effect.fnUntraced(function* ({ config = [] }: { readonly config?: ReadonlyArray<string> } = {}) {
  const home = yield* Effect.acquireRelease(
    Effect.sync(() => NodeFs.mkdtempSync(NodePath.join(NodeOs.tmpdir(), "windmill-rabbit-"))),
    (path) => Effect.sync(() => NodeFs.rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  )
  const port = yield* TcpProxy.freePort
  NodeFs.writeFileSync(NodePath.join(home, "plugins"), "[].")
  NodeFs.writeFileSync(NodePath.join(home, "rabbitmq.conf"), config.map((line) => `${line}\n`).join(""))
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    // A broker that is killed while it starts would leave one where the tests run.
    ERL_CRASH_DUMP_SECONDS: "0",
    RABBITMQ_NODENAME: `windmill${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(yield* TcpProxy.freePort),
    RABBITMQ_MNESIA_BASE: home,
    RABBITMQ_LOG_BASE: home,
    RABBITMQ_ENABLED_PLUGINS_FILE: NodePath.join(home, "plugins"),
    RABBITMQ_CONFIG_FILE: NodePath.join(home, "rabbitmq.conf"),
    RABBITMQ_PID_FILE: NodePath.join(home, "pid")
  }
  let child: NodeChildProcess.ChildProcess | undefined
  const start = Effect.sync(() => {
    child = NodeChildProcess.spawn(NodePath.join(programs, "rabbitmq-server"), {
      env,
      detached: true,
      stdio: "ignore"
    })
  })
  const kill = Effect.sync(() => {
    if (child?.pid !== undefined) process.kill(-child.pid, "SIGKILL")
    child = undefined
  })
  yield* Effect.addFinalizer(() => kill)
  return {
    /** Where it listens without encryption. */
    port,
    start,
    kill,
    /** What `rabbitmqctl` says with these arguments. */
    control: (...args: ReadonlyArray<string>) =>
      Effect.map(
        Effect.promise(() => execFile(NodePath.join(programs, "rabbitmqctl"), ["--quiet", ...args], { env })),
        ({ stdout }) => stdout
      )
  }
})

const execFile = promisify(NodeChildProcess.execFile)

/** Waits until the broker lets somebody log in. */
export const untilReady = (address: Address["Service"]) =>
  Effect.retry(Effect.scoped(RabbitQueues.connect(address)), { schedule: Schedule.spaced("200 millis"), times: 300 })

/** The user that every new broker has, without encryption. */
export const guestAt = (port: number): Address["Service"] => ({
  host: "127.0.0.1",
  port,
  username: "guest",
  password: Redacted.make("guest"),
  vhost: "/",
  tls: undefined,
  heartbeat: Duration.seconds(10),
  queuePrefix: ""
})
