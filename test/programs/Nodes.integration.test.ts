/** What programs serve, on the oldest and the newest Node that is supported. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Databases from "../support/Databases.ts"
import * as Folders from "../support/Folders.ts"
import * as Nodes from "../support/Nodes.ts"
import * as Programs from "../support/Programs.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as ServerVariables from "../support/ServerVariables.ts"

/** The API as a program of that Node, and where it and its metrics are. */
const served = Effect.fnUntraced(function* (version: string) {
  const env = yield* ServerVariables.make()
  const node = yield* Nodes.binary(version)
  const { start } = Programs.inFolder(yield* Folders.temporary, env, node)
  const program = yield* start("api", "--port", "0", "--metrics-port", "0")
  const addressIn = (words: RegExp) =>
    Effect.sync(() => words.exec(program.said.stdout + program.said.stderr)?.[1]).pipe(
      Effect.repeat({ until: (address) => address !== undefined, schedule: Programs.soon }),
      Effect.map(String)
    )
  return {
    program,
    api: yield* addressIn(/Dashboard and API at (\S+),/),
    metrics: yield* addressIn(/Metrics and health at (\S+)/)
  }
})

const get = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    return { status: response.status, body: await response.text() }
  })

layer(Layer.merge(Databases.address, RabbitQueues.address), { excludeTestServices: true })("api", (it) => {
  it.effect.each(Nodes.versions)(
    "serves answers, pages, metrics and health whole, and stops, on Node %s",
    (version) =>
      Effect.gen(function* () {
        const { api, metrics, program } = yield* served(version)
        const images = yield* get(`${api}/images`)
        assert.strictEqual(images.status, 200)
        assert.deepInclude(JSON.parse(images.body), { images: [] })
        const unknown = yield* get(`${api}/images/1`)
        assert.strictEqual(unknown.status, 404)
        assert.deepInclude(JSON.parse(unknown.body), { code: "NotFound" })
        const page = yield* get(api)
        assert.match(page.body, /<\/html>\s*$/)
        const [script] = /\/assets\/[^"]+\.js/.exec(page.body)!
        assert.strictEqual((yield* get(api + script)).status, 200)
        assert.deepEqual(yield* get(`${metrics}/healthz`), { status: 200, body: "ok\n" })
        assert.match((yield* get(`${metrics}/metrics`)).body, /^windmill_event_loop_lag_seconds/m)
        assert.isTrue(program.isRunning(), program.said.stderr)
        assert.strictEqual(yield* program.end("SIGTERM"), 0)
      }).pipe(Effect.scoped),
    { timeout: 120_000 }
  )
})
