/** Asking through the proxy that the environment names. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as NodeHttp from "node:http"
import * as NodeNet from "node:net"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as HttpInference from "../../../src/layers/http/HttpInference.ts"
import { Inference } from "../../../src/services/Inference.ts"
import * as Certificates from "../../support/Certificates.ts"
import { json, serve } from "../../support/HttpServers.ts"

const success = (from: string) => ({ status: "success", predictions: [], from })

const image = { bytes: new Uint8Array([1]), mediaType: "image/jpeg", filename: "a.jpg", width: 4, height: 3 }

/** What a service of this entry answers while the environment names these proxies. */
const ask = (entry: object, env: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    yield* Effect.acquireRelease(
      Effect.sync(() => void Object.assign(process.env, env)),
      () => Effect.sync(() => Object.keys(env).forEach((name) => delete process.env[name]))
    )
    const [service] = Result.getOrThrow(ServiceCatalog.decode({ services: { own: { kind: "spatial", ...entry } } }))
    return yield* Effect.gen(function* () {
      const { data } = yield* (yield* Inference).analyze(service!, { _tag: "Upload", image })
      return (data as { readonly from: string }).from
    }).pipe(Effect.provide(HttpInference.layer, { local: true }))
  }).pipe(Effect.scoped)

/** A proxy that opens tunnels, all of them to this port, and what it was asked for. */
const tunnels = (port: number) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly proxy: NodeHttp.Server; readonly asked: Array<string> }>((resume) => {
        const asked: Array<string> = []
        const proxy = NodeHttp.createServer()
        proxy.on("connect", (request, client: NodeNet.Socket) => {
          asked.push(request.url!)
          const server = NodeNet.connect(port, "127.0.0.1", () => {
            client.write("HTTP/1.1 200 Connection established\r\n\r\n")
            server.pipe(client).pipe(server)
          })
          for (const socket of [client, server]) socket.on("error", () => {})
        })
        proxy.listen(0, "127.0.0.1", () => resume(Effect.succeed({ proxy, asked })))
      }),
      ({ proxy }) => Effect.promise(() => new Promise((resolve) => proxy.close(resolve)))
    ),
    ({ asked, proxy }) => ({ asked, url: `http://127.0.0.1:${(proxy.address() as NodeNet.AddressInfo).port}` })
  )

describe("a service that is", () => {
  it.live("elsewhere is asked through HTTP_PROXY, one on this machine or of NO_PROXY directly", () =>
    Effect.gen(function* () {
      const through: Array<string> = []
      const proxy = yield* serve((request, response) => {
        through.push(request.url!)
        json(response, 200, success("proxy"))
      })
      const here = yield* serve((_, response) => json(response, 200, success("here")))
      const env = { HTTP_PROXY: `http://127.0.0.1:${proxy}`, NO_PROXY: "own.invalid" }
      assert.strictEqual(yield* ask({ host: "models.invalid", port: 80 }, env), "proxy")
      assert.strictEqual(yield* ask({ port: here }, env), "here")
      const direct = yield* Effect.flip(ask({ host: "own.invalid", port: 80 }, env))
      assert.match(String(direct), /own is unavailable: .*own\.invalid/)
      assert.deepEqual(through, ["http://models.invalid/analyze"])
    }).pipe(Effect.scoped)
  )

  it.live("asked by https is asked through a tunnel of HTTPS_PROXY, and shows its own certificate", () =>
    Effect.gen(function* () {
      const authority = yield* Certificates.authority
      const { certificate, key } = authority.issue(["DNS:models.invalid"])
      const port = yield* serve((_, response) => json(response, 200, success("server")), 0, { cert: certificate, key })
      const { asked, url } = yield* tunnels(port)
      const entry = { url: "https://models.invalid/analyze" }
      const trusting = { ...entry, tls: { ca: authority.path } }
      assert.strictEqual(yield* ask(trusting, { HTTPS_PROXY: url }), "server")
      assert.deepEqual(asked, ["models.invalid:443"])
      const unknown = yield* Effect.flip(ask(entry, { HTTPS_PROXY: url }))
      assert.match(String(unknown), /certificate.*tls\.ca/)
    }).pipe(Effect.scoped)
  )
})
