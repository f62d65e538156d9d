import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import * as NodeNet from "node:net"
import * as NodeZlib from "node:zlib"
import * as GuardedWebPictures from "../../../src/layers/http/GuardedWebPictures.ts"
import * as Networks from "../../../src/layers/http/Networks.ts"
import { WebPictures } from "../../../src/services/WebPictures.ts"
import * as Certificates from "../../support/Certificates.ts"
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
      const encodings = {
        gzip: NodeZlib.gzipSync,
        "x-gzip": NodeZlib.gzipSync,
        deflate: NodeZlib.deflateSync,
        br: NodeZlib.brotliCompressSync,
        "gzip, br": (text: string) => NodeZlib.brotliCompressSync(NodeZlib.gzipSync(text)),
        none: Buffer.from,
        "": Buffer.from
      }
      for (const [encoding, compress] of Object.entries(encodings)) {
        const port = yield* serve((request, response) => {
          assert.strictEqual(request.headers["accept-encoding"], "identity")
          response.writeHead(200, { "content-encoding": encoding }).end(compress("a picture"))
        })
        assert.strictEqual(yield* fetchTrusted(`http://127.0.0.1:${port}/`), "a picture", encoding)
      }
      const port = yield* serve((_, response) => response.writeHead(200, { "content-encoding": "zstd" }).end("x"))
      assert.include((yield* Effect.flip(fetchTrusted(`http://127.0.0.1:${port}/`))).message, "(zstd)")
      for (const encoding of ["gzip", "br"]) {
        const broken = yield* serve((_, response) => response.writeHead(200, { "content-encoding": encoding }).end("x"))
        const { message } = yield* Effect.flip(fetchTrusted(`http://127.0.0.1:${broken}/`))
        assert.include(message, `its ${encoding} cannot be read`)
      }
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("tells by the status whether there is a picture, will be one, or never", () =>
    Effect.gen(function* () {
      const port = yield* serve((request, response) => {
        const { pathname, searchParams } = new URL(request.url!, "http://localhost")
        const range = searchParams.get("range")
        response.writeHead(Number(pathname.slice(1)), range === null ? {} : { "content-range": range })
        response.end(pathname === "/204" ? undefined : "a picture")
      })
      const of = (path: string) =>
        Effect.match(fetchTrusted(`http://127.0.0.1:${port}/${path}`), {
          onSuccess: String,
          onFailure: (error) =>
            error._tag === "ImageSourceError" ? `${error.reason._tag}: ${error.message}` : error._tag
        })
      for (const path of ["200", "203", "206?range=bytes 0-8/9"]) assert.strictEqual(yield* of(path), "a picture")
      for (const path of ["202", "206?range=bytes 0-3/9", "206", "408", "423", "425", "429", "503"]) {
        assert.match(yield* of(path), /^Unreachable: /, path)
      }
      for (const path of ["204", "300", "304", "400", "451", "501"]) assert.match(yield* of(path), /^Unusable: /, path)
      assert.match(yield* of("401"), /https:\/\/name:password@host/)
      assert.match(yield* of("404"), /answers HTTP 404: nothing is there; check the address$/)
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("logs in as the address says, also where it redirects to at the same place, and tells no password", () =>
    Effect.gen(function* () {
      const port = yield* serve((request, response) => {
        if (request.url === "/moved.jpg") return response.writeHead(302, { location: "/a.jpg" }).end()
        const isAnna = request.headers.authorization === `Basic ${Buffer.from("anna:p@ss").toString("base64")}`
        return isAnna ? response.end("a picture") : response.writeHead(401).end()
      })
      assert.strictEqual(yield* fetchTrusted(`http://anna:p%40ss@127.0.0.1:${port}/moved.jpg`), "a picture")
      const { message } = yield* Effect.flip(fetchTrusted(`http://anna:secret@127.0.0.1:${port}/a.jpg`))
      assert.include(message, `http://127.0.0.1:${port}/a.jpg answers HTTP 401`)
      assert.notInclude(message, "secret")
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("follows a redirect whose address is written in UTF-8 as it is", () =>
    Effect.gen(function* () {
      const port = yield* serve((request, response) => {
        if (request.url === "/caf%C3%A9.jpg") return response.end("a picture")
        return response.socket!.end(
          Buffer.from("HTTP/1.1 302 Found\r\nLocation: /café.jpg\r\nContent-Length: 0\r\n\r\n")
        )
      })
      assert.strictEqual(yield* fetchTrusted(`http://127.0.0.1:${port}/`), "a picture")
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("shows little of an address that has a picture in it", () =>
    Effect.gen(function* () {
      const location = `data:image/jpeg;base64,${"A".repeat(5000)}`
      const port = yield* serve((_, response) => response.writeHead(302, { location }).end())
      const { message } = yield* Effect.flip(fetchTrusted(`http://127.0.0.1:${port}/`))
      assert.match(message, /^data:image\/jpeg;base64,A+… is not fetched: only http and https are read$/)
      assert.isBelow(message.length, 300)
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("says when what answers speaks no HTTP, or does not encrypt", () =>
    Effect.gen(function* () {
      const port = yield* greeting("SSH-2.0-OpenSSH_9.6\r\n")
      const messageOf = (url: string) => Effect.map(Effect.flip(fetchTrusted(url)), ({ message }) => message)
      assert.match(yield* messageOf(`http://127.0.0.1:${port}/a.jpg`), /is no HTTP\/1.1 \(HPE_\w+\): check the port$/)
      const plain = yield* serve((_, response) => response.end("a picture"))
      assert.match(yield* messageOf(`https://127.0.0.1:${plain}/a.jpg`), /begin the address with http:\/\/$/)
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )

  it.live("takes a server whose certificate is not trusted for one that is away, and says what to do", () =>
    Effect.gen(function* () {
      const { certificate, key } = (yield* Certificates.authority).issue(["IP:127.0.0.1"])
      const port = yield* serve((_, response) => response.end("a picture"), 0, { cert: certificate, key })
      const failure = yield* Effect.flip(fetchTrusted(`https://127.0.0.1:${port}/a.jpg`))
      assert.strictEqual(failure._tag, "ImageSourceError")
      assert.include(failure.message, "NODE_EXTRA_CA_CERTS")
      assert.deepInclude(failure._tag === "ImageSourceError" ? failure.reason : {}, {
        _tag: "Unreachable",
        source: `https://127.0.0.1:${port}`
      })
    }).pipe(Effect.scoped, Effect.provide(allowing()))
  )
})

/** A server that answers anything with some bytes. */
const greeting = (text: string) =>
  Effect.acquireRelease(
    Effect.callback<NodeNet.Server>((resume) => {
      const server = NodeNet.createServer((socket) => {
        socket.on("error", () => {})
        socket.once("data", () => {
          socket.end(text)
          socket.destroySoon()
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  ).pipe(Effect.map((server) => (server.address() as NodeNet.AddressInfo).port))
