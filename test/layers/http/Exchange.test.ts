import Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { createServer, type Socket } from "node:net"
import type { AddressInfo } from "node:net"
import * as Exchange from "../../../src/layers/http/Exchange.ts"
import { type Handler, serve } from "../../support/HttpServers.ts"

const limits: Exchange.Limits = { bytes: 1000, timeout: 5000 }

const agent = Effect.acquireRelease(
  Effect.sync(() => new Undici.Agent({ pipelining: 1 })),
  (agent) => Effect.promise(() => agent.destroy())
)

const exchange = Effect.fnUntraced(function* (port: number, more: Partial<Exchange.Limits> = {}, ended?: () => void) {
  const request = { method: "GET", url: new URL(`http://127.0.0.1:${port}/a?b=1`), headers: { x: "y" } } as const
  return yield* Effect.result(Exchange.exchange(yield* agent, request, { ...limits, ...more }, ended))
})

const ask = (handler: Handler, more?: Partial<Exchange.Limits>) =>
  Effect.flatMap(serve(handler), (port) => exchange(port, more))

const textOf = (result: Result.Result<Exchange.Reply, unknown>) =>
  Buffer.from(Result.getOrThrow(result).bytes).toString()

/** A server that says the same on every connection, whatever it is asked. */
const saying = (say: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer((socket) => void socket.on("error", () => {}).once("data", () => say(socket)))
          server.listen(0, "127.0.0.1", () => resolve(server))
        })
    ),
    (server) => Effect.sync(() => server.close())
  ).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

describe("an exchange", () => {
  it.live("sends what is to be sent, and reads a reply that comes in pieces", () =>
    Effect.gen(function* () {
      let asked = ""
      const result = yield* ask((request, response) => {
        asked = `${request.method} ${request.url} ${request.headers["x"]}`
        response.writeHead(418, { "x-a": "1" }).write("some ")
        setTimeout(() => response.end("bytes"), 10)
      })
      assert.strictEqual(asked, "GET /a?b=1 y")
      assert.strictEqual(textOf(result), "some bytes")
      assert.deepInclude(Result.getOrThrow(result), { status: 418 })
      assert.include(Result.getOrThrow(result).headers, { "x-a": "1" })
    }).pipe(Effect.scoped)
  )

  it.live("takes headers that come several times together, and waits for the reply after an announcement of it", () =>
    Effect.gen(function* () {
      const port = yield* saying((socket) =>
        socket.write(
          "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" +
            "HTTP/1.1 200 OK\r\nretry-after: 1\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 2\r\n\r\nok"
        )
      )
      const result = yield* exchange(port)
      assert.strictEqual(textOf(result), "ok")
      assert.strictEqual(Result.getOrThrow(result).headers["x-a"], "1, 2")
      assert.isUndefined(Result.getOrThrow(result).headers["link"])
    }).pipe(Effect.scoped)
  )

  it.live("gives up on a reply that keeps coming but does not end in time", () =>
    Effect.gen(function* () {
      let isClosed = false
      const result = yield* ask(
        (request, response) => {
          const more = setInterval(() => response.write("."), 10)
          request.socket.on("close", () => {
            isClosed = true
            clearInterval(more)
          })
        },
        { timeout: 100 }
      )
      assert.strictEqual(Result.isFailure(result) && result.failure._tag, "ReplyTooLate")
      yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => isClosed })
    }).pipe(Effect.scoped)
  )

  it.live("reads no more than it is to, and says with which status that came", () =>
    Effect.gen(function* () {
      const result = yield* ask((_, response) => response.writeHead(503).end("x".repeat(1001)))
      assert.deepInclude(Result.isFailure(result) ? result.failure : {}, { _tag: "ReplyTooLong", status: 503 })
      const whole = yield* ask((_, response) => response.end("x".repeat(1000)))
      assert.strictEqual(textOf(whole).length, 1000)
    }).pipe(Effect.scoped)
  )

  it.live("ends the request when nobody waits for the reply any more", () =>
    Effect.gen(function* () {
      let begun = () => {}
      const hasBegun = new Promise<void>((resolve) => (begun = resolve))
      let closed = () => {}
      const isClosed = new Promise<void>((resolve) => (closed = resolve))
      const port = yield* serve((request) => {
        request.socket.on("close", () => closed())
        begun()
      })
      let ended = 0
      const fiber = yield* Effect.forkChild(exchange(port, {}, () => ended++))
      yield* Effect.promise(() => hasBegun)
      yield* Fiber.interrupt(fiber)
      yield* Effect.promise(() => isClosed)
      assert.strictEqual(ended, 1)
    }).pipe(Effect.scoped)
  )

  it.live("says that it has ended before the reply is looked at", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const port = yield* serve((_, response) => response.end("ok"))
      yield* exchange(port, {}, () => order.push("ended"))
      order.push("looked at")
      assert.deepEqual(order, ["ended", "looked at"])
    }).pipe(Effect.scoped)
  )
})
