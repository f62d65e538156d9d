/** The `.env` of the specification, as it is written there but for addresses and logins. */
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { Reactivity } from "effect/reactivity"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as Cluster from "../../src/layers/postgres/embedded/Cluster.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Folders from "../support/Folders.ts"
import * as PrivatePostgres from "../support/PrivatePostgres.ts"
import * as Programs from "../support/Programs.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"

const queues = ["queue_yolov8", ...Object.values(hintQueue)]

layer(RabbitQueues.address, { excludeTestServices: true })("The .env of the specification", (it) => {
  it.effect(
    "starts a worker, and a second one on a machine that it was copied to",
    () =>
      Effect.gen(function* () {
        const broker = yield* Address
        yield* Effect.addFinalizer(() => Effect.orDie(RabbitQueues.deleteQueues(broker, queues)))
        const postgres = yield* PrivatePostgres.make
        yield* postgres.start
        const sqlIn = (database: string) =>
          PgClient.make({ host: "127.0.0.1", port: postgres.port, username: Cluster.role, database, maxConnections: 1 })
        const admin = yield* Effect.retry(sqlIn("postgres"), Schedule.spaced("100 millis"))
        yield* Effect.retry(admin`CREATE DATABASE windmill`, Schedule.spaced("100 millis"))
        const dotEnv = [
          "# Which service to run",
          "SERVICE_NAME=yolov8",
          "",
          "# Infrastructure  ",
          `QUEUE_HOST=${broker.host}`,
          "DB_HOST=127.0.0.1",
          "",
          "# Credentials",
          `QUEUE_USER=${broker.username}`,
          `QUEUE_PASSWORD=${Redacted.value(broker.password)}`,
          `DB_USER=${Cluster.role}`,
          "DB_PASSWORD=your_secure_db_password",
          "",
          "# Worker settings",
          "WORKER_ID=worker_yolov8_box1",
          "LOG_LEVEL=INFO"
        ]
        const env = {
          DB_PORT: String(postgres.port),
          QUEUE_PORT: String(broker.port),
          QUEUE_PREFIX: broker.queuePrefix
        }
        const machine = Effect.gen(function* () {
          const home = yield* Folders.temporary
          yield* Effect.promise(() => NodeFs.writeFile(NodePath.join(home, ".env"), dotEnv.join("\n")))
          return yield* Programs.inFolder(home, env).start("worker")
        })
        const first = yield* machine
        yield* machine
        assert.include(first.said.stderr, "worker_yolov8_box1 works for yolov8")
        const windmill = yield* sqlIn("windmill")
        const workers = yield* windmill<{ worker_id: string }>`SELECT worker_id FROM workers`.pipe(
          Effect.repeat({ until: (rows) => rows.length > 1, schedule: Programs.soon }),
          Effect.timeout("20 seconds")
        )
        assert.strictEqual(workers.length, 2)
        for (const { worker_id } of workers) assert.match(worker_id, /^worker_yolov8_box1@.+-\d+$/)
      }).pipe(Effect.scoped, Effect.provide(Reactivity.layer)),
    90_000
  )
})
