/** `windmill check` with services that are well, and with services that are not, each in its own way. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import type { Finding } from "../../src/domain/Finding.ts"
import * as Certificates from "../support/Certificates.ts"
import * as Folders from "../support/Folders.ts"
import { json, serve } from "../support/HttpServers.ts"
import * as ModelServers from "../support/ModelServers.ts"
import * as Programs from "../support/Programs.ts"

/** The findings about these services, as `subject step verdict` with what was said. */
const check = Effect.fnUntraced(function* (
  services: object,
  env: Programs.Environment = {},
  ...args: ReadonlyArray<string>
) {
  const cwd = yield* Folders.temporary
  NodeFs.writeFileSync(NodePath.join(cwd, "service_config.json"), JSON.stringify({ services }))
  const { run } = Programs.inFolder(cwd, env)
  const { code, stderr, stdout } = yield* run("main", "check", "--json", ...args)
  const findings = stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Finding)
  return {
    code,
    stderr,
    findings,
    verdicts: findings.map(({ step, subject, verdict }) => `${subject} ${step} ${verdict}`)
  }
})

describe("windmill check", { timeout: 120_000 }, () => {
  it.live("finds that services are well, over HTTP and https, and what they answer", () =>
    Effect.gen(function* () {
      const authority = yield* Certificates.authority
      const { certificate, key } = authority.issue(["DNS:localhost"])
      const plain = yield* ModelServers.serve(ModelServers.ollama)
      const secured = yield* ModelServers.serve(ModelServers.openai, { cert: certificate, key })
      const { code, findings, stderr, verdicts } = yield* check(
        {
          gpt: {
            api: "openai",
            kind: "semantic",
            url: `https://localhost:${secured.port}/v1`,
            tls: { ca: authority.path },
            headers: { Authorization: "Bearer ${KEY}" },
            options: { model: "m" }
          },
          llava: { api: "ollama", kind: "semantic", url: `http://127.0.0.1:${plain.port}`, options: { model: "llava" } }
        },
        { KEY: "sk-test-0123456789" }
      )
      assert.strictEqual(code, 0, stderr)
      assert.deepEqual(verdicts, [
        ...["name", "connection", "TLS", "health", "question"].map((step) => `gpt ${step} fine`),
        ...["name", "connection", "health", "question"].map((step) => `llava ${step} fine`)
      ])
      assert.notInclude(JSON.stringify(findings) + stderr, "sk-test")
      assert.match(findings[2]!.detail, /^TLSv1\.3, certificate valid until /)
      assert.match(findings.at(-1)!.detail, /^1 caption in \d+ ms$/)
    }).pipe(Effect.scoped)
  )

  it.live("says of each service that is not what is wrong, and what to do", () =>
    Effect.gen(function* () {
      const authority = yield* Certificates.authority
      const { certificate, key } = authority.issue(["DNS:localhost"])
      const secured = yield* ModelServers.serve(ModelServers.windmill, { cert: certificate, key })
      const misread = yield* serve((request, response) =>
        json(response, 200, {
          status: "success",
          predictions: request.method === "GET" ? [] : [{ label: "dog", bbox: [0.1, 0.1, 0.5, 0.5] }]
        })
      )
      const moved = yield* serve((_, response) => void response.writeHead(307, { location: "/analyze/" }).end())
      const spatial = { kind: "spatial" }
      const { code, findings, stderr, verdicts } = yield* check({
        a: { ...spatial, host: "no-such-host.invalid", port: 80 },
        b: { ...spatial, port: 1 },
        c: { ...spatial, url: `https://localhost:${secured.port}/analyze` },
        d: { ...spatial, port: misread },
        e: { ...spatial, port: moved },
        f: { ...spatial, port: misread, endpoint: "/other", headers: { "X-Key": "${NOT_SET}" }, health: "none" }
      })
      assert.strictEqual(code, 1)
      assert.match(stderr, /^6 broken, 1 odd, \d+ fine\./)
      assert.deepEqual(
        verdicts.filter((verdict) => !verdict.endsWith("fine")),
        [
          "a name broken",
          "b connection broken",
          "c TLS broken",
          "d question broken",
          "e health odd",
          "e question broken",
          "f question broken"
        ]
      )
      const said = (verdict: string) => {
        const finding = findings[verdicts.indexOf(verdict)]!
        return `${finding.detail}: ${finding.remedy}`
      }
      assert.match(said("a name broken"), /ENOTFOUND.*correct the host of a/)
      assert.match(said("b connection broken"), /ECONNREFUSED.*start the service, or correct its port/)
      assert.match(said("c TLS broken"), /certificate.*tls\.ca/)
      assert.match(said("d question broken"), /"unit": "normalized".*docs\/services\.md/)
      assert.match(said("e question broken"), /HTTP 307, moved to \/analyze\/.*correct "endpoint"/)
      assert.match(said("f question broken"), /NOT_SET of its settings is not set in the environment/)
    }).pipe(Effect.scoped)
  )

  it.live("looks at the servers the environment names, and at pictures", () =>
    Effect.gen(function* () {
      const { port } = yield* ModelServers.serve(ModelServers.windmill)
      const services = { own: { kind: "spatial", port, health: "none" } }
      const away = { DATABASE_URL: "postgres://me:secret@127.0.0.1:1/db", AMQP_URL: "amqp://me:secret@127.0.0.1:1" }
      const { code, findings, verdicts } = yield* check(services, away)
      assert.strictEqual(code, 1)
      assert.deepEqual(verdicts.slice(-3), [
        "RabbitMQ connection broken",
        "PostgreSQL connection broken",
        "this machine open files fine"
      ])
      assert.notInclude(JSON.stringify(findings), "secret")
      const picture = yield* Effect.promise(() =>
        ModelServers.redPicture({ width: 64, height: 40, box: { x: 9, y: 9, width: 9, height: 9 } })
      )
      const cwd = yield* Folders.temporary
      NodeFs.writeFileSync(NodePath.join(cwd, "red.png"), picture.bytes)
      const readable = yield* check(services, {}, "own", "--images", cwd)
      assert.deepInclude(readable.findings.at(-1) as object, {
        step: "picture",
        verdict: "fine",
        detail: "image/png, 64 x 40 pixels"
      })
    }).pipe(Effect.scoped)
  )
})
