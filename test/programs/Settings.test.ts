/** What the programs say when they are started the wrong way. None of this needs a server. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeOs from "node:os"
import * as Programs from "../support/Programs.ts"

const withEnv = (env: Readonly<Record<string, string>>) => Programs.inFolder(NodeOs.tmpdir(), env).run

describe("The programs", { timeout: 120_000 }, () => {
  it.live("name every variable that is missing, with its purpose, at once", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* withEnv({ QUEUE_USER: "me" })("worker", "--service", "rtdetr")
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.strictEqual(
        stderr,
        [
          "The environment does not say which PostgreSQL database to use:",
          "  - DB_HOST is missing: the host of the PostgreSQL server",
          "  - DB_USER is missing: the role to log in as",
          "Set DATABASE_URL=postgres://user:password@host:5432/database, or the variables above.",
          "The environment does not say which RabbitMQ broker to use:",
          "  - QUEUE_HOST is missing: the host of the RabbitMQ server",
          "  - QUEUE_PASSWORD is missing: the password of that user",
          "Set AMQP_URL=amqp://user:password@host:5672/vhost, or the variables above.",
          "Variables are read from the environment and from .env in the working directory.\n"
        ].join("\n")
      )
    })
  )

  it.live("say which variable cannot be used, and keep its secrets", () =>
    Effect.gen(function* () {
      const run = withEnv({ DATABASE_URL: "mysql://me:SECRET@db/x", AMQP_URL: "amqp://q", QUEUE_HEARTBEAT: "often" })
      const { code, stderr } = yield* run("postprocess")
      assert.strictEqual(code, 1)
      assert.match(stderr, /DATABASE_URL is not a postgres:\/\/ URL/)
      assert.match(stderr, /^QUEUE_HEARTBEAT: Expected a duration, such as "30 seconds" or "2 days"$/m)
      assert.notMatch(stderr, /SECRET|at .*\.js/)
    })
  )

  it.live("say where they looked for a broker that does not answer, and the remedy", () =>
    Effect.gen(function* () {
      const run = withEnv({ AMQP_URL: "amqp://me:SECRET@127.0.0.1:1", LOG_LEVEL: "trace" })
      const { code, stderr } = yield* run("dead-letters", "list", "ocr")
      assert.strictEqual(code, 1)
      assert.match(
        stderr,
        /ECONNREFUSED 127\.0\.0\.1:1\. Start the broker, or correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL\.\n$/
      )
      assert.notInclude(stderr, "SECRET")
    })
  )

  it.live("know the services and the levels of logs", () =>
    Effect.gen(function* () {
      const nothing = yield* withEnv({})("worker")
      assert.strictEqual(nothing.code, 1)
      assert.match(nothing.stderr, /^Say which services to work for: --service rtdetr, .* or SERVICE_NAME\.\n$/)
      const service = yield* withEnv({ SERVICE_NAME: "rtdetr,yolo" })("worker")
      assert.strictEqual(service.code, 1)
      assert.match(service.stderr, /^No such service: yolo\. There are blip, clip, .*, yolov8;/)
      const level = yield* withEnv({ LOG_LEVEL: "loud" })("worker", "--service", "all")
      assert.deepInclude(level, {
        code: 1,
        stderr: "LOG_LEVEL is none of all, trace, debug, info, warn, warning, error, fatal, critical, none\n"
      })
    })
  )

  it.live("name the strategies when there is none of that name", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* withEnv({ HARMONIZATION: "best" })("postprocess")
      assert.strictEqual(code, 1)
      assert.match(stderr, /^HARMONIZATION or --harmonization cannot be used: .*Unknown strategy best: expected one of/)
    })
  )
})

describe("producer", { timeout: 120_000 }, () => {
  it.live("lists the services without any server (B45)", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* withEnv({})("producer", "--list-services")
      assert.strictEqual(code, 0)
      const lines = stdout.trimEnd().split("\n")
      assert.lengthOf(lines, 13)
      assert.match(lines[0]!, /^blip +primary +semantic +queue_blip +http:\/\/127\.0\.0\.1:7777\/analyze$/)
    })
  )

  it.live.each([
    { args: ["--limit", "0"], says: /--limit: "0"/ },
    { args: ["--image-ids-file", "ids", "--group", "a"], says: /--group does not go with --image-ids-file/ },
    { args: ["--images", ".", "--missing"], says: /--images and --missing exclude each other/ },
    { args: ["--retry-failed", "--limit", "3"], says: /--limit does not go with --retry-failed/ }
  ])("refuses $args (B45)", ({ args, says }) =>
    Effect.gen(function* () {
      const { code, stderr } = yield* withEnv({})("producer", ...args)
      assert.strictEqual(code, 1)
      assert.match(stderr, says)
    })
  )
})
