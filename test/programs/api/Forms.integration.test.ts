import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeNet from "node:net"
import * as ApiServer from "../../../src/programs/api/ApiServer.ts"
import * as ApiServers from "../../support/ApiServers.ts"

const boundary = "----------windmill"
const contentType = `multipart/form-data; boundary=${boundary}`

const part = (headers: string, content: Uint8Array | string = "x"): Buffer =>
  Buffer.concat([Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), Buffer.from(content), Buffer.from("\r\n")])

const end = Buffer.from(`--${boundary}--\r\n`)

const file = 'Content-Disposition: form-data; name="file"; filename="a.jpg"'
const nameless = "Content-Disposition: form-data"

const post = (body: Uint8Array | string, type = contentType) =>
  Effect.gen(function* () {
    const response = yield* ApiServers.request("/images", { method: "POST", headers: { "content-type": type }, body })
    return { status: response.status, text: yield* Effect.promise(() => response.text()) }
  })

layer(ApiServers.layer(), { excludeTestServices: true })("a form", (it) => {
  it.effect("that is damaged is refused with words, wherever the damage is, and the next one is taken", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("teal")
      const picture = part(file, bytes)
      const forms: Readonly<Record<string, ReadonlyArray<Buffer | string>>> = {
        "a part without a name": [part(nameless), end],
        "several parts without a name": [part(nameless), part(nameless), part(nameless), end],
        "a part without a name after the picture": [picture, part(nameless), part(nameless), end],
        "a part without headers": [part(""), part(""), end],
        "a header that is none": [part("\0"), part(":"), end],
        "a header that is too long": [part(`X: ${"x".repeat(100_000)}`), end],
        "too many headers": [part("X: y\r\n".repeat(1000) + file), end],
        "a field that ends within its headers": [
          `--${boundary}\r\nContent-Disposition: form-da\r\n--${boundary}\r\n`,
          end
        ],
        "a picture that breaks off within a boundary": [part(file, bytes), `--${boundary.slice(0, 8)}`],
        "two names": [part('Content-Disposition: form-data; name="file"; name="file"; filename="a"', bytes), end],
        "a file name that cannot be decoded": [part(`${file}; filename*=utf-8''%ff`, bytes), end],
        "too many parts": [
          ...Array.from({ length: 130 }, () => part('Content-Disposition: form-data; name="group"')),
          end
        ],
        "a long field": [part('Content-Disposition: form-data; name="group"', "g".repeat(1_000_000)), end],
        "nothing but noise": [Buffer.alloc(200_000, "\r\n--")],
        nothing: []
      }
      for (const [what, pieces] of Object.entries(forms)) {
        const { status, text } = yield* post(Buffer.concat(pieces.map((piece) => Buffer.from(piece))))
        assert.strictEqual(status, 400, what)
        assert.match((JSON.parse(text) as { readonly detail: string }).detail, /^The form is not valid: /, what)
      }
      for (const type of ["multipart/form-data", "multipart/form-data; boundary", "multipart/form-data; boundary="]) {
        assert.strictEqual((yield* post(Buffer.concat([picture, end]), type)).status, 400, type)
      }
      const half = yield* post(part(file, bytes.subarray(0, bytes.length / 2)))
      assert.deepStrictEqual([half.status, half.text.includes("a.jpg")], [422, true])
      assert.strictEqual((yield* post(Buffer.concat([picture, end]))).status, 202)
    })
  )

  it.effect("that its sender gives up on costs nobody else anything", () =>
    Effect.gen(function* () {
      const { hostname, port } = new URL(yield* ApiServer.address)
      const head = `POST /images HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: 100000\r\n\r\n`
      for (const begun of [part(nameless), part(file, "x".repeat(1000)), Buffer.from("--")]) {
        yield* Effect.callback<void>((resume) => {
          const socket = NodeNet.connect(Number(port), hostname, () => {
            socket.write(Buffer.concat([Buffer.from(head), begun]), () => socket.destroy())
          })
          socket.on("close", () => resume(Effect.void))
          socket.on("error", () => {})
        })
      }
      assert.strictEqual((yield* ApiServers.request("/images")).status, 200)
    })
  )
})
