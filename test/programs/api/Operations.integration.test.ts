import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { operationId } from "../../../src/domain/Operation.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import { said, serviceId } from "../../support/Facts.ts"

const clip = serviceId("clip")

layer(ApiServers.layer(), { excludeTestServices: true })("operations", (it) => {
  it.effect("are counted before, begun, listed with how far they are, and stopped", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const store = yield* ResultStore
      const imageId = yield* Archives.answered("again.jpg", { clip: said() }, { group: "again" })
      const request = { kind: "rerun", services: [clip], group: "again", before: new Date("2100-01-01") } as const
      assert.deepStrictEqual(yield* api.operations.count({ payload: { request } }), { count: 1 })
      const begun = yield* api.operations.begin({ payload: { request, by: "Ada" } })
      assert.deepInclude(begun, { state: "running", total: 1, done: 0, by: "Ada", request })
      const { id } = begun
      assert.deepInclude(yield* api.operations.get({ params: { id } }), { id, state: "running" })
      const stopped = yield* api.operations.stop({ params: { id } })
      assert.deepInclude(stopped, { id, state: "stopped", done: 0 })
      assert.deepStrictEqual(yield* api.operations.stop({ params: { id } }), stopped)
      assert.isFalse(yield* store.isOwed(imageId, clip))
      const other = yield* api.operations.begin({ payload: { request: { kind: "recompute", stages: ["consensus"] } } })
      assert.match(other.by, /^API, from .*127\.0\.0\.1/)
      const acts = yield* ApiServers.plain(api.operations.actions({ query: { limit: 3 } }))
      assert.deepStrictEqual(
        acts.map(({ by, count, what }) => [by === other.by ? "API" : by, what, count]),
        [
          ["API", "recompute consensus", other.total],
          ["API", `stop operation ${id}`, undefined],
          ["Ada", "ask clip again, group again, before 2100-01-01", 1]
        ]
      )
      const list = (query: Parameters<typeof api.operations.list>[0]["query"]) =>
        Effect.map(ApiServers.plain(api.operations.list({ query })), (all) => all.map(({ id }) => id))
      assert.deepStrictEqual(yield* list({}), [other.id, id])
      assert.deepStrictEqual(yield* list({ before: other.id, limit: 1 }), [id])
    })
  )

  it.effect("are lists as they were and, where the total is asked for, pages with it; so are actions", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const { paged, plain } = ApiServers
      const before = yield* paged(api.operations.list({ query: { total: true } }))
      const acts = yield* paged(api.operations.actions({ query: { total: true, limit: 1000 } }))
      const begun = yield* Effect.replicateEffect(
        api.operations.begin({ payload: { request: { kind: "recompute", stages: ["consensus"] }, by: "Ada" } }),
        3
      )
      const [third, second, first] = begun.map(({ id }) => id).toSorted((a, b) => b - a)

      const page = yield* paged(api.operations.list({ query: { limit: 2, total: true } }))
      assert.deepStrictEqual(
        page.operations.map(({ id }) => id),
        [third, second]
      )
      assert.deepStrictEqual([page.next, page.total], [second, before.total + 3])
      const rest = yield* paged(api.operations.list({ query: { limit: 1000, before: page.next!, total: true } }))
      assert.deepStrictEqual([rest.operations[0]!.id, rest.operations.length], [first, page.total - 2])
      assert.deepStrictEqual([rest.next, rest.total], [undefined, page.total])
      const listed = yield* plain(api.operations.list({ query: { limit: 2 } }))
      assert.deepStrictEqual(
        listed.map(({ id }) => id),
        [third, second]
      )
      assert.lengthOf(yield* plain(api.operations.list({ query: { limit: 2, total: false } })), 2)

      const done = yield* paged(api.operations.actions({ query: { limit: 2, total: true } }))
      assert.deepStrictEqual(
        done.actions.map(({ by, what }) => [by, what]),
        [
          ["Ada", "recompute consensus"],
          ["Ada", "recompute consensus"]
        ]
      )
      assert.deepStrictEqual([done.next, done.total], [done.actions[1]!.id, acts.total + 3])
      const earlier = yield* paged(api.operations.actions({ query: { limit: 1, before: done.next!, total: true } }))
      assert.deepStrictEqual([earlier.actions[0]!.what, earlier.total], ["recompute consensus", done.total])
      assert.strictEqual((yield* ApiServers.request("/actions?total=maybe")).status, 400)
    })
  )

  it.effect("are refused when they are too wide, or about what there is not", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const refused = (request: Parameters<typeof api.operations.count>[0]["payload"]["request"]) =>
        Effect.map(Effect.flip(api.operations.begin({ payload: { request } })), ({ _tag }) => _tag)
      assert.strictEqual(yield* refused({ kind: "delete" }), "Unprocessable")
      assert.strictEqual(yield* refused({ kind: "rerun", services: [serviceId("clap")] }), "Unprocessable")
      const id = operationId(1_000_000)
      assert.strictEqual((yield* Effect.flip(api.operations.get({ params: { id } })))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(api.operations.stop({ params: { id } })))._tag, "NotFound")
      for (const request of [
        { kind: "rerun", services: [] },
        { kind: "delete", group: "a", befor: "2026" },
        { kind: "delete", before: "-271821-04-20T00:00:00Z" },
        { kind: "rerun", services: ["rtdetr"], before: "+100000-01-01T00:00:00Z" },
        { kind: "x" }
      ]) {
        const { status } = yield* ApiServers.request("/operations", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ request })
        })
        assert.strictEqual(status, 400)
      }
    })
  )
})
