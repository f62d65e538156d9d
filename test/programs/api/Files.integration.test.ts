import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import * as ApiServers from "../../support/ApiServers.ts"

const page = "<!doctype html><title>Windmill</title><script type=module src=/assets/a.js></script>"

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const response = yield* ApiServers.request(path, { headers })
    return { status: response.status, headers: response.headers, text: yield* Effect.promise(() => response.text()) }
  })

layer(ApiServers.layer(), { excludeTestServices: true })("the files of the dashboard", (it) => {
  const build = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const { dashboard } = yield* ApiServers.Folders
    yield* fs.makeDirectory(path.join(dashboard, "assets"), { recursive: true })
    yield* fs.writeFileString(path.join(dashboard, "index.html"), page)
    yield* fs.writeFileString(path.join(dashboard, "assets/a.js"), "1")
    yield* fs.writeFileString(path.join(dashboard, "../secret.txt"), "a secret")
  })

  it.effect("are not there before the build, which breaks nothing", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get("/")).status, 404)
      assert.strictEqual((yield* get("/images")).status, 200)
    })
  )

  it.effect("are compressed, and kept for good where their names change with their content", () =>
    Effect.gen(function* () {
      yield* build
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const { dashboard } = yield* ApiServers.Folders
      const script = "windmill ".repeat(1000)
      yield* fs.writeFileString(path.join(dashboard, "assets/index-Ab3_d-Ef.js"), script)
      const { headers, text } = yield* get("/assets/index-Ab3_d-Ef.js", { "accept-encoding": "gzip" })
      assert.strictEqual(text, script)
      assert.strictEqual(headers.get("content-encoding"), "gzip")
      assert.strictEqual(headers.get("cache-control"), "public, max-age=31536000, immutable")
      const etag = headers.get("etag")!
      assert.strictEqual((yield* get("/assets/index-Ab3_d-Ef.js", { "if-none-match": etag })).status, 304)
      assert.strictEqual((yield* get("/")).headers.get("cache-control"), "private, no-cache")
    })
  )

  it.effect("are served with a policy that lets only them run", () =>
    Effect.gen(function* () {
      yield* build
      for (const path of ["/", "/index.html", "/whatever/page"]) {
        const { headers, status, text } = yield* get(path, { accept: "text/html" })
        assert.deepStrictEqual([status, text], [200, page], path)
        const policy = headers.get("content-security-policy")!
        assert.include(policy, "default-src 'none'; script-src 'self'; style-src 'self';")
        assert.notInclude(policy, "unsafe")
      }
      const script = yield* get("/assets/a.js")
      assert.match(script.headers.get("content-type")!, /^text\/javascript/)
      assert.strictEqual((yield* get("/assets/b.js")).status, 404)
      const etag = script.headers.get("etag")!
      assert.strictEqual((yield* get("/assets/a.js", { "if-none-match": etag })).status, 304)
    })
  )

  it.effect("keep their policy when a browser asks whether they have changed", () =>
    Effect.gen(function* () {
      yield* build
      const etag = (yield* get("/")).headers.get("etag")!
      const { headers, status } = yield* get("/", { "if-none-match": etag })
      assert.strictEqual(status, 304)
      assert.isNull(headers.get("content-security-policy"))
    })
  )

  it.effect("end where their folder ends", () =>
    Effect.gen(function* () {
      yield* build
      for (const path of [
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/..%5csecret.txt"
      ]) {
        const { status, text } = yield* get(path)
        assert.strictEqual(status, 404, path)
        assert.notInclude(text, "a secret")
      }
    })
  )

  it.effect("leave the documentation alone, which brings along all it needs", () =>
    Effect.gen(function* () {
      const { headers, text } = yield* get("/docs")
      assert.match(headers.get("content-type")!, /^text\/html/)
      assert.notMatch(text, /<(?:script|link|img)[^>]+(?:src|href)=/)
    })
  )
})
