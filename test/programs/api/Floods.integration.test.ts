/** What the body of one request can cost, however much of anything it holds. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"

const many = (item: string, count = 100_000) => Array.from({ length: count }, () => item).join()

const bodies: Readonly<Record<string, readonly [path: string, body: string]>> = {
  "detectors without anything": ["/fuse", `{"detectors":[${many("{}")}]}`],
  "results without anything": ["/fuse", `{"detectors":[{"name":"a","results":[${many("{}", 300_000)}]}]}`],
  "categories that are none": ["/fuse", `{"detectors":[{"name":"a","results":[],"categories":[${many('""')}]}]}`],
  "services without a name": ["/retry-failed", `{"services":[${many('""')}]}`],
  "services of the same name": ["/retry-failed", `{"services":[${many('"clip"')}]}`],
  "services nobody knows": ["/images/1/rerun", `{"services":[${many('"nobody"')}]}`],
  "dead letters": ["/dead-letters/drop", `{"step":"clip","ids":[${many('"1"')}]}`],
  "fields nobody knows": ["/session", `{${Array.from({ length: 80_000 }, (_, i) => `"f${i}":1`).join()}}`],
  brackets: ["/session", "[".repeat(1_000_000)]
}

layer(ApiServers.layer(), { excludeTestServices: true })("a body with very many", (it) => {
  for (const [what, [path, body]] of Object.entries(bodies)) {
    it.effect(`${what} is refused in a fraction of a second`, () =>
      Effect.gen(function* () {
        yield* Archives.done("a.jpg", {})
        const started = process.cpuUsage()
        const headers = { "content-type": "application/json" }
        const response = yield* ApiServers.request(path, { method: "POST", headers, body })
        const problem = yield* Effect.promise(() => response.text())
        const { system, user } = process.cpuUsage(started)
        assert.strictEqual(response.status, 400, problem)
        assert.isBelow(problem.length, 2000)
        assert.isBelow((system + user) / 1000, 1000)
      })
    )
  }
})
