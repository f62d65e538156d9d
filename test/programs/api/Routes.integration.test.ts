/**
 * Every route of the API, whichever they are, keeps Origin, Host and token: one that is added is tested here without a word.
 * Those that are open are named, so that opening one is a decision.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { HttpApi } from "effect/http-api"
import * as NodeHttp from "node:http"
import * as ApiServer from "../../../src/programs/api/ApiServer.ts"
import { Api } from "../../../src/programs/api/definition/Api.ts"
import * as ApiServers from "../../support/ApiServers.ts"

const token = "a token for everything"
const readToken = "a token for looking"

/** Whoever has no token may ask for these: to log in and out, and for a picture by the address that was handed on. */
const open = ["session.state", "session.logIn", "session.logOut", "uploads.shared"]

const sample: Readonly<Record<string, string>> = {
  id: "1",
  box: "none",
  correction: "1",
  step: "ocr",
  hash: "0".repeat(64),
  key: "0".repeat(64)
}

interface Route {
  readonly name: string
  readonly method: string
  readonly path: string
}

const routes: Array<Route> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) => {
    const path = endpoint.path.replace(/:(\w+)/g, (_: string, name: string) => sample[name] ?? "none")
    routes.push({ name: `${group.identifier}.${endpoint.identifier}`, method: endpoint.method, path })
  }
})

/** Those that change nothing though something is sent: filters that do not fit into an address. */
const isLooking = ({ method, name }: Route) => method === "GET" || /^exports\.\w+Of$/.test(name)

const guarded = routes.filter(({ name }) => !open.includes(name))
const changes = guarded.filter((route) => !isLooking(route))
const sent = guarded.filter(({ method }) => method !== "GET")

/** The status of a request without a body; headers as they are, also those that `fetch` keeps to itself. */
const statusOf = ({ method, path }: Route, headers: NodeHttp.OutgoingHttpHeaders) =>
  Effect.flatMap(ApiServer.address, (address) =>
    Effect.callback<number>((resume) => {
      const request = NodeHttp.request(new URL(path, address), { method, headers }, (response) => {
        resume(Effect.succeed(response.statusCode ?? 0))
        response.destroy()
      })
      request.end()
    })
  )

layer(ApiServers.layer({ token, environment: { API_READ_TOKEN: readToken } }), { excludeTestServices: true })(
  "with a token, every route",
  (it) => {
    it.effect("is known here", () =>
      Effect.sync(() => {
        assert.isAbove(guarded.length, 15)
        assert.isAbove(changes.length, 5)
        for (const name of open)
          assert.include(
            routes.map(({ name }) => name),
            name
          )
      })
    )

    for (const route of guarded) {
      it.effect(`${route.name} needs it`, () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* statusOf(route, {}), 401)
          assert.strictEqual(yield* statusOf(route, { cookie: "windmill_session=made-up" }), 401)
          assert.strictEqual(yield* statusOf(route, { authorization: "Basic YTpi" }), 401)
          assert.notInclude([401, 403], yield* statusOf(route, { authorization: `Bearer ${token}` }))
        })
      )
    }

    for (const route of changes) {
      it.effect(`${route.name} is no matter of the token for looking`, () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* statusOf(route, { authorization: `Bearer ${readToken}` }), 403)
        })
      )
    }

    for (const route of sent) {
      it.effect(`${route.name} is no matter of pages of other sites`, () =>
        Effect.gen(function* () {
          const headers = { authorization: `Bearer ${token}`, origin: "https://evil.example" }
          assert.strictEqual(yield* statusOf(route, headers), 403)
        })
      )
    }

    it.effect("may be read with the token for looking", () =>
      Effect.gen(function* () {
        for (const route of guarded.filter(isLooking)) {
          const status = yield* statusOf(route, { authorization: `Bearer ${readToken}` })
          assert.notInclude([401, 403], status, route.name)
        }
      })
    )
  }
)

layer(ApiServers.layer(), { excludeTestServices: true })("without a token, every route", (it) => {
  it.effect("is under names of this machine only, and no page of another site changes anything", () =>
    Effect.gen(function* () {
      for (const route of guarded) {
        assert.strictEqual(yield* statusOf(route, { host: "evil.example" }), 403, route.name)
      }
      for (const route of [...sent, ...routes.filter(({ name }) => /log(In|Out)$/.test(name))]) {
        const bodyless = yield* statusOf(route, { origin: "https://evil.example" })
        // Logging in needs a body, which is looked at first.
        assert.include(route.name === "session.logIn" ? [400, 403] : [403], bodyless, route.name)
      }
    })
  )
})
