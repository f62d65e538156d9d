import { assert, describe, it, layer } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeHttp from "node:http"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as ApiServer from "../../../src/programs/api/ApiServer.ts"
import * as ApiSettings from "../../../src/programs/api/ApiSettings.ts"
import { Forbidden, Unauthorized } from "../../../src/programs/api/definition/Problems.ts"
import type { ContentHash } from "../../../src/domain/Identifiers.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { ContentStore } from "../../../src/services/ContentStore.ts"
import { PictureLinks } from "../../../src/services/PictureLinks.ts"
import { Sessions } from "../../../src/services/Sessions.ts"
import { ResultStoreError, StoreUnavailable } from "../../../src/services/ResultStore.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import { object, said, serviceId, text } from "../../support/Facts.ts"

const token = "correct horse battery staple"
const bearer = { authorization: `Bearer ${token}` }
const pause = { params: { step: serviceId("ocr") }, payload: { by: "Ada", reason: "" } }

/** The answer to a request with a method or headers that `fetch` would not send. */
const answerOf = (path: string, options: NodeHttp.RequestOptions) =>
  Effect.flatMap(ApiServer.address, (address) =>
    Effect.callback<{
      readonly status: number
      readonly headers: NodeHttp.IncomingHttpHeaders
      readonly body: string
    }>((resume) => {
      NodeHttp.request(new URL(path, address), options, (response) => {
        const { headers, statusCode: status = 0 } = response
        let body = ""
        response.on("data", (bytes: Buffer) => (body += bytes.toString()))
        response.on("end", () => resume(Effect.succeed({ status, headers, body })))
      }).end()
    })
  )

/** Only the status of it. */
const statusOf = (
  path: string,
  options: { readonly method?: string; readonly headers: NodeHttp.OutgoingHttpHeaders }
) => Effect.map(answerOf(path, options), ({ status }) => status)

/** The cookie of a page that logs in. */
const sessionOf = (token: string) =>
  Effect.map(
    ApiServers.request("/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token })
    }),
    ({ headers }) => ({ cookie: headers.get("set-cookie")!.split(";")[0]! })
  )

layer(ApiServers.layer({ token }), { excludeTestServices: true })("with a token", (it) => {
  it.effect("nothing is said or done without it", () =>
    Effect.gen(function* () {
      for (const headers of [
        {},
        { authorization: "Bearer wrong" },
        { authorization: `Basic ${token}` },
        { cookie: "windmill_session=x" }
      ]) {
        const api = yield* ApiServers.clientWith(headers)
        assert.instanceOf(yield* Effect.flip(api.images.search({ query: {} })), Unauthorized)
        assert.instanceOf(yield* Effect.flip(api.pipeline.pause(pause)), Unauthorized)
      }
      for (const path of ["/images/1", "/images/1/content", "/events", "/export/coco", "/export/jsonl", "/services"]) {
        assert.strictEqual((yield* ApiServers.request(path)).status, 401, path)
      }
    })
  )

  it.effect("everything is, with it", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.clientWith(bearer)
      assert.deepStrictEqual((yield* api.images.search({ query: {} })).images, [])
      assert.strictEqual((yield* api.pipeline.pause(pause)).by, "Ada")
    })
  )

  it.effect("a page logs in with it and gets a cookie that no script can read", () =>
    Effect.gen(function* () {
      const logIn = (token: string) =>
        ApiServers.request("/session", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ token })
        })
      const refused = yield* logIn("wrong")
      assert.deepStrictEqual([refused.status, refused.headers.get("set-cookie")], [401, null])
      const cookie = (yield* logIn(token)).headers.get("set-cookie")!
      assert.match(cookie, /HttpOnly/i)
      assert.match(cookie, /SameSite=Strict/i)
      assert.notInclude(cookie, token)
      const session = { cookie: cookie.split(";")[0]! }
      const state = yield* ApiServers.request("/session", { headers: session })
      assert.deepStrictEqual(yield* Effect.promise(() => state.json()), {
        needsToken: true,
        isLoggedIn: true,
        right: "full"
      })
      assert.strictEqual((yield* ApiServers.request("/images", { headers: session })).status, 200)
      const logOut = yield* ApiServers.request("/session", { method: "DELETE", headers: session })
      assert.match(logOut.headers.get("set-cookie")!, /Max-Age=0/)
      assert.strictEqual((yield* ApiServers.request("/images", { headers: session })).status, 401)
    })
  )

  it.effect("sessions are of their own, and all end together when somebody says so", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* sessionOf(token), yield* sessionOf(token)]
      assert.notStrictEqual(first.cookie, second.cookie)
      const isIn = (headers: Record<string, string>) =>
        Effect.map(ApiServers.request("/images", { headers }), ({ status }) => status === 200)
      yield* ApiServers.request("/session", { method: "DELETE", headers: first })
      assert.deepStrictEqual([yield* isIn(first), yield* isIn(second)], [false, true])
      const third = yield* sessionOf(token)
      const api = yield* ApiServers.clientWith(bearer)
      assert.isAtLeast((yield* api.session.logOutEverywhere()).count, 2)
      assert.deepStrictEqual([yield* isIn(second), yield* isIn(third)], [false, false])
    })
  )

  it.effect("a session ends by itself, and with the token it began with", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      const { cookie } = yield* sessionOf(token)
      const secret = cookie.split("=")[1]!
      const status = Effect.map(ApiServers.request("/images", { headers: { cookie } }), ({ status }) => status)
      assert.strictEqual(yield* status, 200)
      const rows = yield* sql<{ row: string }>`SELECT sessions::text AS row FROM sessions`
      assert.notInclude(JSON.stringify(rows), secret)
      assert.notInclude(JSON.stringify(rows), token)
      yield* sql`UPDATE sessions SET expires = now()`
      assert.strictEqual(yield* status, 401)
      const other = yield* sessions.begin("fingerprint of an earlier token", Duration.days(1))
      const response = yield* ApiServers.request("/images", { headers: { cookie: `windmill_session=${other}` } })
      assert.strictEqual(response.status, 401)
    })
  )

  it.effect("kept pictures are for those who have it, or the address that was handed on", () =>
    Effect.gen(function* () {
      const links = yield* PictureLinks
      const contents = yield* ContentStore
      const bytes = yield* ApiServers.picture("navy")
      const { hash } = yield* contents.put(new Uint8Array(bytes))
      const status = (path: string, headers: Record<string, string> = {}) =>
        Effect.map(ApiServers.request(path, { headers }), ({ status }) => status)
      assert.strictEqual(yield* status(`/images/content/${hash}`), 401)
      assert.strictEqual(yield* status(`/images/content/${hash}`, bearer), 200)
      assert.strictEqual(yield* status(`/images/content/${yield* links.keyOf(hash)}/${hash}`), 200)
      const another = yield* links.keyOf("1".repeat(64) as ContentHash)
      for (const key of ["0".repeat(64), another, another.toUpperCase(), "x"]) {
        assert.include([400, 404], yield* status(`/images/content/${key}/${hash}`), key)
      }
    })
  )

  it.effect("a name of another machine may be used, from its own pages", () =>
    Effect.gen(function* () {
      const headers = { ...bearer, host: "windmill.example" }
      assert.strictEqual(yield* statusOf("/images", { headers }), 200)
      const change = (origin: string) =>
        statusOf("/services/ocr/resume", { method: "POST", headers: { ...headers, origin } })
      assert.strictEqual(yield* change("https://windmill.example"), 200)
      assert.strictEqual(yield* change("https://evil.example"), 403)
    })
  )
})

layer(ApiServers.layer(), { excludeTestServices: true })("without a token", (it) => {
  it.effect("pages of other sites change nothing", () =>
    Effect.gen(function* () {
      for (const origin of ["http://evil.example", "https://127.0.0.1.evil.example", "http://127.0.0.1:1", "null"]) {
        const api = yield* ApiServers.clientWith({ origin })
        assert.instanceOf(yield* Effect.flip(api.pipeline.pause(pause)), Forbidden, origin)
        assert.instanceOf(yield* Effect.flip(api.session.logIn({ payload: { token: "" } })), Forbidden, origin)
      }
      const own = yield* ApiServers.clientWith({ origin: yield* ApiServer.address })
      assert.strictEqual((yield* own.pipeline.pause(pause)).by, "Ada")
    })
  )

  it.effect("names that are made to point here are not answered", () =>
    Effect.gen(function* () {
      for (const host of ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "localhost.evil.example"]) {
        assert.strictEqual(yield* statusOf("/images", { headers: { host } }), 403, host)
      }
      for (const host of ["localhost", "localhost:1234", "127.0.0.1", "[::1]:8787"]) {
        assert.strictEqual(yield* statusOf("/images", { headers: { host } }), 200, host)
      }
    })
  )

  it.effect("private addresses are not fetched", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      for (const url of [
        "http://127.0.0.1:8787/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "file:///etc/passwd"
      ]) {
        const problem = yield* Effect.flip(api.images.submit({ query: {}, headers: {}, payload: { url } }))
        assert.instanceOf(problem, Forbidden, url)
      }
    })
  )

  it.effect("what a picture says stays text", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const attack = `<img src=x onerror="alert(1)"></script><script>alert(2)</script>\u2028`
      const id = yield* Archives.done(
        `${attack}.jpg`,
        {
          yolov8: said(object(attack, [1, 2, 30, 40], 0.9)),
          ocr: said(text(attack))
        },
        { group: attack }
      )
      const image = yield* api.images.get({ params: { id } })
      assert.strictEqual(image.filename, `${attack}.jpg`)
      assert.strictEqual(image.boxes[0]!.label, attack)
      assert.strictEqual(image.consensus!.special.text.content, attack)
      const listed = yield* api.images.search({ query: { group: attack } })
      assert.deepStrictEqual(
        listed.images.map(({ id }) => id),
        [id]
      )
      for (const path of [
        `/images/${id}`,
        "/images",
        `/images/${id}/timeline`,
        `/images/${encodeURIComponent(attack)}`,
        "/export/jsonl",
        "/export/coco"
      ]) {
        const { headers } = yield* ApiServers.request(path, { headers: { accept: "text/html" } })
        assert.match(headers.get("content-type")!, /^application\/(problem\+json|json|x-ndjson)/, path)
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff", path)
        assert.match(headers.get("content-security-policy")!, /^default-src 'none'.*; sandbox$/, path)
      }
    })
  )

  it.effect("stored pictures are named by their bytes alone", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* ApiServers.picture("red")
      const { id } = yield* api.images.submit({
        query: {},
        headers: {},
        payload: ApiServers.form(bytes, {}, "a.html")
      })
      const { path } = yield* api.images.get({ params: { id } })
      for (const address of [`/images/${id}/content`, `/images/content/${path!.slice(-64)}`]) {
        const { headers } = yield* ApiServers.request(address)
        assert.strictEqual(headers.get("content-type"), "image/jpeg")
        assert.include(headers.get("content-security-policy")!, "sandbox")
      }
      for (const path of ["/images/content/..%2f..%2fetc%2fpasswd", `/images/content/${"0".repeat(63)}g`]) {
        assert.strictEqual((yield* ApiServers.request(path)).status, 400, path)
      }
    })
  )

  it.effect("the documentation runs no script", () =>
    Effect.gen(function* () {
      const { headers } = yield* ApiServers.request("/docs")
      const policy = headers.get("content-security-policy")!
      assert.match(policy, /^default-src 'none'; style-src 'sha256-[\w+/=]{44}';/)
      assert.notInclude(policy, "script-src")
    })
  )

  it.effect("addresses that cannot be read, and methods that nothing takes, are refused with words", () =>
    Effect.gen(function* () {
      for (const path of ["/images/%", "/%zz", "/%ff%fe"]) {
        const response = yield* ApiServers.request(path)
        const problem = JSON.parse(yield* Effect.promise(() => response.text()))
        assert.strictEqual(response.status, 400, path)
        assert.isTrue(isProblem(problem), path)
        assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
      }
      for (const method of ["TRACE", "PROPFIND", "PUT", "OPTIONS"]) {
        for (const path of ["/", "/images", "/nothing", "/%zz"]) {
          const { body, headers, status } = yield* answerOf(path, { method })
          assert.strictEqual(status, 405, `${method} ${path}`)
          assert.strictEqual(headers.allow, "GET, HEAD, POST, PATCH, DELETE")
          assert.match(headers["content-security-policy"] as string, /default-src 'none'/)
          assert.deepInclude(JSON.parse(body), { status: 405, code: "MethodNotAllowed" })
        }
      }
    })
  )

  it.effect("failures say nothing about the inside", () =>
    Effect.gen(function* () {
      for (const path of [
        "/nothing",
        "/images/0",
        "/images/1e99",
        "/images?limit=x",
        "/..%2f..%2fpackage.json",
        "/%00",
        `/${"a".repeat(8000)}`,
        `/images/content/1/${"a".repeat(300)}`,
        `/images?q=${"(".repeat(8000)}`
      ]) {
        const response = yield* ApiServers.request(path)
        const body = yield* Effect.promise(() => response.text())
        assert.include([400, 404], response.status, path)
        assert.isTrue(isProblem(JSON.parse(body)), body)
        assert.notMatch(body, /\/(src|node_modules|tmp)\/|at \w+ \(/, path)
      }
    })
  )
})

const adas = "a token that Ada has"

layer(ApiServers.layer({ token, environment: { API_TOKENS: `Ada = ${adas},CI=the token of programs` } }), {
  excludeTestServices: true
})("a token with a name", (it) => {
  it.effect("says who did what, also of the page that logged in with it", () =>
    Effect.gen(function* () {
      const payload = { request: { kind: "recompute", stages: ["consensus"] } } as const
      for (const [headers, name] of [
        [{ authorization: `Bearer ${adas}` }, "Ada"],
        [yield* sessionOf(adas), "Ada"],
        [{ authorization: "Bearer the token of programs" }, "CI"]
      ] as const) {
        const api = yield* ApiServers.clientWith(headers)
        assert.strictEqual((yield* api.operations.begin({ payload })).by, name)
        const [latest] = yield* ApiServers.plain(api.operations.actions({ query: { limit: 1 } }))
        assert.strictEqual(latest!.by, name)
        assert.deepInclude(yield* api.session.state(), { isLoggedIn: true, right: "full" })
      }
      const api = yield* ApiServers.clientWith(bearer)
      assert.match((yield* api.operations.begin({ payload })).by, /^API, token, from /)
    })
  )

  it.effect("does not let one act under the name of another", () =>
    Effect.gen(function* () {
      const payload = { by: "CI", request: { kind: "recompute", stages: ["consensus"] } } as const
      for (const [token, noted] of [
        [adas, /^CI \(Ada\)$/],
        ["the token of programs", /^CI$/],
        [bearer.authorization.slice("Bearer ".length), /^CI \(API, token, from .+\)$/]
      ] as const) {
        const api = yield* ApiServers.clientWith({ authorization: `Bearer ${token}` })
        const newest = Effect.map(
          ApiServers.plain(api.operations.actions({ query: { limit: 1 } })),
          ([action]) => action?.by
        )
        yield* api.operations.begin({ payload })
        assert.match((yield* newest)!, noted)
        yield* api.pipeline.pause({ params: { step: "consensus" }, payload: { by: "CI", reason: "" } })
        assert.match((yield* newest)!, noted)
      }
      yield* Effect.flatMap(ApiServers.clientWith(bearer), (api) =>
        api.pipeline.resume({ params: { step: "consensus" } })
      )
    })
  )
})

layer(ApiServers.layer({ token }), { excludeTestServices: true })("whoever guesses tokens", (it) => {
  it.effect("is slowed down to one a second, by either way, and those who are logged in notice nothing", () =>
    Effect.gen(function* () {
      const session = yield* sessionOf(token)
      const guess = (n: number) =>
        n % 2 === 0
          ? ApiServers.request("/images", { headers: { authorization: `Bearer ${n}` } })
          : ApiServers.request("/session", {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ token: String(n) })
            })
      const guesses = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, n) => n),
        guess,
        { concurrency: 20 }
      )
      const compared = guesses.filter(({ status }) => status === 401)
      assert.isAtMost(compared.length, 10 + 5)
      assert.isTrue(guesses.every(({ status }) => status === 401 || status === 429))
      const refused = guesses.find(({ status }) => status === 429)!
      assert.strictEqual(refused.headers.get("retry-after"), "1")
      // The right one is not compared either.
      assert.strictEqual((yield* ApiServers.request("/images", { headers: bearer })).status, 429)
      assert.strictEqual((yield* ApiServers.request("/images", { headers: session })).status, 200)
      yield* Effect.sleep("1100 millis")
      assert.strictEqual((yield* ApiServers.request("/images", { headers: bearer })).status, 200)
    })
  )
})

const publicUrl = "https://windmill.example/pictures"
layer(ApiServers.layer({ token, environment: { API_PUBLIC_URL: publicUrl } }), { excludeTestServices: true })(
  "behind a proxy that rewrites Host",
  (it) => {
    it.effect("pages of the public address log in and change things, others do not", () =>
      Effect.gen(function* () {
        const api = (origin: string) => ApiServers.clientWith({ ...bearer, origin })
        const own = yield* api("https://windmill.example")
        yield* own.session.logIn({ payload: { token } })
        assert.strictEqual((yield* own.pipeline.pause(pause)).by, "Ada")
        for (const origin of [
          "http://windmill.example",
          "https://windmill.example.evil",
          "https://windmill.example:8443"
        ]) {
          const other = yield* api(origin)
          assert.instanceOf(yield* Effect.flip(other.pipeline.pause(pause)), Forbidden, origin)
          assert.instanceOf(yield* Effect.flip(other.session.logIn({ payload: { token } })), Forbidden, origin)
          assert.instanceOf(yield* Effect.flip(other.session.logOut()), Forbidden, origin)
        }
      })
    )
  }
)

describe("a database that is away", () => {
  const away = Effect.fail(new ResultStoreError({ reason: new StoreUnavailable({ cause: "10.1.2.3 says no" }) }))

  it.live("is a reason to try again, and nobody is told where it is", () =>
    Effect.gen(function* () {
      const response = yield* ApiServers.request("/images")
      const body = yield* Effect.promise(() => response.text())
      assert.strictEqual(response.status, 503)
      assert.strictEqual((JSON.parse(body) as { readonly code: string }).code, "Unavailable")
      assert.notInclude(body, "10.1.2.3")
    }).pipe(Effect.provide(ApiServers.layer({ archive: Layer.mock(Archive, { now: away }) })))
  )
})

const isProblem = Schema.is(
  Schema.Struct({
    type: Schema.String,
    title: Schema.String,
    status: Schema.Int,
    code: Schema.String,
    detail: Schema.String
  })
)

describe("a start", () => {
  const start = (host: string, env: Record<string, string> = {}) =>
    ApiSettings.ApiSettings.pipe(
      Effect.provide(
        ApiSettings.layer({
          host,
          port: 0,
          dashboard: "",
          sharesFiles: true,
          absent: [],
          strategy: Strategies.defaultStrategy
        }).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))
      )
    )

  it.effect("is refused on an address that others reach, unless there is a token", () =>
    Effect.gen(function* () {
      for (const host of ["0.0.0.0", "::", "192.168.1.7", "windmill.example", "127.0.0.1.evil.example"]) {
        const error = yield* Effect.flip(start(host))
        assert.include(error.message, "Set API_TOKEN", host)
        assert.strictEqual((yield* start(host, { API_TOKEN: token })).host, host)
      }
      for (const host of ["127.0.0.1", "localhost", "::1", "127.0.0.2"]) {
        assert.strictEqual((yield* start(host)).host, host)
      }
    })
  )

  it.effect("is refused with a token that can be guessed, or that lets in whoever may only look", () =>
    Effect.gen(function* () {
      for (const env of [
        { API_TOKEN: "fifteen letters" },
        { API_TOKEN: token, API_READ_TOKEN: "short" },
        { API_TOKEN: token, API_READ_TOKEN: token },
        { API_READ_TOKEN: token },
        { API_TOKENS: `Ada=${token}` },
        { API_TOKEN: token, API_TOKENS: `Ada=${token}` },
        { API_TOKEN: token, API_TOKENS: "Ada=short" },
        { API_TOKEN: token, API_TOKENS: `${adas}` },
        { API_TOKEN: token, API_TOKENS: `Ada=${adas},Ada=${adas} 2` }
      ]) {
        const error = yield* Effect.flip(start("127.0.0.1", env))
        assert.match(error.message, /API_(READ_)?TOKENS?/, JSON.stringify(env))
        assert.notInclude(error.message, token)
        assert.notInclude(error.message, adas)
      }
      yield* start("0.0.0.0", { API_TOKEN: token, API_READ_TOKEN: `${token}, but only to look` })
    })
  )
})
