/** A RabbitMQ of the test's own is killed and started again. Runs where RabbitMQ is installed, not only reachable. */
import { describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as TcpProxy from "../support/TcpProxy.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const program = "/usr/lib/rabbitmq/bin/rabbitmq-server"

/** A RabbitMQ whose data outlive it, until the scope ends. */
const rabbit = Effect.gen(function* () {
  const home = yield* Effect.acquireRelease(
    Effect.sync(() => NodeFs.mkdtempSync(NodePath.join(NodeOs.tmpdir(), "windmill-rabbit-"))),
    (path) => Effect.sync(() => NodeFs.rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  )
  const port = yield* TcpProxy.freePort
  NodeFs.writeFileSync(NodePath.join(home, "plugins"), "[].")
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    RABBITMQ_NODENAME: `windmill${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(yield* TcpProxy.freePort),
    RABBITMQ_MNESIA_BASE: home,
    RABBITMQ_LOG_BASE: home,
    RABBITMQ_ENABLED_PLUGINS_FILE: NodePath.join(home, "plugins"),
    RABBITMQ_CONFIG_FILE: NodePath.join(home, "none"),
    RABBITMQ_PID_FILE: NodePath.join(home, "pid")
  }
  let child: NodeChildProcess.ChildProcess | undefined
  const start = Effect.sync(() => {
    child = NodeChildProcess.spawn(program, { env, detached: true, stdio: "ignore" })
  })
  const kill = Effect.sync(() => {
    if (child?.pid !== undefined) process.kill(-child.pid, "SIGKILL")
    child = undefined
  })
  yield* Effect.addFinalizer(() => kill)
  return { port, start, kill }
})

describe.skipIf(!NodeFs.existsSync(program))("a broker", () => {
  it.live(
    "that is killed and comes back finds everybody at work again, and nothing is lost (B15, B17)",
    () =>
      Effect.gen(function* () {
        const shared = yield* Deployment.sharedServers
        const { kill, port, start } = yield* rabbit
        const broker = { ...shared.broker, host: "127.0.0.1", port }
        yield* start
        yield* Effect.retry(Effect.scoped(RabbitQueues.connect(broker)), {
          schedule: Schedule.spaced("200 millis"),
          times: 100
        })
        const deployment = yield* Deployment.make(Scenes.scenario({ takes: () => 30 }), { ...shared, broker })
        yield* deployment.start(deployment.worker)
        yield* deployment.start(deployment.postprocessor)
        const ids = yield* deployment.submit(Scenes.pictures("restarted", 30))
        yield* Effect.sleep("300 millis")
        yield* kill
        yield* Effect.sleep("500 millis")
        yield* start
        yield* Effect.retry(Effect.scoped(RabbitQueues.connect(broker)), {
          schedule: Schedule.spaced("200 millis"),
          times: 100
        })
        yield* deployment.settled(ids)
      }).pipe(Effect.scoped),
    90_000
  )
})
