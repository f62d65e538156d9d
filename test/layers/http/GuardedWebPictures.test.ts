import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import * as NodeZlib from "node:zlib"
import * as GuardedWebPictures from "../../../src/layers/http/GuardedWebPictures.ts"
import * as Networks from "../../../src/layers/http/Networks.ts"
import { WebPictures } from "../../../src/services/WebPictures.ts"
import { serve } from "../../support/HttpServers.ts"

const allowing = (...networks: ReadonlyArray<string>) =>
  GuardedWebPictures.layer(Result.getOrThrow(Networks.parse(networks)))

const fetch = (url: string) =>
  WebPictures.use((web) => Stream.mkUint8Array(web.fetch(url))).pipe(
    Effect.map((bytes) => Buffer.from(bytes).toString())
  )

describe("fetch", () => {
  it.live("reads an allowed place", () =>
    Effect.gen(function* () {
      const port = yield* serve((_, response) => response.end("a picture"))
      assert.strictEqual(yield* fetch(`http://127.0.0.1:${port}/a.jpg`), "a picture")
    }).pipe(Effect.scoped, Effect.provide(allowing("127.0.0.1")))
  )

  it.live("refuses this machine, however it is written", () =>
    Effect.gen(function* () {
      let requests = 0
      const port = yield* serve((_, response) => {
        requests++
        response.end("a secret")
      })
      for (const host of [
        "127.0.0.1",
        "localhost",
        "0x7f000001",
        "2130706433",
        "127.1",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[::1]"
      ]) {
        const failure = yield* Effect.flip(fetch(`http://${host}:${port}/`))
        assert.strictEqual(failure._tag, "PlaceRefused", host)
      }
      assert.strictEqual(requests, 0)
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("refuses where a redirect leads", () =>
    Effect.gen(function* () {
      const places = [
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "file:///etc/passwd",
        "ftp://a/"
      ]
      for (const location of places) {
        const port = yield* serve((_, response) => response.writeHead(302, { location }).end())
        const failure = yield* Effect.flip(fetch(`http://127.0.0.1:${port}/`))
        assert.strictEqual(failure._tag, "PlaceRefused", location)
      }
    }).pipe(Effect.scoped, Effect.provide(allowing("127.0.0.1")))
  )

  it.live("tells nobody to which addresses names lead", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(fetch("http://localhost:9/"))
      assert.strictEqual(
        refused.message,
        "http://localhost:9/ is not fetched: it is not at an address of the public internet"
      )
      const closed = yield* Effect.flip(fetch("http://localhost:9/").pipe(Effect.provide(allowing("127.0.0.1", "::1"))))
      assert.strictEqual(closed.message, "http://localhost:9/ cannot be reached: the host refuses connections")
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("gives up on redirects that go round", () =>
    Effect.gen(function* () {
      const port = yield* serve((_, response) => response.writeHead(302, { location: "/again" }).end())
      const failure = yield* Effect.flip(fetch(`http://127.0.0.1:${port}/`))
      assert.include(failure.message, "redirects too often")
    }).pipe(Effect.scoped, Effect.provide(allowing("127.0.0.0/8")))
  )

  it.live("tells a place that is away from one that refuses", () =>
    Effect.gen(function* () {
      const port = yield* serve((request, response) => response.writeHead(Number(request.url?.slice(1))).end())
      const reason = (status: number) =>
        Effect.map(Effect.flip(fetch(`http://127.0.0.1:${port}/${status}`)), (error) =>
          error._tag === "ImageSourceError" ? error.reason._tag : error._tag
        )
      assert.strictEqual(yield* reason(404), "Unusable")
      assert.strictEqual(yield* reason(503), "Unreachable")
      const none = yield* Effect.flip(fetch("http://127.0.0.1:1/"))
      assert.include(none.message, "cannot be reached")
    }).pipe(Effect.scoped, Effect.provide(allowing("127.0.0.0/8")))
  )
})

describe("fetchTrusted", () => {
  const fetchTrusted = (url: string) =>
    WebPictures.use((web) => Stream.mkUint8Array(web.fetchTrusted(url))).pipe(
      Effect.map((bytes) => Buffer.from(bytes).toString())
    )

  it.live("reads a URL of any network, and where it redirects to at the same place", () =>
    Effect.gen(function* () {
      const port = yield* serve((request, response) =>
        request.url === "/real.jpg"
          ? response.end("a picture")
          : response.writeHead(302, { location: "/real.jpg" }).end()
      )
      assert.strictEqual(yield* fetchTrusted(`http://127.0.0.1:${port}/moved.jpg`), "a picture")
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("does not follow to another place that is not public", () =>
    Effect.gen(function* () {
      let requests = 0
      const inside = yield* serve((_, response) => {
        requests++
        response.end("a secret")
      })
      for (const host of ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"]) {
        const port = yield* serve((_, response) =>
          response.writeHead(302, { location: `http://${host}:${inside}/` }).end()
        )
        const failure = yield* Effect.flip(fetchTrusted(`http://127.0.0.1:${port}/`))
        assert.strictEqual(failure._tag, "PlaceRefused", host)
      }
      assert.strictEqual(requests, 0)
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("reads what is compressed though nobody asked for it", () =>
    Effect.gen(function* () {
      const encodings = { gzip: NodeZlib.gzipSync, deflate: NodeZlib.deflateSync }
      for (const [encoding, compress] of Object.entries(encodings)) {
        const port = yield* serve((request, response) => {
          assert.strictEqual(request.headers["accept-encoding"], "identity")
          response.writeHead(200, { "content-encoding": encoding }).end(compress("a picture"))
        })
        assert.strictEqual(yield* fetchTrusted(`http://127.0.0.1:${port}/`), "a picture")
      }
      const port = yield* serve((_, response) => response.writeHead(200, { "content-encoding": "br" }).end("x"))
      assert.include((yield* Effect.flip(fetchTrusted(`http://127.0.0.1:${port}/`))).message, "(br)")
      const broken = yield* serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"))
      assert.include((yield* Effect.flip(fetchTrusted(`http://127.0.0.1:${broken}/`))).message, "gzip cannot be read")
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )
})
